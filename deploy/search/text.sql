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
        and _is_searchable(p_scope, m.stale, m.state, m.metadata, m.search_tsv)
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
        and _is_searchable(p_scope, m.stale, m.state, m.metadata, m.search_tsv)
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

create function _promote_documents(
  p_documents scored_document[], p_document_ids bigint[]
)
returns scored_document[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select row(s.document_id, s.repo_hash, s.promoted_score, s.matched_weight)::scored_document
    from (
      select
        d.*,
        case
          when d.is_promoted
            then _promote_score(d.score, max(d.score) filter (where not d.is_promoted) over ())
          else d.score
        end as promoted_score
      from (
        select d.*, d.document_id in (select unnest(p_document_ids)) as is_promoted
        from unnest(p_documents) as d
      ) as d
    ) as s
    order by s.promoted_score desc, s.document_id
  );
end
$$;

comment on function _promote_documents is
'Rank some documents above the others (_promote_score).
Arguments: p_documents; p_document_ids, ids of those to promote.
Result: the documents, best first, ties by document_id.';

create function _list_same_words(
  p_corpus search_corpus,
  p_scope search_scope,
  p_terms search_term[],
  p_text text,
  p_limit integer
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  c_length constant bigint := (select sum(t.count) from unnest(p_terms) as t);
begin
  return _pick_searchable(
    p_corpus.table_name,
    p_scope,
    array(
      select p.document_id
      from postings as p
      inner join learning_memories as m on p.document_id = m.id
      where
        p.term = any (p_terms[1].slots)
        and p.repo_hash between p_corpus.first_repo and p_corpus.last_repo
        and p.length = c_length
        and p.frequency = p_terms[1].count
        and not exists (
          select
          from unnest(p_terms[2:]) as t
          where
            not exists (
              select from postings as o
              where
                o.term = t.slots[1 + _posting_slot(p.document_id)]
                and o.repo_hash = p.repo_hash
                and o.document_id = p.document_id
                and o.frequency = t.count
            )
        )
      order by m.finding_text = p_text desc, p.document_id
    ),
    p_limit
  );
end
$$;

comment on function _list_same_words is
'List the memories that consist of the terms of a query, each as often.
Arguments: p_corpus; p_scope, within it; p_terms, from _plan_terms; p_text, of the query; p_limit.
Result: the first p_limit ids of memories that a search may return, those of the same text first.';

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
  p_rare_only boolean default false,
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
  c_terms constant search_term[] := _plan_terms(p_corpus, p_query, p_rare_only);
  -- A text finds itself: it is among the first of a search.
  c_first constant integer := 10;
  v_documents scored_document[];
  v_searchable_ids bigint[];
  v_own_ids bigint[] := '{}';
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

  -- Documents that contain the phrases, or consist of the terms, may not be among the best by
  -- their terms.
  if p_query.phrases is not null then
    v_own_ids := _list_phrase_matches(c_table, p_scope, p_query.phrases, c_max_phrase_matches);
  elsif
    c_table = 'learning_memories'
    -- Otherwise neither repetition nor length counts.
    and _bm25_setting('bm25_k1', 1.2, 'weight') > 0
    -- Those with all terms come first anyway.
    and (
      select count(*)
      from unnest(v_documents) as d
      where _has_all_terms(d.matched_weight, best_score)
    ) > c_first
  then
    v_own_ids := _list_same_words(p_corpus, p_scope, c_terms, p_query.text, c_first);
    if v_own_ids[1] = any (v_searchable_ids[:c_first]) then
      v_own_ids := '{}';
    end if;
  end if;
  if cardinality(v_own_ids) > 0 then
    -- Ranked together with the others, because scores of two calls cannot be compared.
    v_extra_ids := v_searchable_ids || p_extra_ids;
    v_documents := (
      select r.documents
      from _rank_bm25(p_corpus, c_terms, p_limit, v_own_ids || v_extra_ids, v_extra_ids) as r
    );
    v_searchable_ids := v_searchable_ids || v_own_ids;
  end if;
  if p_query.phrases is not null then
    v_own_ids := _pick_phrase_matches(
      c_table, array(select d.document_id from unnest(v_documents) as d), p_query.phrases
    );
  end if;
  if cardinality(v_own_ids) > 0 then
    v_documents := _promote_documents(v_documents, v_own_ids);
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
all quoted phrases first. If others, by repeating words or because they tie, would keep a memory of
the same text, or else all memories of the same words, from the first ten, these come first.
Arguments: p_corpus, from _measure_corpus; p_scope, within it; p_query, from _parse_query;
p_limit; p_share, the fraction of the corpus that is searchable, null if unknown; p_candidate_ids,
all ids in scope, null if unknown; p_extra_ids, ids of searchable documents to score regardless of
rank; p_rare_only, as in _plan_terms.
Result: matches, best first, ties by id: the first p_limit with their rank, or all if fewer
contain a term; and those of p_extra_ids that contain one, without a rank. Their value is BM25,
raised by _promote_score. best_score: an upper bound of BM25 before that.';

commit;
