-- Deploy kodiai:search/scope to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- No set clause, so that PostgreSQL inlines it.
create function _is_searchable(
  p_scope search_scope,
  p_stale boolean,
  p_state text,
  p_metadata jsonb,
  p_search_tsv tsvector
)
returns boolean
language sql immutable parallel safe
return not p_stale
and p_state = any((p_scope).states)
and _has_metadata(p_scope, p_metadata)
and ((p_scope).excluded is null or not p_search_tsv @@ (p_scope).excluded);

comment on function _is_searchable is
'Return whether a memory in scope may be returned, judging by the columns that
learning_memories_scope_idx lacks: it is not stale, is in one of the states, has the metadata, and
matches nothing that the query excludes.
Arguments: p_scope; the others are columns of learning_memories.
Result: true or false.';

create function _measure_corpus(
  p_table text, p_owner text, p_repo text, p_is_ranked boolean default true
)
returns search_corpus
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Below this, one slot is too small a sample.
  c_min_sample constant integer := 256;
  v_corpus search_corpus;
begin
  v_corpus.table_name := p_table;
  v_corpus.owner := p_owner;
  v_corpus.document_slots := _posting_slots(p_table, p_owner, '');
  v_corpus.first_repo := coalesce(_posting_repo(p_repo), -9223372036854775808);
  v_corpus.last_repo := coalesce(_posting_repo(p_repo), 9223372036854775807);

  select count(*), sum(p.length)::double precision / nullif(count(*), 0)
  into v_corpus.documents, v_corpus.mean_length
  from postings as p
  where
    p.term = v_corpus.document_slots[1]
    and p.repo_hash between v_corpus.first_repo and v_corpus.last_repo;
  if v_corpus.documents >= c_min_sample or not p_is_ranked then
    v_corpus.documents := v_corpus.documents * _posting_slot_count();
    return v_corpus;
  end if;

  select count(*), sum(p.length)::double precision / nullif(count(*), 0)
  into v_corpus.documents, v_corpus.mean_length
  from postings as p
  where
    p.term = any (v_corpus.document_slots)
    and p.repo_hash between v_corpus.first_repo and v_corpus.last_repo;
  return v_corpus;
end
$$;

comment on function _measure_corpus is
'Count the documents of a repository or an owner, including stale and retired ones. Planner
statistics would be out of date after a bulk load, so this counts postings: all of them up to about
8,000 documents, above that a sample of 1 in 32 (_posting_slot_count).
Arguments: p_table, learning_memories or findings; p_owner; p_repo, null for all repositories of
the owner; p_is_ranked, whether BM25 will rank, which needs exact figures for a small corpus.
Result: a search_corpus.';

create function _graph_cost()
returns integer
language sql immutable parallel safe
return 30000;

comment on function _graph_cost is
'Return the minimum cost of an HNSW graph search, in codes that a scan compares in that time
(docs/explanation/benchmarks.md).';

