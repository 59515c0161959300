-- Deploy kodiai:search/functions/search_memories to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function search_memories(
  p_repo text,
  p_query_text text default null,
  p_query_embedding vector default null,
  p_limit bigint default 10,
  p_owner text default null,
  p_outcomes text[] default null,
  p_severities text[] default null,
  p_categories text[] default null,
  p_path_prefix text default null,
  p_created_after timestamptz default null,
  p_embedding_model text default null,
  p_languages text[] default null,
  p_vector_weight double precision default 1.0,
  p_text_weight double precision default 1.0,
  p_rrf_k bigint default 60,
  p_recency_half_life interval default null,
  p_max_distance double precision default null,
  p_diversity double precision default 0.0,
  p_fusion text default 'zscore',
  p_recency_floor double precision default 0.5,
  p_min_gap double precision default null,
  p_duplicate_distance double precision default 0,
  p_query_syntax text default 'plain',
  p_min_relevance double precision default null,
  p_exclude_repos text[] default null,
  p_home_weight double precision default 0.05,
  p_metadata jsonb default null
)
returns table (
  memory_id bigint,
  score double precision,
  relevance double precision,
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
  metadata jsonb,
  created_at timestamptz
)
language plpgsql stable parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- With a large p_limit, cost estimates would trigger JIT compilation, which takes longer than the
-- query.
set jit = off
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_limit integer;
  v_depth integer;
  v_query parsed_query;
  v_scope search_scope;
  v_corpus search_corpus;
  v_estimate scope_estimate;
  v_found search_candidate[];
  v_matching search_candidate[];
  v_candidates search_candidate[];
  v_previous integer := 0;
begin
  perform _check_search_arguments(
    p_repo, p_query_text, p_query_embedding, p_limit, p_owner, p_outcomes, p_severities,
    p_categories, p_languages, p_vector_weight, p_text_weight, p_rrf_k, p_recency_half_life,
    p_max_distance, p_diversity, p_fusion, p_recency_floor, p_min_gap, p_duplicate_distance,
    p_query_syntax, p_min_relevance, p_exclude_repos, p_home_weight, p_metadata
  );

  p_repo := _fold_name(p_repo);
  p_owner := _fold_name(p_owner);
  v_limit := p_limit;
  v_depth := _tier_depth(_tier(v_limit));
  v_query := _parse_query(coalesce(p_query_text, ''), p_query_syntax);
  v_scope := _make_scope(
    p_repo, p_owner, p_outcomes, p_severities, p_categories, p_path_prefix, p_created_after,
    p_metadata
  );
  if cardinality(p_exclude_repos) > 0 then
    v_scope.excluded_repos := array(
      select _fold_name(r.name) from unnest(p_exclude_repos) as r (name)
    );
  end if;
  v_scope := _with_model(v_scope, p_embedding_model);
  v_scope.excluded := v_query.excluded;
  v_corpus := _measure_corpus(
    'learning_memories', v_scope.owner, v_scope.repo, cardinality(v_query.terms) > 0
  );
  v_estimate := _survey_scope(v_scope, v_corpus, p_query_embedding);

  loop
    v_found := _find_candidates(
      v_scope, case when p_owner is not null then p_repo end, v_query, p_query_embedding,
      v_corpus, v_estimate, v_depth, p_vector_weight, p_text_weight, p_rrf_k::integer, p_fusion
    );
    v_matching := _prefer(
      v_found, p_languages, p_recency_half_life, p_recency_floor, p_home_weight,
      p_max_distance, p_min_relevance
    );
    v_candidates := _collapse_duplicates(
      v_matching, v_scope, p_duplicate_distance,
      case when p_diversity > 0 then greatest(v_limit, _diversified_rows()) else v_limit end
    );
    -- If duplicates leave too few rows, look for more, until that brings nothing new.
    exit when
      cardinality(v_candidates) >= least(v_limit, cardinality(v_matching))
      or cardinality(v_found) < v_depth
      or cardinality(v_matching) = v_previous;
    v_previous := cardinality(v_matching);
    v_depth := 4 * v_depth;
  end loop;
  v_candidates := _pick(
    v_candidates, v_scope, v_limit, p_min_gap, p_diversity
  );

  return query
  select
    m.id, c.score, c.relevance, c.vector_rank, c.distance, c.text_rank, c.text_score,
    m.repo::text, m.owner::text, m.source_repo::text, m.finding_id, m.review_id,
    m.finding_text::text, m.severity::text, m.category::text, m.file_path::text,
    m.language::text, m.outcome::text,
    _shown_model(v_scope, m.embedding_model, m.second_code),
    m.metadata::jsonb, m.created_at
  from generate_subscripts(v_candidates, 1) as o (ord)
  cross join lateral (select (v_candidates[o.ord]).*) as c
  cross join lateral (
    select m.*
    from learning_memories as m
    where m.id = c.memory_id
    -- Optimization fence: look up one memory at a time.
    offset 0
  ) as m
  order by o.ord;
