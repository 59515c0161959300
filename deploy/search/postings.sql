-- Deploy kodiai:search/postings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _posting_slot_count()
returns integer
language sql immutable parallel safe
return 32;

comment on function _posting_slot_count is
'Return the number of slots over which the postings of a lexeme are spread, so that one slot is a
random sample of its documents: a power of 2.';

create function _posting_slot(p_document_id bigint)
returns integer
language sql immutable parallel safe
return hashint8(p_document_id) & (_posting_slot_count() - 1);

comment on function _posting_slot is
'Return the slot of a document in the postings of each of its lexemes.
Argument: p_document_id.
Result: the slot, from 0.';

create function _posting_term(p_table text, p_owner text, p_lexeme text)
returns bigint
language sql immutable parallel safe
-- 59 bits: among ten million lexemes, the probability of a collision is 1 in 10,000.
return hashtextextended(
  p_lexeme, hashtextextended(p_owner, hashtextextended(p_table, 0))
) & ~(_posting_slot_count() - 1)::bigint;

comment on function _posting_term is
'Return the key of a lexeme in postings for slot 0; those of the other slots follow it.
Arguments: p_table, learning_memories or findings; p_owner, owner of the repository; p_lexeme, or
an empty string for the documents themselves.';

create function _posting_slots(p_table text, p_owner text, p_lexeme text)
returns bigint[]
language sql immutable parallel safe
return (
  select array_agg(t.term + s.slot order by s.slot)
  from (select _posting_term(p_table, p_owner, p_lexeme) as term) as t
  cross join generate_series(0, _posting_slot_count() - 1) as s (slot)
);

comment on function _posting_slots is
'Return the keys of a lexeme in postings.
Arguments: as in _posting_term.
Result: one key per slot, in order.';

create function _posting_repo(p_repo text)
returns bigint
language sql immutable parallel safe
return hashtextextended(p_repo, 0);

comment on function _posting_repo is
'Return the hash of a repository in postings.
Argument: p_repo, owner/name.';

-- The linter objects to the optimization fence; it does not parse $$ bodies.
-- noqa: disable=RF03,AM09,ST05
create function _list_postings(
  p_table text, p_document_id bigint, p_repo text, p_search_tsv tsvector
)
returns table (
  repo_hash bigint, document_id bigint, frequency integer, term bigint, length integer
)
language sql immutable parallel safe
begin atomic
  select
    d.repo_hash,
    d.id as document_id,
    l.frequency,
    _posting_term(d.table_name, d.owner, l.lexeme) + d.slot as term,
    least(l.length, 32767)::integer as length
  from (
    select
      i.id,
      i.table_name,
      split_part(i.repo, '/', 1) as owner,
      _posting_repo(i.repo) as repo_hash,
      _posting_slot(i.id) as slot
    from (values (p_document_id, p_table, p_repo)) as i (id, table_name, repo)
    -- A memory that awaits approval has no lexemes.
    where p_search_tsv is not null
    -- Optimization fence: otherwise the hashes are computed once per lexeme.
    offset 0
  ) as d
  cross join lateral (
    select
      w.lexeme,
      w.frequency,
      sum(w.frequency) over () as length
    from (
      select
        t.lexeme,
        -- Whole identifiers have no position. What only the path contains has the weight C.
        coalesce(cardinality(array_positions(t.weights, 'D')), 1) as frequency
      from unnest(p_search_tsv) as t
      union all
      select
        '' as lexeme,
        0 as frequency
    ) as w
  ) as l;
end;

comment on function _list_postings is
'Return the postings of a document: one for each lexeme, and one for the document itself. Frequency
and length are those of the text; a lexeme that only the path contains has the frequency 0.
Arguments: p_table, learning_memories or findings; p_document_id; p_repo, owner/name;
p_search_tsv, its lexemes.
Result: columns of postings.';

