-- Deploy kodiai:learning/functions/search_memories to pg

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
-- Whatever is read is read by an index, in a small table too.
set enable_seqscan = off
-- Times are put into dynamic SQL: with an offset, not the ambiguous name of a zone.
set datestyle = 'ISO'
-- What is read is the same whatever is asked, so planning it each time is lost.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  -- What is usual among candidates is that among the first of each arm, however many
  -- more are asked for: so, 5 rows are the first 5 of 50.
  c_pool constant integer := 100;
  -- So many rows are listed sooner than they are found among those that do not match.
  c_most_listed constant double precision := 10000;
  -- From so many on the graph may pay (_search_embeddings), if enough of them may be found.
  c_graph_pays constant double precision := 30000;
  c_is_filtered constant boolean := num_nonnulls(
    p_outcomes, p_severities, p_categories, p_path_prefix, p_created_after
  ) > 0;
  v_depth constant integer := greatest(c_pool, 2 * p_limit);
  c_languages constant text[] := array(
    select lower(l.language) from unnest(p_languages) as l (language)
  );
  c_related constant text[] := _related_languages(p_languages);
  v_model text;
  v_question record;
  v_scope text;
  v_rows double precision;
  v_share_in_scope double precision;
  v_share double precision;
  v_among bigint[];
  v_code_distances double precision[];
  v_conditions text;
  v_vector_ids bigint[] := '{}';
  v_distances double precision[] := '{}';
  v_vector_ranks integer[];
  v_text_ids bigint[] := '{}';
  v_text_scores double precision[] := '{}';
  v_text_places integer[] := '{}';
  v_text_ranks integer[];
  v_best_score double precision;
  v_ids bigint[];
  v_scores double precision[];
  v_order bigint[];
  v_order_scores double precision[];
  v_kept integer;