end
$$;

comment on function search_memories is
'Search memories by text, by embedding or by both, best match first.

Matching. A memory matches if it is in scope, passes every filter, is active, not stale, and either
contains a term of p_query_text in its text or file_path (text arm), or has an embedding of
p_embedding_model within p_max_distance (vector arm). Memories of equal text count as one, unless
p_duplicate_distance is null. The result has min(p_limit, number of matches) rows, however
selective the filters are; only p_min_relevance, p_min_gap and a p_duplicate_distance above 0
reduce it.

Order. p_limit, p_max_distance and p_min_relevance cut the list; they never change its order.

Scope. p_repo alone searches that repository. p_owner searches all repositories of the owner,
whether or not one of them is given as p_repo. One of the two is required.

Query. p_query_text, p_query_embedding or both are required. The text is plain words, of which the
first 256 distinct terms count: a diff, a stack trace or a command can be passed unchanged. With
p_query_syntax => ''websearch'', two or more "quoted words" are a phrase: memories that contain all
phrases rank first in the text arm; -word and -"quoted words" exclude memories that contain them,
from both arms. Memories without an embedding of p_embedding_model are found by the text arm only;
if the repository or owner has no others, a notice with SQLSTATE KB005 says so.

Arms. The vector arm ranks by cosine distance. The text arm ranks by BM25 (Robertson and Zaragoza,
2009, in the form of Lucene: _rank_bm25); memories with all terms come before those with some. A
term that only the file_path contains counts little (_path_share). Each arm contributes its first
100 memories as candidates, and every candidate is scored in the other arm too. A p_limit above 100
adds tiers: the first 200 of each arm, 400, and so on. The tiers follow each other, so the first 5
of 500 rows are the rows that p_limit => 5 returns: a score s of tier n is lowered to lowest / 2 ^
n * (1 + s / (1 + s)), where lowest is the lowest score among the first 100 of each arm. If equal
texts leave fewer than p_limit rows, more tiers are added.

Fusion by zscore. The score is
p_vector_weight * exp(0.5 * zv) + p_text_weight * 0.6 * exp(0.5 * zt),
where zv and zt are the numbers of standard deviations by which the memory beats the mean of the
first 100 of each arm: a memory that stands out in one arm ranks above one that is mediocre in
both. The deviation counts as at least 0.000001 for distances, and as at least 2 % of the highest
possible score for BM25. A memory without an embedding counts as the farthest. An arm that found
nothing contributes nothing. Below -20, a hyperbola replaces the exponential so that it does not
underflow (_zscore_weight). If both arms found something and both weights are above 0, similar
memories then support each other: the score of each of the first 50 rows grows by 0.75 times the
mean score of its 10 nearest neighbors among them (_add_neighbor_scores). Evaluation:
docs/explanation/search-quality.md.

Fusion by rrf. The score is
p_vector_weight / (p_rrf_k + vector_rank) + p_text_weight / (p_rrf_k + text_rank),
reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009). Only the first 100 ranks of an
arm count, or as many as the tier reaches.

Relevance is the cosine similarity (0 if negative) and the coverage, the share of the terms of
p_query_text that the memory contains, weighted by idf, averaged 2 to 1; the one that is known if
the other is not. Unlike the score, it does not depend on what else was found, so p_min_relevance
can tell that nothing relevant exists. Which value separates best depends on the model:
docs/explanation/search-quality.md#relevance.

Preferences apply to the fused candidates, in this order: p_languages, p_home_weight and
p_recency_half_life; p_max_distance and p_min_relevance; p_duplicate_distance; p_min_gap;
p_diversity.

