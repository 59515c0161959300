-- Deploy kodiai:search/candidates to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _relevance(
  p_distance double precision, p_coverage double precision, p_has_terms boolean
)
returns double precision
language sql immutable parallel safe
return case
  when p_distance is null then coalesce(p_coverage, 0)
  when p_has_terms then (2 * greatest(1 - p_distance, 0) + coalesce(p_coverage, 0)) / 3
  else greatest(1 - p_distance, 0)
end;

comment on function _relevance is
'Return how relevant a memory is to a query, regardless of what else was found: the cosine
similarity (0 if negative) and the coverage of the terms, averaged 2 to 1 if both are known. The
weights separate questions that have an answer from others best
(docs/explanation/search-quality.md).
Arguments: p_distance, cosine distance, null if unknown; p_coverage, share of the terms of the query
that the memory contains, weighted by idf, null for none; p_has_terms, whether the query has any.
Result: 0 to 1.';

create function _gather_candidates(
  p_scope search_scope,
  p_home_repo text,
  p_embedding vector,
  p_vector_matches search_match[],
  p_text_matches search_match[],
  p_has_terms boolean
)
returns search_candidate[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select
      row(
        c.id, c.language, c.severity, c.created_at, c.is_home, c.text_hash, c.tier, c.distance,
        c.text_score,
        _relevance(c.distance, c.coverage, p_has_terms),
        case
          when c.distance is not null then row_number() over (order by c.distance, c.id)
        end,
        case
          when c.text_score is not null
            then row_number() over (order by c.text_score desc nulls last, c.id)
        end,
        null
      )::search_candidate
    from (
      select
        m.id,
        m.language,
        m.severity,
        m.created_at,
        coalesce(m.repo = p_home_repo, false) as is_home,
        -- Of 64 bits: among a few thousand texts, the probability of a collision is 1 in 10^12.
        hashtextextended(m.finding_text, 0) as text_hash,
        _tier(least(v.rank, t.rank)) as tier,
        coalesce(
          v.value,
          case
            when _is_comparable(p_scope, m.embedding_model, m.embedding_code, m.second_code)
              then _slot_embedding(p_scope, m.embedding, m.second_embedding) <=> p_embedding
          end
        ) as distance,
        t.value as text_score,
        t.coverage
      from unnest(p_vector_matches) as v
      full join unnest(p_text_matches) as t on v.id = t.id
      inner join learning_memories as m on m.id = coalesce(v.id, t.id)
    ) as c
  );
end
$$;

comment on function _gather_candidates is
'Join the matches of both arms, and compute for each row its value in the arm that did not find
it.
Arguments: p_scope; p_home_repo, the repository that asks, null if unknown; p_embedding, of the
query, or null; p_vector_matches, from _search_vectors; p_text_matches, from _search_text;
p_has_terms, whether the text arm had a term to search for.
Result: candidates with ranks but without scores, in no particular order.';

create function _find_candidates(
  p_scope search_scope,
  p_home_repo text,
  p_query parsed_query,
  p_embedding vector,
  p_corpus search_corpus,
  p_estimate scope_estimate,
  p_depth integer,
  p_vector_weight double precision,
  p_text_weight double precision,
  p_rrf_k integer,
  p_fusion text
)
returns search_candidate[]
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_vector_matches search_match[] := '{}';
  v_text_matches search_match[];
  v_best_text_score double precision;
  v_candidates search_candidate[];
begin
  if p_embedding is not null then
    v_vector_matches := _search_vectors(
      p_scope, p_embedding, p_corpus.documents, p_estimate.share_comparable, p_depth,
      p_estimate.memory_ids, p_estimate.code_distances
    );
  end if;
  select t.matches, t.best_score
  into v_text_matches, v_best_text_score
  from _search_text(
    p_corpus, p_scope, p_query, p_depth, p_estimate.share_searchable, p_estimate.memory_ids,
    array(select v.id from unnest(v_vector_matches) as v)
  ) as t;

  v_candidates := _gather_candidates(
    p_scope, p_home_repo, p_embedding, v_vector_matches, v_text_matches,
    v_best_text_score is not null
  );
  if p_fusion = 'rrf' then
    return _fuse_rrf(v_candidates, p_vector_weight, p_text_weight, p_rrf_k);
  end if;
  v_candidates := _fuse_zscore(
    v_candidates, p_vector_weight, p_text_weight, v_best_text_score
  );
  -- The order of one arm alone is that of its values.
  if
    p_vector_weight > 0 and cardinality(v_vector_matches) > 0
    and p_text_weight > 0 and cardinality(v_text_matches) > 0
  then
    v_candidates := _add_neighbor_scores(v_candidates, p_scope);
  end if;
  return v_candidates;
end
$$;

comment on function _find_candidates is
'Run both arms of a search and fuse what they find.
Arguments: p_scope; p_home_repo, the repository that asks, null if unknown; p_query, from
_parse_query; p_embedding, of the query, or null; p_corpus, from _measure_corpus; p_estimate, from
_survey_scope; p_depth, how many rows of each arm to fuse; the others as in search_memories.
Result: the candidates by tier, each best first, ties by memory_id.';

commit;
