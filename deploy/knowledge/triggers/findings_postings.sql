-- Deploy kodiai:knowledge/triggers/findings_postings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- Citus refuses triggers without this; elsewhere it is a name that nothing reads.
set local "citus.enable_unsafe_triggers" = on;

create trigger findings_postings_insert
after insert on findings referencing new table as new_rows
for each statement execute function _set_postings(
  'findings', '(select r.repo from reviews as r where r.id = d.review_id)'
);

create trigger findings_postings_delete
after delete on findings referencing old table as old_rows
for each statement execute function _set_postings(
  'findings', '(select r.repo from reviews as r where r.id = d.review_id)'
);

create trigger findings_postings_update
after update of review_id, title, search_tsv on findings
for each row when (
  (new.review_id, new.search_tsv) is distinct from (old.review_id, old.search_tsv)
)
execute function _set_postings(
  'findings', '(select r.repo from reviews as r where r.id = d.review_id)'
);

-- The repository of a finding is that of its review.
create trigger findings_postings_update
after update of repo on reviews
for each row when (new.repo is distinct from old.repo)
execute function _set_postings(
  'findings', '($1).repo',
  '(select f.id, f.search_tsv from findings as f where f.review_id = ($1).id)'
);

-- Before, because its findings go with it.
create trigger findings_postings_delete
before delete on reviews
for each row execute function _set_postings(
  'findings', '($1).repo',
  '(select f.id, f.search_tsv from findings as f where f.review_id = ($1).id)'
);

commit;
