-- Deploy kodiai:knowledge/indexes/findings_search_tsv_idx to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create index findings_search_tsv_idx on findings using gin (search_tsv);

commit;
