-- Deploy kodiai:base/functions/_split_identifiers to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _split_identifiers(p_text text)
returns text
language sql immutable parallel safe
return translate(
  regexp_replace(
    p_text,
    -- lowerUpper, letter1, 1letter, UPPERLower; but not APIs.
    '([[:lower:]])(?=[[:upper:]])|([[:alpha:]])(?=[0-9])|([0-9])(?=[[:alpha:]])'
    || '|([[:upper:]])(?=[[:upper:]][[:lower:]]{2})',
    '\1\2\3\4 ',
    'g'
  ),
  '_./:\-',
  '      '
);

comment on function _split_identifiers(text) is
'Takes identifiers, paths and compounds apart: getUserById becomes "get User By Id",
src/db/pool_manager.py "src db pool manager py", HTTP2Server "HTTP 2 Server".
Argument: p_text. Result: the text with spaces in it; null for null.';

commit;
