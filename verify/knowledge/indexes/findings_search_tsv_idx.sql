-- Verify kodiai:knowledge/indexes/findings_search_tsv_idx on pg

begin;

set local search_path = :"schema", public;

select _verify_table('findings', array[
  'index findings_search_tsv_idx gin (search_tsv)'
]);

rollback;
