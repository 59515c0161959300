-- Verify kodiai:search/query on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_split_identifiers', '
  immutable parallel safe security invoker (p_text text)
  returns text
');

select _verify_function('_extract_identifiers', '
  immutable parallel safe security invoker (p_text text)
  returns text[]
');

select _verify_function('_to_tsvector', '
  immutable parallel safe security invoker (p_text text)
  returns tsvector
');

select _verify_function('_phrase_to_tsquery', '
  immutable parallel safe security invoker (p_text text)
  returns tsquery
');

select _verify_function('_parse_query', '
  immutable parallel safe security invoker (p_text text)
  returns parsed_query
  set client_min_messages=warning
');

rollback;
