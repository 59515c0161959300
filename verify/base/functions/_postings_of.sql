-- Verify kodiai:base/functions/_postings_of on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_postings_of', '
  immutable parallel safe security invoker (p_table text, p_repo text, p_rows
  text)
  returns text
');

rollback;
