-- Deploy kodiai:search/functions/search_memories to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function search_memories(
  p_repo text,
  p_query_text text default null,
  p_query_embedding vector default null,
  p_limit integer default 10,
  p_owner text default null,
  p_outcomes text[] default null,
  p_severities text[] default null,
  p_categories text[] default null,
  p_path_prefix text default null,
  p_created_after timestamptz default null,
  p_embedding_model text default null,
  p_languages text[] default null,
  p_vector_weight real default 1.0,
  p_text_weight real default 1.0,
  p_rrf_k integer default 60,
  p_recency_half_life interval default null,
  p_max_distance real default null,
  p_diversity real default 0.0,
  p_fusion text default 'zscore',
  p_recency_floor real default 0.5,
  p_min_gap real default null,
  p_duplicate_distance real default null
)
returns table (
  memory_id bigint,
  score double precision,
  vector_rank integer,
  distance double precision,
  text_rank integer,
  text_score double precision,
  repo text,
  owner text,
  source_repo text,
  finding_id bigint,
  review_id bigint,
  finding_text text,
  severity text,
  category text,
  file_path text,
  language text,
  outcome text,
  embedding_model text,
  created_at timestamptz
)
language plpgsql stable parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- At a large p_limit the estimates are so high that compiling would take longer.
set jit = off
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  -- Mean and deviation of the fusion are those of the first rows of each arm, however many
  -- are asked for: so, 5 rows are the first 5 of 50.
  c_pool_size constant integer := 100;
  v_depth integer;
  v_query parsed_query;
  v_scope search_scope;
  v_corpus search_corpus;
  v_is_listed boolean;
  v_share_searchable double precision;
  v_share_comparable double precision;
  v_candidate_ids bigint[];
  v_code_distances double precision[];
  v_vector_matches search_match[] := '{}';
  v_text_matches search_match[];
  v_best_text_score double precision;
  v_candidates search_candidate[];
begin
  perform _check_search_arguments(
    p_repo, p_query_text, p_query_embedding, p_limit, p_owner, p_outcomes, p_severities,
    p_categories, p_vector_weight, p_text_weight, p_rrf_k, p_recency_half_life, p_max_distance,
    p_diversity, p_fusion, p_recency_floor, p_min_gap, p_duplicate_distance
  );

  v_depth := greatest(c_pool_size, 2 * p_limit);
  v_query := _parse_query(coalesce(p_query_text, ''));
  v_scope.owner := coalesce(p_owner, split_part(p_repo, '/', 1));
  v_scope.repo := case when p_owner is null then p_repo end;
  v_scope.outcomes := p_outcomes;
  v_scope.severities := p_severities;
  v_scope.categories := p_categories;
  v_scope.path_prefix := p_path_prefix;
  v_scope.created_after := p_created_after;
  v_scope.embedding_model := coalesce(
    p_embedding_model, (select a.embedding_model from active_embedding_model as a)
  );
  v_scope.excluded := v_query.excluded;
  v_corpus := _measure_corpus(
    'learning_memories', v_scope.owner, v_scope.repo, cardinality(v_query.terms) > 0
  );
  select e.is_listed, e.share_searchable, e.share_comparable
  into v_is_listed, v_share_searchable, v_share_comparable
  from _estimate_scope(v_scope, v_corpus, p_query_embedding is not null) as e;
  if v_is_listed then
    select l.memory_ids, l.code_distances
    into v_candidate_ids, v_code_distances
    from _list_scope(v_scope, _quantize(p_query_embedding)) as l;
  end if;

  if p_query_embedding is not null then
    v_vector_matches := _search_vectors(
      v_scope, p_query_embedding, v_corpus.documents, v_share_comparable, v_depth, p_limit,
      p_max_distance, v_candidate_ids, v_code_distances
    );
  end if;
  select t.matches, t.best_score
  into v_text_matches, v_best_text_score
  from _search_text(
    v_corpus, v_scope, v_query, v_depth, v_share_searchable, v_candidate_ids,
    array(select v.id from unnest(v_vector_matches) as v)
  ) as t;

  v_candidates := _gather_candidates(
    v_scope, p_query_embedding, p_max_distance, v_vector_matches, v_text_matches, c_pool_size
  );
  v_candidates := case p_fusion
    when 'rrf'
      then _fuse_rrf(v_candidates, p_vector_weight, p_text_weight, p_rrf_k, v_depth)
    else _fuse_zscore(v_candidates, p_vector_weight, p_text_weight, v_best_text_score)
  end;
  v_candidates := _prefer(
    v_candidates, v_scope.embedding_model, p_limit, p_languages, p_recency_half_life,
    p_recency_floor, p_duplicate_distance, p_min_gap, p_diversity
  );

  return query
  select
    m.id, c.score, c.vector_rank, c.distance, c.text_rank, c.text_score, m.repo::text, m.owner,
    m.source_repo::text, m.finding_id, m.review_id, m.finding_text::text, m.severity::text,
    m.category::text, m.file_path::text, m.language::text, m.outcome::text,
    m.embedding_model::text, m.created_at
  from generate_subscripts(v_candidates, 1) as o (ord)
  cross join lateral (select (v_candidates[o.ord]).*) as c
  inner join learning_memories as m on c.memory_id = m.id
  order by o.ord;