Arguments:
  p_repo: owner/name; repository to search; may be null if p_owner is given
  p_query_text: at most 100000 characters; text to search for; null, or blank if p_query_embedding
    is given, for no text arm
  p_query_embedding: vector of embedding_dim dimensions, not all zero; embedding to search for;
    null for no vector arm
  p_limit: 1 to 1000; maximum number of rows
  p_owner: owner of p_repo; extends the scope to all repositories of this owner, in which p_repo is
    preferred by p_home_weight; null for p_repo only
  p_outcomes: array of published | accepted | suppressed | thumbs_up | thumbs_down; only these, at
    most 10000; null for any, an empty array for none
  p_severities: array of critical | major | medium | minor; only these, at most 10000; null for
    any, an empty array for none
  p_categories: array of security | correctness | performance | style | documentation; only these,
    at most 10000; null for any, an empty array for none
  p_path_prefix: only memories whose file_path starts with this literal prefix, whose slashes are
    normalized as in file_path; null for any
  p_created_after: only memories created after this time; null for any
  p_embedding_model: model of p_query_embedding; null for the active one (set_embedding_model)
  p_languages: at most 10000 preferred languages, in any letter case; multiplies the score by 1.2
    for these and by 1.1 for related ones, as typescript is to javascript; null for no preference
  p_vector_weight: 0 to 1000; weight of the vector arm
  p_text_weight: 0 to 1000; weight of the text arm
  p_rrf_k: 1 to 1000000; constant of rrf; the larger, the less the first ranks are favored
  p_recency_half_life: 1 hour or more; multiplies the score by 0.5 ^ (age / p_recency_half_life);
    null to ignore age
  p_max_distance: 0 to 2; maximum cosine distance of memories that contain no term of p_query_text;
    null for no maximum
  p_diversity: 0 to 1; weight of dissimilarity to the rows above, relative to the score, within
    the first 100 rows (maximal marginal relevance: Carbonell and Goldstein, SIGIR 1998)
  p_fusion: zscore | rrf; how the two arms are combined into one score
  p_recency_floor: 0 to 1; lower bound of the p_recency_half_life factor for critical and major
    memories
  p_min_gap: 0 to 1; cuts the result at its largest drop in score, if that is at least this
    fraction of the best score; null for no cut
  p_duplicate_distance: 0 to 2; 0 drops a memory whose text equals that of a better one; above 0,
    also one whose cosine distance from one of the first 100 rows is at most this; null to keep
    duplicates
  p_query_syntax: plain | websearch; what p_query_text may contain: plain for words only, in which
    quotes and hyphens mean nothing, websearch for the operators of web search engines
  p_min_relevance: 0 to 1; minimum relevance; null for none
  p_exclude_repos: array of owner/name; repositories to leave out, at most 10000; null for none
  p_home_weight: 0 to 1; multiplies the score of memories of p_repo by 1 + p_home_weight if p_owner
    is given, so that they win near ties; 0 for no preference
  p_metadata: object that the metadata of a memory must contain; null for any

Result: rows, each a FoundMemory, best first; ties are broken by memory_id.
  memory_id: id of the memory
  score: fused score, adjusted by the preferences; higher is better; comparable only within one
    result
  relevance: 0 to 1; how relevant the memory is, regardless of what else was found
  vector_rank: 1-based rank by distance among the candidates; null if distance is null
  distance: cosine distance from p_query_embedding, 0 to 2; null without p_query_embedding or
    without an embedding of the model
  text_rank: 1-based rank by text_score among the candidates; null if text_score is null
  text_score: BM25, raised for memories with all terms or phrases so that they rank first; null if
    the memory contains no term of p_query_text
  repo: owner/name, in lower case; repository the memory belongs to
  owner: owner of repo, in lower case
  source_repo: owner/name, in lower case; repository where the memory was learned
  finding_id: id of the finding behind the memory; null if none
  review_id: id of the review behind the memory; null if none
  finding_text: what was found
  severity: critical | major | medium | minor; how bad the problem was
  category: security | correctness | performance | style | documentation; kind of problem
  file_path: path of the file, relative to the repository root
  language: programming language of the file; null if unknown
  outcome: published | accepted | suppressed | thumbs_up | thumbs_down; how the team reacted
  embedding_model: model of the embedding; without one, the model named or active when the memory
    was written, else the word none
  metadata: attributes of the memory
  created_at: when the memory was learned; its age counts from then

Errors:
  22004: a required argument is null; the message names it
  22023: an argument or the setting kodiai.bm25_k1 or kodiai.bm25_b is invalid; the message names
    it

Example:
  p_repo => ''acme/api''
  p_query_text => ''connection pool leak''
  p_query_embedding => :''embedding''
  p_limit => 5';

\set app :schema _app
\set reader :schema _reader
grant execute on function search_memories to :"app", :"reader";

commit;
