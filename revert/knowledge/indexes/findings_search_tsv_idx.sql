-- Revert kodiai:knowledge/indexes/findings_search_tsv_idx from pg

begin;

set local search_path = :"schema", public;

drop index findings_search_tsv_idx;

commit;