create function _estimate_scope(
  p_scope search_scope,
  p_corpus search_corpus,
  p_has_embedding boolean,
  out is_listed boolean,
  out share_searchable double precision,
  out share_comparable double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Up to this many memories in scope, listing them is cheaper than filtering search results.
  c_max_listed constant double precision := 10000;
  c_sample_size constant double precision := 128;
  c_is_filtered constant boolean := num_nonnulls(
    p_scope.outcomes, p_scope.severities, p_scope.categories, p_scope.excluded_repos,
    p_scope.path_prefix, p_scope.created_after, p_scope.metadata
  ) > 0;
  c_min_sampled constant double precision := case
    when c_is_filtered then c_max_listed
    when p_has_embedding then _graph_cost()
    else 'infinity'
  end;
  v_share_listed double precision;
  v_mask integer;
begin
  if p_corpus.documents > c_min_sampled then
    -- Sample 1 in 1, 2, 4, ... documents of a slot, by hash bits that the slot does not use.
    v_mask := _posting_slot_count() * (
      (2 ^ greatest(
        round(log(2, (p_corpus.documents / _posting_slot_count() / c_sample_size)::numeric)), 0
      ))::integer - 1
    );
    select
      avg((d.is_in_scope and d.has_metadata)::integer),
      avg((d.is_in_scope and d.is_searchable)::integer),
      avg((d.is_in_scope and d.is_searchable and d.is_comparable)::integer)
    into v_share_listed, share_searchable, share_comparable
    from postings as p
    cross join lateral (
      select
        _in_scope(
          p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path,
          m.created_at
        ) as is_in_scope,
        _has_metadata(p_scope, m.metadata) as has_metadata,
        _is_searchable(p_scope, m.stale, m.state, m.metadata, m.search_tsv) as is_searchable,
        _is_comparable(p_scope, m.embedding_model, m.embedding_code, m.second_code) as is_comparable
      from learning_memories as m
      where m.id = p.document_id
      -- Optimization fence: look up one memory at a time.
      offset 0
    ) as d
    where
      p.term = p_corpus.document_slots[1]
      and p.repo_hash between p_corpus.first_repo and p_corpus.last_repo
      and hashint8(p.document_id) & v_mask = 0;
  end if;
  is_listed := c_is_filtered
  and p_corpus.documents * coalesce(v_share_listed, 1) <= c_max_listed;
end
$$;

comment on function _estimate_scope is
'Estimate from a sample what fraction of a repository or an owner a search may find.
Arguments: p_scope; p_corpus, of the same repository or owner; p_has_embedding, whether the vector
arm searches.
Result: is_listed, whether filters leave few enough memories that listing them is cheaper
(_list_scope). share_searchable: fraction of the corpus that may be returned, 0 to 1;
share_comparable: fraction that may be returned and has an embedding of the model. Both are null
if the corpus is too small for them to matter.';

create function _list_scope(
  p_scope search_scope,
  p_code bit varying,
  out memory_ids bigint[],
  out code_distances double precision[]
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
-- Reset when the function ends.
set enable_bitmapscan = off
as $$
begin
  -- The index of the metadata can only be read with a bitmap scan.
  if p_scope.metadata is not null then
    perform set_config('enable_bitmapscan', 'on', true);
  end if;

  select
    coalesce(array_agg(d.id), '{}'),
    array_agg(
      case
        when _is_comparable(p_scope, d.embedding_model, d.embedding_code, d.second_code)
          then _slot_code(p_scope, d.embedding_code, d.second_code) <~> p_code
      end
    )
  into memory_ids, code_distances
  from learning_memories as d
  where
    _in_scope(
      p_scope, d.owner, d.repo, d.outcome, d.severity, d.category, d.file_path, d.created_at
    )
    and _has_metadata(p_scope, d.metadata);
end
$$;

comment on function _list_scope is
'List the memories in scope that have the metadata, once for both arms, if the filters leave few.
Arguments: p_scope; p_code, code of the query embedding, or null.
Result: memory_ids; code_distances, the Hamming distance of each code from p_code, null without an
embedding of the model.';

create function _survey_scope(
  p_scope search_scope, p_corpus search_corpus, p_embedding vector
)
returns scope_estimate
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_estimate scope_estimate;
  v_is_listed boolean;
begin
  select e.is_listed, e.share_searchable, e.share_comparable
  into v_is_listed, v_estimate.share_searchable, v_estimate.share_comparable
  from _estimate_scope(p_scope, p_corpus, p_embedding is not null) as e;
  if v_is_listed then
    select l.memory_ids, l.code_distances
    into v_estimate.memory_ids, v_estimate.code_distances
    from _list_scope(p_scope, _quantize(p_embedding)) as l;
  end if;
  return v_estimate;
end
$$;

comment on function _survey_scope is
'Estimate how much a search may find, and list it if that is little.
Arguments: p_scope; p_corpus, of the same repository or owner; p_embedding, of the query, or null.
Result: a scope_estimate.';

commit;
