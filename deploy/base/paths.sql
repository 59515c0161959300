-- Deploy kodiai:base/paths to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _normalize_path(p_path text)
returns text
language sql immutable parallel safe
return case
  when p_path ~ e'\\\\|//|^[.]/|/[.]/' or octet_length(p_path) > length(p_path)
    then regexp_replace(
      regexp_replace(translate(normalize(p_path, nfc), e'\\', '/'), '/+', '/', 'g'),
      '(^|/)([.]/)+',
      e'\\1',
      'g'
    )
  else p_path
end;

comment on function _normalize_path is
'Return the one spelling under which a path is stored, and by which memories are filtered:
slashes instead of backslashes, without repeated slashes and ./ segments, in NFC.
Argument: p_path, a path or the beginning of one.
Result: the path, empty for ./; null for null.';

create function _stored_path(p_path text)
returns text
language sql immutable parallel safe
return case when p_path is not null then coalesce(nullif(_normalize_path(p_path), ''), '.') end;

comment on function _stored_path is
'Return a path as a table stores it: normalized, and . for the root of the repository.
Argument: p_path.
Result: the path; null for null.';

commit;
