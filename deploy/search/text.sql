-- Deploy kodiai:search/text to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _list_documents(p_table text, p_scope search_scope)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
  if p_table = 'findings' then
    return array(
      select f.id
      from findings as f
      inner join reviews as r on f.review_id = r.id
      where r.repo = p_scope.repo
    );
  end if;
  return array(
    select m.id
    from learning_memories as m
    where
      _in_scope(
        p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path,
        m.created_at
      )
  );
end
$$;

comment on function _list_documents is
'List the documents in scope, searchable or not.
Arguments: p_table, learning_memories or findings; p_scope.
Result: their ids.';

create function _pick_searchable(
  p_table text, p_scope search_scope, p_document_ids bigint[], p_limit integer default null
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  -- The optimization fences (offset 0) force a loop over the list that looks up one document at
  -- a time. So its rows are in order without a sort, and the limit ends the loop.
  if p_table = 'findings' then
    return array(
      select c.id
      from unnest(p_document_ids) with ordinality as c (id, ord)
      cross join lateral (
        select
        from findings as f
        inner join reviews as r on f.review_id = r.id
        where
          f.id = c.id
          and r.repo = p_scope.repo
          and (p_scope.excluded is null or not f.search_tsv @@ p_scope.excluded)
        offset 0
      ) as d
      order by c.ord
      limit p_limit
    );
  end if;
  return array(
    select c.id
    from unnest(p_document_ids) with ordinality as c (id, ord)
    cross join lateral (
      select
      from learning_memories as m
      where
        m.id = c.id
        and _in_scope(
          p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path,
          m.created_at
        )
        and _is_searchable(p_scope, m.stale, m.search_tsv)
      offset 0
    ) as d
    order by c.ord
    limit p_limit
  );
end
$$;

comment on function _pick_searchable is
'Pick the documents that a search may return.
Arguments: p_table, learning_memories or findings; p_scope; p_document_ids, to pick from, best
first; p_limit, null for all.
Result: the first p_limit of them, in the same order.';

create function _list_phrase_matches(
  p_table text, p_scope search_scope, p_phrases tsquery, p_limit integer
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
-- GIN supports bitmap scans only.
set enable_bitmapscan = on
as $$
declare
  v_id bigint;
  v_ids bigint[] := '{}';
begin
  -- Loops instead of a limit: a limit would need an order, and so read all matches of a common
  -- phrase.
  if p_table = 'findings' then
    for v_id in
      select f.id
      from findings as f
      where
        exists (
          select from reviews as r
          where r.id = f.review_id and r.repo = p_scope.repo
        )
        and (p_scope.excluded is null or not f.search_tsv @@ p_scope.excluded)
        and f.search_tsv @@ p_phrases
    loop
      v_ids := v_ids || v_id;
      exit when cardinality(v_ids) > p_limit;
    end loop;
  else
    for v_id in
      select m.id
      from learning_memories as m
      where
        _in_scope(
          p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path,
          m.created_at
        )
        and _is_searchable(p_scope, m.stale, m.search_tsv)
        and m.search_tsv @@ p_phrases
    loop
      v_ids := v_ids || v_id;
      exit when cardinality(v_ids) > p_limit;
    end loop;
  end if;
  return case when cardinality(v_ids) <= p_limit then v_ids end;
end
$$;

comment on function _list_phrase_matches is
'List the documents that a search may return and that contain all phrases of the query.
Arguments: p_table, learning_memories or findings; p_scope; p_phrases; p_limit.
Result: their ids, in no particular order; null if there are more than p_limit.';

create function _pick_phrase_matches(
  p_table text, p_document_ids bigint[], p_phrases tsquery
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  if p_table = 'findings' then
    return array(
      select f.id
      from findings as f
      where f.id = any (p_document_ids) and f.search_tsv @@ p_phrases
    );
  end if;
  return array(
    select m.id
    from learning_memories as m
    where m.id = any (p_document_ids) and m.search_tsv @@ p_phrases
  );
end
$$;

comment on function _pick_phrase_matches is
'Pick the documents that contain all phrases of a query.
Arguments: p_table, learning_memories or findings; p_document_ids, to pick from; p_phrases.
Result: their ids, in no particular order.';

create function _promote_phrases(
  p_table text,
  p_phrases tsquery,
  p_documents scored_document[]
)
returns scored_document[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  c_match_ids constant bigint[] := _pick_phrase_matches(
    p_table, array(select d.document_id from unnest(p_documents) as d), p_phrases
  );
begin
  return array(
    select row(s.document_id, s.repo_hash, s.promoted_score, s.matched_weight)::scored_document
    from (
      select
        d.*,
        case
          when d.has_phrases
            then _promote_score(d.score, max(d.score) filter (where not d.has_phrases) over ())
          else d.score
        end as promoted_score
      from (
        select d.*, d.document_id in (select unnest(c_match_ids)) as has_phrases
        from unnest(p_documents) as d
      ) as d
    ) as s
    order by s.promoted_score desc, s.document_id
  );
end
$$;

comment on function _promote_phrases is
'Rank documents that contain all phrases of a query above the others (_promote_score).
Arguments: p_table, learning_memories or findings; p_phrases; p_documents.
Result: the documents, best first, ties by document_id.';

create function _rank_searchable(
  p_corpus search_corpus,
  p_scope search_scope,
  p_terms search_term[],
  p_limit integer,
  p_share double precision,
  p_candidate_ids bigint[],
  p_extra_ids bigint[],
  out documents scored_document[],
  out searchable_ids bigint[],
  out best_score double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- Fewer are too small a sample to extrapolate the batch size from.
  c_min_sample constant integer := 5;
  -- 50 % headroom, because the share is an estimate.
  c_batch_size constant integer := p_limit * case
    when p_candidate_ids is null and p_share > 0 then least(greatest(1.5 / p_share, 2), 100)
    else 2
  end;
  v_batch_size integer := c_batch_size;
  v_candidate_ids bigint[] := p_candidate_ids;
  v_all_searchable boolean := false;
begin
  -- Rank a batch and keep what is searchable. If too few remain, rank a larger batch, extrapolated
  -- from that yield. If hardly any remain, or still too few, filter first and rank only
  -- searchable documents.
  loop
    select r.documents, r.best_score
    into documents, best_score
    from _rank_bm25(p_corpus, p_terms, v_batch_size, v_candidate_ids, p_extra_ids) as r;
    searchable_ids := _pick_searchable(
      p_corpus.table_name, p_scope, array(select d.document_id from unnest(documents) as d),
      p_limit
    );
    exit when
      cardinality(searchable_ids) = p_limit
      or cardinality(documents) < v_batch_size
      or v_all_searchable;
    if
      v_batch_size = c_batch_size
      and cardinality(searchable_ids) >= c_min_sample
      and p_candidate_ids is null
    then
      v_batch_size := 1.5 * v_batch_size * p_limit / cardinality(searchable_ids);
    else
      v_candidate_ids := _pick_searchable(
        p_corpus.table_name, p_scope,
        coalesce(p_candidate_ids, _list_documents(p_corpus.table_name, p_scope))
      );
      v_all_searchable := true;
    end if;
  end loop;
end
$$;

comment on function _rank_searchable is
'Rank documents by BM25 (_rank_bm25) until enough of them are searchable.
Arguments: as in _search_text; p_terms, from _plan_terms.
Result: documents, searchable or not, best first; searchable_ids, the first p_limit of them that
are searchable, or all if fewer are; best_score, an upper bound of BM25.';

create function _search_text(
  p_corpus search_corpus,
  p_scope search_scope,
  p_query parsed_query,
  p_limit integer,
  p_share double precision default null,
  p_candidate_ids bigint[] default null,
  p_extra_ids bigint[] default null,
  out matches search_match[],
  out best_score double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- If more documents contain the phrases, consider only those that rank best by their terms.
  c_max_phrase_matches constant integer := 5000;
  c_table constant text := p_corpus.table_name;
  c_terms constant search_term[] := _plan_terms(p_corpus, p_query);
  v_documents scored_document[];
  v_searchable_ids bigint[];
  v_phrase_ids bigint[];
  v_extra_ids bigint[];
begin
  matches := '{}';
  if cardinality(c_terms) = 0 then
    return;
  end if;

  select r.documents, r.searchable_ids, r.best_score
  into v_documents, v_searchable_ids, best_score
  from _rank_searchable(
    p_corpus, p_scope, c_terms, p_limit, p_share, p_candidate_ids, p_extra_ids
  ) as r;

  -- Documents that contain the phrases may not be among the best by their terms.
  if p_query.phrases is not null then
    v_phrase_ids := _list_phrase_matches(
      c_table, p_scope, p_query.phrases, c_max_phrase_matches
    );
    if cardinality(v_phrase_ids) > 0 then
      -- Ranked together with the others, because scores of two calls cannot be compared.
      v_extra_ids := v_searchable_ids || p_extra_ids;
      v_documents := (
        select r.documents
        from _rank_bm25(
          p_corpus, c_terms, p_limit, v_phrase_ids || v_extra_ids, v_extra_ids
        ) as r
      );
      v_searchable_ids := v_searchable_ids || v_phrase_ids;
    end if;
    v_documents := _promote_phrases(c_table, p_query.phrases, v_documents);
  end if;

  matches := array(
    select
      row(
        d.document_id,
        d.score,
        case when d.rank <= p_limit then d.rank end,
        least(d.matched_weight / best_score, 1)
      )::search_match
    from (
      select
        d.document_id,
        d.score,
        d.matched_weight,
        d.ord,
        case
          when s.id is not null then row_number() over (partition by s.id is null order by d.ord)
        end as rank
      from unnest(v_documents) with ordinality
      as d (document_id, repo_hash, score, matched_weight, ord)
      left join (select distinct u.id from unnest(v_searchable_ids) as u (id)) as s
        on d.document_id = s.id
    ) as d
    where d.rank <= p_limit or d.document_id = any (p_extra_ids)
    order by d.ord
  );
end
$$;

comment on function _search_text is
'The text arm of a search: rank the searchable documents in scope by BM25 (_rank_bm25), those with
all quoted phrases first.
Arguments: p_corpus, from _measure_corpus; p_scope, within it; p_query, from _parse_query;
p_limit; p_share, the fraction of the corpus that is searchable, null if unknown; p_candidate_ids,
all ids in scope, null if unknown; p_extra_ids, ids of searchable documents to score regardless of
rank.
Result: matches, best first, ties by id: the first p_limit with their rank, or all if fewer
contain a term; and those of p_extra_ids that contain one, without a rank. Their value is BM25,
raised by _promote_score. best_score: an upper bound of BM25 before that.';

commit;
