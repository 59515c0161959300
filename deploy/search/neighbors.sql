-- Deploy kodiai:search/neighbors to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _load_codes(p_candidates search_candidate[], p_scope search_scope)
returns bit varying[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select m.code
    from generate_subscripts(p_candidates, 1) as o (ord)
    cross join lateral (
      select
        case
          when _is_comparable(p_scope, m.embedding_model, m.embedding_code, m.second_code)
            then _slot_code(p_scope, m.embedding_code, m.second_code)
        end as code
      from learning_memories as m
      where m.id = p_candidates[o.ord].memory_id
      -- Optimization fence: look up one memory at a time.
      offset 0
    ) as m
    order by o.ord
  );
end
$$;

comment on function _load_codes is
'Return the code of the embedding of each candidate.
Arguments: p_candidates; p_scope, with the model.
Result: one code per candidate, in order; null without an embedding of the model.';

create function _average_neighbors(p_codes bit varying[], p_scores double precision[])
returns double precision[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  c_neighbors constant integer := 10;
  c_mean_score constant double precision := (
    select avg(s.score) from unnest(p_scores) as s (score)
  );
begin
  return array(
    select coalesce(a.score, c_mean_score)
    from unnest(p_codes) with ordinality as i (code, ord)
    cross join lateral (
      select sum(n.weight * n.score) / nullif(sum(n.weight), 0) as score
      from (
        select
          -- 1 for equal codes, 0 if half of the bits differ.
          greatest(1 - 2 * j.distance / bit_length(i.code), 0) ^ 4 as weight,
          j.score
        from (
          select
            j.ord,
            j.score,
            i.code <~> j.code as distance
          from unnest(p_codes, p_scores) with ordinality as j (code, score, ord)
        ) as j
        where j.ord <> i.ord and j.distance is not null
        order by j.distance, j.ord
        limit c_neighbors
      ) as n
    ) as a
    order by i.ord
  );
end
$$;

comment on function _average_neighbors is
'Return the weighted mean score of the 10 nearest neighbors of each row, by the Hamming distance of
their codes (_quantize). The weight is (1 - 2 * the fraction of the bits that differ) ^ 4, and 0 if
more than half of the bits differ.
Arguments: p_codes, null without an embedding; p_scores, of equal length.
Result: one mean per row, in order; the mean of all scores for a row without a code or without a
neighbor of positive weight.';

create function _add_neighbor_scores(p_candidates search_candidate[], p_scope search_scope)
returns search_candidate[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Time grows with the square of the number of rows.
  c_rows constant integer := 50;
  c_weight constant double precision := 0.75;
  c_means constant double precision[] := _average_neighbors(
    _load_codes(p_candidates[:c_rows], p_scope),
    array(select c.score from unnest(p_candidates[:c_rows]) as c)
  );
begin
  return array(
    select _with_score(s.candidate, s.score)
    from (
      select
        c.candidate,
        (c.candidate).score + c_weight * c_means[o.ord] as score
      from generate_subscripts(c_means, 1) as o (ord)
      cross join lateral (select p_candidates[o.ord] as candidate) as c
    ) as s
    order by (s.candidate).tier, s.score desc, (s.candidate).memory_id
  ) || p_candidates[c_rows + 1:];
end
$$;

comment on function _add_neighbor_scores is
'Let similar memories support each other: add to the score of each of the first 50 candidates 0.75
times the mean score of its nearest neighbors among them (_average_neighbors). So a memory ranks
higher if memories like it match the query too.
Source: the cluster hypothesis, as used in score regularization: Diaz, Regularizing ad hoc
retrieval scores, CIKM 2005. Constants: docs/explanation/search-quality.md.
Arguments: p_candidates, best first; p_scope, with the model whose codes are compared.
Result: the candidates by tier, each best first, ties by memory_id.';

commit;