end
$$;

comment on function search_memories is
'The memories that match a question, best first. A row matches when it is in the scope,
passes every filter, is not stale, and shares a word with p_query_text (text arm) or
has an embedding of the model (vector arm). min(p_limit, rows that match) rows come
back, however narrow the filters are.
Scope: p_repo, owner/name, alone: that repository. p_owner alone or with one of its
repositories as p_repo: every repository of the owner. One of the two is required.
What to look for, at least one of: p_query_text, a question in plain words, up to
100000 characters, of which the first 256 different words count (null or, beside an
embedding, empty: no text arm); p_query_embedding, as wide as the memory was deployed
(null: no vector arm). In the text, "quoted words" are a phrase: rows that have all
phrases come first in the text arm; and -word or -"quoted words" leave out every row
that has them, in both arms. p_embedding_model: whose embeddings to compare with; null
for the active one (set_embedding_model). Rows of another model, or without an
embedding, are found by the text arm only.
p_limit: 1 to 1000.
Filters; null for any, an empty array for none: p_outcomes, p_severities,
p_categories; p_path_prefix, how file_path begins; p_created_after, exclusive;
p_max_distance, 0 to 2, which the vector arm keeps to (the text arm may still find a
row beyond it).
Arms: the vector arm ranks the scope by cosine distance (0 to 2), the text arm by BM25
(_rank_bm25), rows with all the words before rows with any. Each returns its first
greatest(100, 2 * p_limit) rows, and each of these is then given its value in the
other. So 5 rows are the first 5 of 50; above 50 more candidates take part.
p_fusion, how two values become a score:
zscore: p_vector_weight * exp(0.6 * zv) + p_text_weight * 0.5 * exp(0.6 * zt), where
zv and zt are how many standard deviations the row is better than the mean of the
first 100 of both arms: what stands out in one arm goes before what is middling in
both (_zscore_weight; the deviation of the distance is 0.000001 at least). Of an arm
that found nothing the term is left out; a row without a vector counts as the
farthest; the deviation in the text arm is at least 2 % of the best that BM25 could
give. Measured: docs/search-quality.md.
rrf: p_vector_weight / (p_rrf_k + vector_rank) + p_text_weight / (p_rrf_k +
text_rank), reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009), of the
first rows of each arm; p_rrf_k 1 to 1000000. Weights: 0 to 1000.
What the caller prefers, each off unless given: p_languages, in any case of letters:
the score is multiplied by 1.2 for one of them, by 1.1 for a related one
(_related_languages). p_recency_half_life: it is multiplied by 0.5 ^ (age /
p_recency_half_life), for critical and major memories by p_recency_floor, 0 to 1, at
least. p_duplicate_distance, 0 to 2: a row of equal text, or as near as this to a
better one, is left out, and the next comes up; only so many rows are returned as
candidates are different (for the first 100 rows). p_min_gap, 0 to 1: of the rows that
would be returned, those after the largest fall of the score are left out, if that is
at least this share of the best score. p_diversity, 0 to 1: the share that being unlike
the rows above has against the score (maximal marginal relevance, for the first 100
rows).
Result: best first, ties by memory_id. score as above. vector_rank and distance: place
among the candidates and cosine distance; null without an embedding of the model, or
beyond p_max_distance. text_rank and text_score: place among the candidates and BM25;
null where no word is shared. The other columns are those of learning_memories.
Errors: 22004 without a scope, or without something to search for; 22023 for any other
argument outside what is said here, and where the text arm finds the settings
kodiai.bm25_k1 and kodiai.bm25_b outside their range.';

\set app :schema _app
\set reader :schema _reader
grant execute on function search_memories to :"app", :"reader";

commit;