-- noqa: enable=all
create function _insert_postings(
  p_table text, p_document_ids bigint[], p_repos text[], p_search_tsvs tsvector[]
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  insert into postings (term, repo_hash, document_id, frequency, length)
  select p.term, p.repo_hash, p.document_id, p.frequency, p.length
  from unnest(p_document_ids, p_repos, p_search_tsvs) as d (id, repo, search_tsv)
  cross join lateral _list_postings(p_table, d.id, d.repo, d.search_tsv) as p
  order by p.term, p.repo_hash;
end
$$;

comment on function _insert_postings is
'Add documents to the inverted index.
Arguments: p_table, learning_memories or findings; p_document_ids, p_repos and p_search_tsvs, of
equal length.';

create function _delete_postings(
  p_table text, p_document_ids bigint[], p_repos text[], p_search_tsvs tsvector[]
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
-- Always use the primary key, even on tables too small for the planner to prefer it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  delete from postings as p
  using
    unnest(p_document_ids, p_repos, p_search_tsvs) as d (id, repo, search_tsv)
    cross join lateral _list_postings(p_table, d.id, d.repo, d.search_tsv) as o
  where
    p.term = o.term and p.repo_hash = o.repo_hash and p.document_id = o.document_id;
end
$$;

comment on function _delete_postings is
'Remove documents from the inverted index.
Arguments: as in _insert_postings; p_repos and p_search_tsvs must be those that were inserted.';

create function _memory_lexemes(p_state text, p_finding_text text, p_file_path text)
returns tsvector
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return case when p_state <> 'pending' then _document_lexemes(p_finding_text, p_file_path) end;
end
$$;

comment on function _memory_lexemes is
'Return the lexemes under which a memory is indexed.
Arguments: columns of learning_memories.
Result: lexemes of the text and the path; null for a memory that awaits approval, so that it is
neither searched nor counted.';

create function _set_search_tsv()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- PostgreSQL raises a notice for each word that is too long for a lexeme.
set client_min_messages = warning
as $$
begin
  if tg_table_name = 'findings' then
    new.search_tsv := _document_lexemes(new.title);
  else
    new.search_tsv := _memory_lexemes(new.state, new.finding_text, new.file_path);
  end if;
  return new;
end
$$;

comment on function _set_search_tsv is
'Set search_tsv to the lexemes of a finding or a memory. Trigger of learning_memories and
findings.';

create function _maintain_memory_postings()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- Arrays are limited to 1 GB, and a tsvector can have 1 MB.
  c_batch_size constant integer := 500;
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
    return null;
  end if;
  for v_ids, v_repos, v_search_tsvs in
    select array_agg(c.id), array_agg(c.repo), array_agg(c.search_tsv)
    from (select *, (row_number() over () - 1) / c_batch_size as batch from changed_rows) as c
    group by c.batch
  loop
    if tg_op = 'DELETE' then
      perform _delete_postings('learning_memories', v_ids, v_repos, v_search_tsvs);
    else
      perform _insert_postings('learning_memories', v_ids, v_repos, v_search_tsvs);
    end if;
  end loop;
  return null;
end
$$;

comment on function _maintain_memory_postings is
'Maintain the postings of memories. Trigger of learning_memories. It collects the transition
table, changed_rows, into arrays first, because on Citus no statement can refer to both it and a
table.';

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
'Return the repositories of reviews.
Argument: p_review_ids.
Result: one repository per review, in order; null if the review does not exist.';

create function _maintain_finding_postings()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_batch_size constant integer := 500;
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
    return null;
  end if;
  for v_ids, v_review_ids, v_search_tsvs in
    select array_agg(c.id), array_agg(c.review_id), array_agg(c.search_tsv)
    from (select *, (row_number() over () - 1) / c_batch_size as batch from changed_rows) as c
    group by c.batch
  loop
    if tg_op = 'DELETE' then
      perform _delete_postings(
        'findings', v_ids, _list_review_repos(v_review_ids), v_search_tsvs
      );
    else
      perform _insert_postings(
        'findings', v_ids, _list_review_repos(v_review_ids), v_search_tsvs
      );
    end if;
  end loop;
  return null;
end
$$;

comment on function _maintain_finding_postings is
'Maintain the postings of findings, under the repository of their review. Trigger of findings.';

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
'Move the postings of the findings of a review to another repository, or delete them. Trigger of
reviews.';

-- Citus rejects triggers without this; elsewhere it is a placeholder without effect.
set local "citus.enable_unsafe_triggers" = on;

create trigger learning_memories_search_tsv
before insert or update of finding_text, file_path, search_tsv, state on learning_memories
for each row execute function _set_search_tsv();

create trigger findings_search_tsv
before insert or update of title, search_tsv on findings
for each row execute function _set_search_tsv();

create trigger learning_memories_postings_insert
after insert on learning_memories referencing new table as changed_rows
for each statement execute function _maintain_memory_postings();

create trigger learning_memories_postings_delete
after delete on learning_memories referencing old table as changed_rows
for each statement execute function _maintain_memory_postings();

-- Row-level with WHEN, so that marking rows stale does not fire it.
create trigger learning_memories_postings_update
after update of repo, finding_text, file_path, search_tsv, state on learning_memories
for each row when (
  (new.repo, new.search_tsv) is distinct from (old.repo, old.search_tsv)
)
execute function _maintain_memory_postings();

create trigger findings_postings_insert
after insert on findings referencing new table as changed_rows
for each statement execute function _maintain_finding_postings();

create trigger findings_postings_delete
after delete on findings referencing old table as changed_rows
for each statement execute function _maintain_finding_postings();

create trigger findings_postings_update
after update of review_id, title, search_tsv on findings
for each row when (
  (new.review_id, new.search_tsv) is distinct from (old.review_id, old.search_tsv)
)
execute function _maintain_finding_postings();

create trigger reviews_postings_update
after update of repo on reviews
for each row when (new.repo is distinct from old.repo)
execute function _maintain_review_postings();

-- BEFORE, because the delete cascades to the findings.
create trigger reviews_postings_delete
before delete on reviews
for each row execute function _maintain_review_postings();

commit;
