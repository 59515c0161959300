-- Deploy kodiai:search/fusion to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _tier_depth(p_tier integer)
returns integer
language sql immutable parallel safe
return 100 * 2 ^ p_tier;

comment on function _tier_depth is
'Return how many of the first rows of each arm are in a tier or those before it.
Argument: p_tier, 0 to 20; 0 is the pool, from which the fusion takes mean and deviation.';

create function _tier(p_rank bigint)
returns integer
language sql immutable parallel safe
return case when p_rank <= 100 then 0 else ceil(log(2.0, p_rank / 100.0)) end;

comment on function _tier is
'Return the tier of a row.
Argument: p_rank, its rank in the arm in which it ranks higher.
Result: the first tier that reaches as deep (_tier_depth).';

-- No set clause, so that PostgreSQL inlines it.
create function _with_score(p_candidate search_candidate, p_score double precision)
returns search_candidate
language sql immutable parallel safe
return row(
  (p_candidate).memory_id,
  (p_candidate).language,
  (p_candidate).severity,
  (p_candidate).created_at,
  (p_candidate).is_home,
  (p_candidate).text_hash,
  (p_candidate).tier,
  (p_candidate).distance,
  (p_candidate).text_score,
  (p_candidate).relevance,
  (p_candidate).vector_rank,
  (p_candidate).text_rank,
  p_score
)::search_candidate;

comment on function _with_score is
'Return a candidate with its score replaced.
Arguments: p_candidate; p_score.';

create function _zscore_weight(p_zscore double precision)
returns double precision
language sql immutable parallel safe
-- exp() underflows far below the mean, so a hyperbola continues it: rows that are farther away
-- still weigh less. Far above the mean it would overflow.
return case
  when p_zscore >= -20 then exp(0.5 * least(p_zscore, 1000))
  else exp(-10::double precision) * -20 / p_zscore
end;

comment on function _zscore_weight is
'Return the weight of a z-score in the fusion: exp(0.5 * z), and below -20 exp(-10) * 20 / -z;
constant above 1000.
Argument: p_zscore, z, in standard deviations.
Result: the weight, above 0.';

create function _fuse_zscore(
  p_candidates search_candidate[],
  p_vector_weight double precision,
  p_text_weight double precision,
  p_best_text_score double precision
)
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Above the rounding error between equal vectors.
  c_min_distance_deviation constant double precision := 0.000001;
  -- If no document contains the distinctive terms of a query, the other terms must not dominate.
  c_min_text_deviation constant double precision := 0.02 * p_best_text_score;
begin
  return array(
    select _with_score(s.candidate, s.score)
    from (
      select
        z.candidate,
        coalesce(p_vector_weight * _zscore_weight(z.vector_z), 0)
        + coalesce(p_text_weight * 0.6 * _zscore_weight(z.text_z), 0) as score
      from (
        select
          c as candidate,
          -- Null if the arm found nothing. A row without an embedding counts as the farthest
          -- in the pool.
          (p.mean_distance - coalesce(c.distance, p.max_distance))
          / greatest(p.distance_deviation, c_min_distance_deviation) as vector_z,
          (coalesce(c.text_score, 0) - p.mean_text_score)
          / nullif(greatest(p.text_deviation, c_min_text_deviation), 0) as text_z
        from unnest(p_candidates) as c
        cross join (
          select
            avg(i.distance) as mean_distance,
            max(i.distance) as max_distance,
            stddev_pop(i.distance) as distance_deviation,
            case
              when count(i.text_score) > 0 then avg(coalesce(i.text_score, 0))
            end as mean_text_score,
            stddev_pop(coalesce(i.text_score, 0)) as text_deviation
          from unnest(p_candidates) as i
          where i.tier = 0
        ) as p
      ) as z
    ) as s
    order by (s.candidate).tier, s.score desc, (s.candidate).memory_id
  );
end
$$;

comment on function _fuse_zscore is
'Score candidates by how much they stand out in each arm:
p_vector_weight * exp(0.5 * zv) + p_text_weight * 0.6 * exp(0.5 * zt), where zv and zt are the
numbers of standard deviations by which the row beats the mean of the pool (_zscore_weight). The
deviation counts as at least 0.000001 for distances, and as at least 2 % of p_best_text_score for
BM25. A row without an embedding counts as the farthest in the pool. An arm that found nothing
contributes nothing.
Arguments: p_candidates; p_vector_weight and p_text_weight, 0 to 1000; p_best_text_score, an
upper bound of BM25, null without a text query.
Result: the candidates with their scores, by tier, each best first, ties by memory_id.';

create function _fuse_rrf(
  p_candidates search_candidate[],
  p_vector_weight double precision,
  p_text_weight double precision,
  p_rrf_k integer
)
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select _with_score(s.candidate, s.score)
    from (
      select
        c as candidate,
        case
          when c.vector_rank <= _tier_depth(c.tier)
            then p_vector_weight / (p_rrf_k + c.vector_rank)
          else 0
        end
        + case
          when c.text_rank <= _tier_depth(c.tier)
            then p_text_weight / (p_rrf_k + c.text_rank)
          else 0
        end as score
      from unnest(p_candidates) as c
    ) as s
    order by (s.candidate).tier, s.score desc, (s.candidate).memory_id
  );
end
$$;

comment on function _fuse_rrf is
'Score candidates by reciprocal rank fusion: p_vector_weight / (p_rrf_k + vector_rank) +
p_text_weight / (p_rrf_k + text_rank), for the ranks up to the depth of the tier.
Source: Cormack, Clarke and Buettcher, Reciprocal Rank Fusion outperforms Condorcet and
individual Rank Learning Methods, SIGIR 2009.
Arguments: p_candidates; p_vector_weight and p_text_weight, 0 to 1000; p_rrf_k, 1 to 1000000.
Result: the candidates with their scores, by tier, each best first, ties by memory_id.';

commit;
