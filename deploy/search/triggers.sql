-- Deploy kodiai:search/triggers to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _set_search_tsv()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Otherwise Postgres sends a notice for each word that is too long for a lexeme.
set client_min_messages = warning
as $$
begin
  if tg_table_name = 'findings' then
    new.search_tsv := _to_tsvector(new.title);
  else
    new.search_tsv := _to_tsvector(new.finding_text);
  end if;
  return new;
end
$$;

comment on function _set_search_tsv is
'Trigger of learning_memories and findings: keeps search_tsv equal to the lexemes of the text.';

create function _maintain_memory_postings()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- An array of a whole bulk load could exceed what a value may hold.
  c_batch_size constant integer := 2000;
  v_ids bigint[];
  v_repos text[];
  v_search_tsvs tsvector[];
begin
  if tg_op = 'UPDATE' then
    perform _delete_postings(
      'learning_memories', array[old.id], array[old.repo], array[old.search_tsv]
    );
    perform _insert_postings(
      'learning_memories', array[new.id], array[new.repo], array[new.search_tsv]
    );
  elsif tg_op = 'DELETE' then
    for v_ids, v_repos, v_search_tsvs in
      select array_agg(o.id), array_agg(o.repo), array_agg(o.search_tsv)
      from (select *, row_number() over () / c_batch_size as batch from old_rows) as o
      group by o.batch
    loop
      perform _delete_postings('learning_memories', v_ids, v_repos, v_search_tsvs);
    end loop;
  else
    for v_ids, v_repos, v_search_tsvs in
      select array_agg(n.id), array_agg(n.repo), array_agg(n.search_tsv)
      from (select *, row_number() over () / c_batch_size as batch from new_rows) as n
      group by n.batch
    loop
      perform _insert_postings('learning_memories', v_ids, v_repos, v_search_tsvs);
    end loop;
  end if;
  return null;
end
$$;

comment on function _maintain_memory_postings is
'Trigger of learning_memories: maintains their postings. Collects transition tables into
arrays first, because on Citus a statement cannot name one beside another table.';

create function _list_review_repos(p_review_ids bigint[])
returns text[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select r.repo
    from unnest(p_review_ids) with ordinality as i (id, ord)
    left join reviews as r on i.id = r.id
    order by i.ord
  );
end
$$;

comment on function _list_review_repos is
'The repositories of reviews.
Argument: p_review_ids. Result: an element for each, null where the review does not exist.';

create function _maintain_finding_postings()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_batch_size constant integer := 2000;
  v_ids bigint[];
  v_review_ids bigint[];
  v_search_tsvs tsvector[];
begin
  if tg_op = 'UPDATE' then
    perform _delete_postings(
      'findings', array[old.id], _list_review_repos(array[old.review_id]),
      array[old.search_tsv]
    );
    perform _insert_postings(
      'findings', array[new.id], _list_review_repos(array[new.review_id]),
      array[new.search_tsv]
    );
  elsif tg_op = 'DELETE' then
    for v_ids, v_review_ids, v_search_tsvs in
      select array_agg(o.id), array_agg(o.review_id), array_agg(o.search_tsv)
      from (select *, row_number() over () / c_batch_size as batch from old_rows) as o
      group by o.batch
    loop
      perform _delete_postings(
        'findings', v_ids, _list_review_repos(v_review_ids), v_search_tsvs
      );
    end loop;
  else
    for v_ids, v_review_ids, v_search_tsvs in
      select array_agg(n.id), array_agg(n.review_id), array_agg(n.search_tsv)
      from (select *, row_number() over () / c_batch_size as batch from new_rows) as n
      group by n.batch
    loop
      perform _insert_postings(
        'findings', v_ids, _list_review_repos(v_review_ids), v_search_tsvs
      );
    end loop;
  end if;
  return null;
end
$$;

comment on function _maintain_finding_postings is
'Trigger of findings: maintains their postings, under the repository of their review.';

create function _maintain_review_postings()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_ids bigint[];
  v_search_tsvs tsvector[];
begin
  select array_agg(f.id), array_agg(f.search_tsv)
  into v_ids, v_search_tsvs
  from findings as f
  where f.review_id = old.id;
  if v_ids is null then
    return old;
  end if;

  perform _delete_postings(
    'findings', v_ids, array_fill(old.repo::text, array[cardinality(v_ids)]), v_search_tsvs
  );
  if tg_op = 'UPDATE' then
    perform _insert_postings(
      'findings', v_ids, array_fill(new.repo::text, array[cardinality(v_ids)]), v_search_tsvs
    );
  end if;
  return old;
end
$$;

comment on function _maintain_review_postings is
'Trigger of reviews: moves the postings of their findings to another repository, or removes
them.';

-- Citus refuses triggers without this; elsewhere it is a name that nothing reads.
set local "citus.enable_unsafe_triggers" = on;

create trigger learning_memories_search_tsv
before insert or update of finding_text, search_tsv on learning_memories
for each row execute function _set_search_tsv();

create trigger findings_search_tsv
before insert or update of title, search_tsv on findings
for each row execute function _set_search_tsv();

create trigger learning_memories_postings_insert
after insert on learning_memories referencing new table as new_rows
for each statement execute function _maintain_memory_postings();

create trigger learning_memories_postings_delete
after delete on learning_memories referencing old table as old_rows
for each statement execute function _maintain_memory_postings();

-- Row-level with WHEN, so that marking rows stale does not fire it.
create trigger learning_memories_postings_update
after update of repo, finding_text, search_tsv on learning_memories
for each row when (
  (new.repo, new.search_tsv) is distinct from (old.repo, old.search_tsv)
)
execute function _maintain_memory_postings();

create trigger findings_postings_insert
after insert on findings referencing new table as new_rows
for each statement execute function _maintain_finding_postings();

create trigger findings_postings_delete
after delete on findings referencing old table as old_rows
for each statement execute function _maintain_finding_postings();

create trigger findings_postings_update
after update of review_id, title, search_tsv on findings
for each row when (
  (new.review_id, new.search_tsv) is distinct from (old.review_id, old.search_tsv)
)
execute function _maintain_finding_postings();

create trigger findings_postings_update
after update of repo on reviews
for each row when (new.repo is distinct from old.repo)
execute function _maintain_review_postings();

-- Before, because its findings are deleted with it.
create trigger findings_postings_delete
before delete on reviews
for each row execute function _maintain_review_postings();

commit;
