-- Deploy kodiai:base/functions/_identifiers to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _identifiers(p_text text)
returns text[]
language sql immutable parallel safe
return array(
  select distinct lower(m.matched[1])
  from (
    select
      regexp_matches(
        p_text,
        -- Words that _split_identifiers takes apart, with all that they are joined to.
        '([[:alnum:]]*(?:[[:lower:]][[:upper:]]|[[:alpha:]][0-9]|[0-9][[:alpha:]]'
        || '|[[:upper:]]{2}[[:lower:]]{2}|[[:alnum:]](?:[_./\\-]|::)[[:alnum:]])'
        || '(?:[_./:\\-]*[[:alnum:]])*)',
        'g'
      ) as matched
  ) as m
  -- What is longer is data, and a lexeme has at most 2046 bytes.
  where length(m.matched[1]) <= 200
);

comment on function _identifiers(text) is
'The identifiers, paths and compounds of a text as they stand there, in lower case:
getuserbyid, src/db/pool_manager.py, http2server, std::vector.
Argument: p_text. Result: each once; those of more than 200 characters are left out.';

commit;