begin
  perform _check_scope(p_repo, p_owner);

  if p_query_text is null and p_query_embedding is null then
    perform _reject_argument('p_query_text or p_query_embedding', 'something to search for', null);
  end if;
  if p_query_embedding is null then
    perform _check_argument('p_query_text', p_query_text, 'long_text');
  elsif length(p_query_text) > 100000 then
    perform _reject_argument('p_query_text', 'at most 100000 characters', p_query_text);
  end if;
  if vector_dims(p_query_embedding) <> _embedding_dim() then
    perform _reject_argument(
      'p_query_embedding', format('%s dimensions', _embedding_dim()),
      vector_dims(p_query_embedding)::text
    );
  end if;
  -- The cosine distance of a vector to itself is not a number where all values are zero,
  -- or so small or large that their squares leave the range of real.
  if p_query_embedding <=> p_query_embedding = 'NaN' then
    perform _reject_argument(
      'p_query_embedding', 'a vector that has a direction',
      format('one of length %s', vector_norm(p_query_embedding))
    );
  end if;
  perform _check_argument('p_limit', p_limit::text, 'row_limit');
  perform _check_array('p_outcomes', p_outcomes, 'outcome');
  perform _check_array('p_severities', p_severities, 'severity');
  perform _check_array('p_categories', p_categories, 'category');
  perform _check_argument('p_vector_weight', p_vector_weight::text, 'weight');
  perform _check_argument('p_text_weight', p_text_weight::text, 'weight');
  perform _check_argument('p_rrf_k', p_rrf_k::text, 'rank_constant');
  if p_recency_half_life is not null then
    perform _check_argument('p_recency_half_life', p_recency_half_life::text, 'half_life');
  end if;
  if p_max_distance is not null then
    perform _check_argument('p_max_distance', p_max_distance::text, 'cosine_distance');
  end if;
  perform _check_argument('p_diversity', p_diversity::text, 'ratio');
  perform _check_argument('p_fusion', p_fusion, 'fusion');
  perform _check_argument('p_recency_floor', p_recency_floor::text, 'ratio');
  if p_min_gap is not null then
    perform _check_argument('p_min_gap', p_min_gap::text, 'ratio');
  end if;
  if p_duplicate_distance is not null then
    perform _check_argument(
      'p_duplicate_distance', p_duplicate_distance::text, 'cosine_distance'
    );
  end if;

  select q.lexemes, q.frequencies, q.phrases, q.excluded
  into v_question
  from _parse_question(coalesce(p_query_text, '')) as q;

  -- By what learning_memories_scope_idx has, and by what it has not.
  v_scope := concat_ws(
    ' and ',
    format('d.owner = %L', coalesce(p_owner, split_part(p_repo, '/', 1))),
    case when p_owner is null then format('d.repo = %L', p_repo) end,
    case when p_outcomes is not null then format('d.outcome = any (%L)', p_outcomes) end,
    case when p_severities is not null then format('d.severity = any (%L)', p_severities) end,
    case when p_categories is not null then format('d.category = any (%L)', p_categories) end,
    case when p_path_prefix is not null then format('d.file_path ^@ %L', p_path_prefix) end,
    case when p_created_after is not null then format('d.created_at > %L', p_created_after) end
  );
  v_conditions := concat_ws(
    ' and ',
    'not d.stale',
    case
      when v_question.excluded is not null
        then format('not d.search_tsv @@ %L::tsquery', v_question.excluded)
    end
  );

  v_model := coalesce(
    p_embedding_model, (select a.embedding_model from active_embedding_model as a)
  );

  -- The few rows that filters leave are listed once, for both arms.
  if c_is_filtered or p_query_embedding is not null then
    select e.rows, e.share_in_scope, e.share
    into v_rows, v_share_in_scope, v_share
    from _estimate_scope(
      p_repo, p_owner, v_scope,
      format(
        '%s and d.embedding_model = %L and d.embedding_code is not null', v_conditions, v_model
      ),
      case when c_is_filtered then c_most_listed else c_graph_pays end
    ) as e;
  end if;
  if c_is_filtered and v_rows * coalesce(v_share_in_scope, 1) <= c_most_listed then
    execute format(
      'select
        coalesce(array_agg(d.id), ''{}''),
        array_agg(case when d.embedding_model = %L then d.embedding_code <~> $1 end)
      from learning_memories as d
      where %s',
      v_model, v_scope
    )
    into v_among, v_code_distances
    using _embedding_code(p_query_embedding);
  end if;

  if p_query_embedding is not null then
    select coalesce(array_agg(e.memory_id), '{}'), coalesce(array_agg(e.distance), '{}')
    into v_vector_ids, v_distances
    from _search_embeddings(
      p_query_embedding, v_model, v_scope, v_conditions, v_rows, v_share, v_depth, p_limit,
      p_max_distance, v_among, v_code_distances
    ) as e;
  end if;

  select
    coalesce(array_agg(t.document_id), '{}'),
    coalesce(array_agg(t.score), '{}'),
    coalesce(array_agg(t.place), '{}'),
    max(t.best_score)
  into v_text_ids, v_text_scores, v_text_places, v_best_score
  from _search_text(
    'learning_memories', p_repo, p_owner,
    v_question.lexemes, v_question.frequencies, v_question.phrases,
    v_scope, v_conditions, v_depth, v_vector_ids, v_among
  ) as t;

  -- What either arm found, with the values of both; then the fusion, and what the caller
  -- prefers.
  with found as materialized (
    select
      m.id,
      m.language,
      m.severity,
      m.created_at,
      coalesce(
        v.distance,
        case when m.embedding_model = v_model then m.embedding <=> p_query_embedding end
      ) as distance,
      t.score as text_score,
      coalesce(v.n <= c_pool, false) or coalesce(t.place <= c_pool, false) as is_in_pool
    from unnest(v_vector_ids, v_distances) with ordinality as v (id, distance, n)
    full join unnest(v_text_ids, v_text_scores, v_text_places) as t (id, score, place) on v.id = t.id
    inner join learning_memories as m on m.id = coalesce(v.id, t.id)
  ),

  candidates as (
    select
      f.id,
      f.language,
      f.severity,
      f.created_at,
      f.is_in_pool,
      case when p_max_distance is null or f.distance <= p_max_distance then f.distance end as distance,
      f.text_score
    from found as f
  ),

  ranked as (
    select
      c.*,
      case
        when c.distance is not null
          then row_number() over (order by c.distance, c.id)
      end as vector_rank,
      case
        when c.text_score is not null
          then row_number() over (order by c.text_score desc nulls last, c.id)
      end as text_rank,
      -- How far a row stands out among the candidates, in standard deviations. A row
      -- without a vector is like the farthest. One floor is above what rounding makes of
      -- equal vectors; the other keeps a question whose telling words are unknown from
      -- making much of the others.
      (
        avg(c.distance) filter (where c.is_in_pool) over ()
        - coalesce(c.distance, max(c.distance) filter (where c.is_in_pool) over ())
      )
      / greatest(
        stddev_pop(c.distance) filter (where c.is_in_pool) over (), 0.000001
      ) as vector_z,
      (
        coalesce(c.text_score, 0)
        - avg(coalesce(c.text_score, 0)) filter (where c.is_in_pool) over ()
      )
      / nullif(
        greatest(
          stddev_pop(coalesce(c.text_score, 0)) filter (where c.is_in_pool) over (),
          0.02 * v_best_score
        ),
        0
      ) as text_z
    from candidates as c
  ),

  fused as (
    select
      r.id,
      r.distance,
      r.text_score,
      r.vector_rank,
      r.text_rank,
      case p_fusion
        when 'rrf'
          then
            case
              when r.vector_rank <= v_depth
                then p_vector_weight::double precision / (p_rrf_k + r.vector_rank)
              else 0
            end
            + case
              when r.text_rank <= v_depth
                then p_text_weight::double precision / (p_rrf_k + r.text_rank)
              else 0
            end
        else
          case
            when cardinality(v_vector_ids) = 0 then 0
            else p_vector_weight * _weigh_zscore(r.vector_z)
          end
          + case
            when cardinality(v_text_ids) = 0 then 0
            else p_text_weight * 0.5 * _weigh_zscore(r.text_z)
          end
      end
      * case
        when lower(r.language) = any (c_languages) then 1.2
        when lower(r.language) = any (c_related) then 1.1
        else 1
      end
      * case
        when p_recency_half_life is null then 1
        else
          greatest(
            -- 0.5 ^ 1000 is about the smallest number that there is.
            power(
              0.5::double precision,
              least(
                greatest(extract(epoch from _now() - r.created_at), 0)
                / extract(epoch from p_recency_half_life),
                800
              )::double precision
            ),
            case when r.severity in ('critical', 'major') then p_recency_floor else 0 end
          )
      end as score
    from ranked as r
  )

  select
    coalesce(array_agg(f.id order by f.score desc, f.id), '{}'),
    coalesce(array_agg(f.score order by f.score desc, f.id), '{}'),
    array_agg(f.distance order by f.score desc, f.id),
    array_agg(f.vector_rank order by f.score desc, f.id),
    array_agg(f.text_score order by f.score desc, f.id),
    array_agg(f.text_rank order by f.score desc, f.id)
  into v_ids, v_scores, v_distances, v_vector_ranks, v_text_scores, v_text_ranks
  from fused as f;

  v_order := v_ids;
  v_order_scores := v_scores;
  if p_duplicate_distance is not null then
    v_order := _collapse_duplicates(v_order, v_model, p_duplicate_distance, p_limit);
    v_order_scores := array(
      select s.score
      from unnest(v_order) with ordinality as o (id, n)
      inner join unnest(v_ids, v_scores) as s (id, score) on o.id = s.id
      order by o.n
    );
  end if;

  if p_min_gap is not null then
    -- The last row has no gap behind it.
    select g.n
    into v_kept
    from (
      select s.n, s.score - lead(s.score) over (order by s.n) as gap
      from unnest(v_order_scores[:p_limit]) with ordinality as s (score, n)
    ) as g
    where g.gap >= p_min_gap * v_order_scores[1] or g.gap is null
    order by g.gap desc nulls last, g.n
    limit 1;
    v_order := v_order[:coalesce(v_kept, 0)];
    v_order_scores := v_order_scores[:coalesce(v_kept, 0)];
  end if;

  v_order := case
    when p_diversity > 0
      then _diversify(v_order, v_order_scores, v_model, p_diversity, p_limit)
    else v_order[:p_limit]
  end;

  return query
  select
    m.id,
    f.score,
    f.vector_rank,
    f.distance,
    f.text_rank,
    f.text_score,
    m.repo::text,
    m.owner,
    m.source_repo::text,
    m.finding_id,
    m.review_id,
    m.finding_text::text,
    m.severity::text,
    m.category::text,
    m.file_path::text,
    m.language::text,
    m.outcome::text,
    m.embedding_model::text,
    m.created_at
  from unnest(v_order) with ordinality as o (id, n)
  inner join unnest(v_ids, v_scores, v_distances, v_vector_ranks, v_text_scores, v_text_ranks)
    as f (id, score, distance, vector_rank, text_score, text_rank) on o.id = f.id
  inner join learning_memories as m on o.id = m.id
  order by o.n;
end
$$;

comment on function search_memories(
  text, text, vector, integer, text, text[], text[], text[], text, timestamptz, text,
  text[], real, real, integer, interval, real, real, text, real, real, real
) is
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
(_rank_bm25), rows with all the words before rows with any. Each brings its first
greatest(100, 2 * p_limit) rows, and each of these is then given its value in the
other.
So 5 rows are the first 5 of 50; above 50 more candidates take part.
p_fusion, how two values become a score:
zscore: p_vector_weight * exp(0.6 * zv) + p_text_weight * 0.5 * exp(0.6 * zt), where
zv and zt are how many standard deviations the row is better than the mean of the
first 100 of both arms: what stands out in one arm goes before what is middling in
both (_weigh_zscore; the deviation of the distance is 0.000001 at least). Of an arm
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
