-- Verify kodiai:base/functions/_search_tsvector on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_search_tsvector', '
  immutable parallel safe security invoker (p_text text)
  returns tsvector
');

rollback;
