-- Deploy kodiai:search/preferences to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _related_languages(p_languages text[])
returns text[]
language sql immutable parallel safe
return array(
  select distinct r.language
  from (
    values
    (array['javascript', 'typescript', 'jsx', 'tsx', 'vue', 'svelte', 'coffeescript']),
    (array['c', 'c++', 'cpp', 'cuda', 'objective-c', 'objective-c++', 'zig']),
    (array['java', 'kotlin', 'scala', 'groovy', 'clojure']),
    (array['c#', 'csharp', 'f#', 'fsharp', 'visual basic', 'vb.net']),
    (array['python', 'cython', 'starlark', 'jupyter notebook']),
    (array['css', 'scss', 'sass', 'less']),
    (array['html', 'xml', 'jsx', 'tsx', 'vue', 'svelte']),
    (array['sql', 'plpgsql', 'plsql', 'tsql']),
    (array['shell', 'bash', 'sh', 'zsh', 'fish']),
    (array['erlang', 'elixir']),
    (array['haskell', 'ocaml', 'elm', 'f#', 'fsharp', 'purescript'])
  ) as f (family)
  cross join unnest(f.family) as r (language)
  where
    f.family && array(select lower(l.language) from unnest(p_languages) as l (language))
    and not exists (
      select
      from unnest(p_languages) as l (language)
      where lower(l.language) = r.language
    )
  order by r.language
);

comment on function _related_languages is
'Return the languages that share much of their syntax or libraries with one of those given.
Argument: p_languages, in any letter case.
Result: the related ones only, in lower case.';

create function _recency_weight(p_age interval, p_half_life interval)
returns double precision
language sql immutable parallel safe
return case
  when p_half_life is null then 1
  else power(
    0.5::double precision,
    -- 0.5 ^ 1000 is close to the smallest double precision value.
    least(
      greatest(extract(epoch from p_age), 0) / extract(epoch from p_half_life), 800
    )::double precision
  )
end;

comment on function _recency_weight is
'Return 0.5 ^ (age / half-life), at most 1 and above 0.
Arguments: p_age; p_half_life, null to ignore age.';

create function _boost_scores(
  p_candidates search_candidate[],
  p_languages text[],
  p_recency_half_life interval,
  p_recency_floor double precision,
  p_home_weight double precision,
  p_now timestamptz
)
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  c_languages constant text[] := array(
    select lower(l.language) from unnest(p_languages) as l (language)
  );
  c_related constant text[] := case
    when p_languages is not null then _related_languages(p_languages)
  end;
  c_language_boost constant double precision := 1.2;
  c_related_boost constant double precision := 1.1;
begin
  if
    p_languages is null and p_recency_half_life is null
    and not exists (select from unnest(p_candidates) as c where c.is_home)
  then
    return p_candidates;
  end if;
  return array(
    select _with_score(s.candidate, s.score)
    from (
      select
        c as candidate,
        c.score
        * case
          when p_languages is null then 1
          when lower(c.language) = any (c_languages) then c_language_boost
          when lower(c.language) = any (c_related) then c_related_boost
          else 1
        end
        * case when c.is_home then 1 + p_home_weight else 1 end
        * greatest(
          _recency_weight(p_now - c.created_at, p_recency_half_life),
          case when c.severity in ('critical', 'major') then p_recency_floor else 0 end
        ) as score
      from unnest(p_candidates) as c
    ) as s
    order by (s.candidate).tier, s.score desc, (s.candidate).memory_id
  );
end
$$;

comment on function _boost_scores is
'Multiply scores by preferences, and sort: by 1.2 for one of p_languages, and by 1.1 for a related
language; by 1 + p_home_weight in the repository that asks; by 0.5 ^ (age / p_recency_half_life),
but at least p_recency_floor for critical and major memories.
Arguments: p_candidates, with scores; p_languages, in any letter case, null for no preference;
p_recency_half_life, null to ignore age; p_recency_floor, 0 to 1; p_home_weight, 0 to 1;
p_now, the time at which age is measured.
Result: the candidates by tier, each best first, ties by memory_id.';

create function _separate_tiers(p_candidates search_candidate[])
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  c_lowest_score constant double precision := (
    select min(c.score) from unnest(p_candidates) as c where c.tier = 0
  );
begin
  if p_candidates[cardinality(p_candidates)].tier = 0 then
    return p_candidates;
  end if;
  return array(
    select
      case
        when c.tier = 0 then p_candidates[o.ord]
        else
          _with_score(
            p_candidates[o.ord], c_lowest_score / 2 ^ c.tier * (1 + c.score / (1 + c.score))
          )
      end
    from generate_subscripts(p_candidates, 1) as o (ord)
    cross join lateral (select (p_candidates[o.ord]).*) as c
    order by o.ord
  );
end
$$;

comment on function _separate_tiers is
'Lower the scores of the tiers above 0, so that the list is in the order of its scores: a score s of
tier n becomes lowest / 2 ^ n * (1 + s / (1 + s)), where lowest is the lowest score of tier 0.
Argument: p_candidates, by tier, each best first.
Result: the candidates, best first.';

create function _cut_irrelevant(
  p_candidates search_candidate[],
  p_max_distance double precision,
  p_min_relevance double precision
)
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  if p_max_distance is null and p_min_relevance is null then
    return p_candidates;
  end if;
  return array(
    select p_candidates[o.ord]
    from generate_subscripts(p_candidates, 1) as o (ord)
    cross join lateral (select (p_candidates[o.ord]).*) as c
    where
      (p_max_distance is null or c.text_score is not null or c.distance <= p_max_distance)
      and (p_min_relevance is null or c.relevance >= p_min_relevance)
    order by o.ord
  );
end
$$;

comment on function _cut_irrelevant is
'Drop candidates that a limit excludes.
Arguments: p_candidates; p_max_distance, above which a row needs a term of the query, null for no
limit; p_min_relevance, null for no limit.
Result: the remaining candidates, in order.';

create function _prefer(
  p_candidates search_candidate[],
  p_languages text[],
  p_recency_half_life interval,
  p_recency_floor double precision,
  p_home_weight double precision,
  p_max_distance double precision,
  p_min_relevance double precision
)
returns search_candidate[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return _cut_irrelevant(
    _separate_tiers(
      _boost_scores(
        p_candidates, p_languages, p_recency_half_life, p_recency_floor, p_home_weight, _now()
      )
    ),
    p_max_distance, p_min_relevance
  );
end
$$;

comment on function _prefer is
'Order candidates by what the caller prefers, and then apply the limits.
Arguments: p_candidates, by tier, each best first; the others as in search_memories.
Result: the remaining candidates, best first.';

create function _collapse_equal_texts(p_candidates search_candidate[])
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- The positions of the first of each text.
  c_first constant bigint[] := array(
    select min(c.ord)
    from unnest(p_candidates) with ordinality
    as c (
      memory_id, language, severity, created_at, is_home, text_hash, tier, distance, text_score,
      relevance, vector_rank, text_rank, score, ord
    )
    group by c.text_hash
  );
begin
  if cardinality(c_first) = cardinality(p_candidates) then
    return p_candidates;
  end if;
  return array(select p_candidates[f.ord] from unnest(c_first) as f (ord) order by f.ord);
end
$$;

comment on function _collapse_equal_texts is
'Drop candidates whose text equals that of a better one.
Argument: p_candidates, best first.
Result: the remaining candidates, in order.';

create function _collapse_near_duplicates(
  p_candidates search_candidate[],
  p_embeddings vector[],
  p_distance double precision,
  p_limit integer
)
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Each row is compared with all kept ones: a thousand would take many seconds.
  c_max_compared constant integer := 100;
  v_kept search_candidate[] := '{}';
  v_embeddings vector[] := '{}';
begin
  for i in 1 .. coalesce(cardinality(p_candidates), 0) loop
    exit when cardinality(v_kept) = p_limit;
    continue when exists (
      select from unnest(v_embeddings) as k (embedding)
      where k.embedding <=> p_embeddings[i] <= p_distance
    );
    v_kept := v_kept || p_candidates[i];
    if p_embeddings[i] is not null and cardinality(v_embeddings) < c_max_compared then
      v_embeddings := v_embeddings || p_embeddings[i];
    end if;
  end loop;
  return v_kept;
end
$$;

comment on function _collapse_near_duplicates is
'Drop candidates whose embedding is near that of a better one that is kept.
Arguments: p_candidates, best first; p_embeddings, of each, null if missing; p_distance, the maximum
cosine distance of duplicates; p_limit, how many to keep. Only near duplicates of the first 100
with an embedding are dropped.
Result: the first p_limit of the remaining candidates, in order.';

create function _cut_at_gap(
  p_candidates search_candidate[], p_min_gap double precision, p_limit integer
)
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_kept integer;
begin
  -- There is no gap after the last row.
  select g.ord
  into v_kept
  from (
    select
      o.ord,
      p_candidates[o.ord].score - lead(p_candidates[o.ord].score) over (order by o.ord) as gap
    from generate_subscripts(p_candidates[:p_limit], 1) as o (ord)
  ) as g
  where g.gap > 0 and g.gap >= p_min_gap * p_candidates[1].score or g.gap is null
  order by g.gap desc nulls last, g.ord
  limit 1;
  return p_candidates[:coalesce(v_kept, 0)];
end
$$;

comment on function _cut_at_gap is
'Cut a list at its largest drop in score, if that is large enough.
Arguments: p_candidates, best first; p_min_gap, the minimum drop, as a fraction of the best score;
p_limit, how many will be returned: drops beyond these do not count.
Result: the candidates before the cut, at most p_limit.';

create function _diversified_rows()
returns integer
language sql immutable parallel safe
return 100;

comment on function _diversified_rows is
'Return how many of the first rows p_diversity reorders: each pick is compared with all of them, and
a thousand would take many seconds.';

create function _diversify(
  p_candidates search_candidate[],
  p_embeddings vector[],
  p_diversity double precision,
  p_limit integer
)
returns search_candidate[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  c_best_score constant double precision := nullif(p_candidates[1].score, 0);
  c_count constant integer := least(cardinality(p_candidates), cardinality(p_embeddings));
  v_similarities double precision[] := array_fill(0.0::double precision, array[c_count]);
  v_picked integer[] := '{}';
  v_pick integer;
begin
  for i in 1 .. least(p_limit, c_count) loop
    select o.ord
    into v_pick
    from unnest(v_similarities) with ordinality as o (similarity, ord)
    where o.ord <> all (v_picked)
    order by
      (1 - p_diversity) * coalesce(p_candidates[o.ord].score / c_best_score, 0)
      - p_diversity * o.similarity desc,
      p_candidates[o.ord].score desc,
      p_candidates[o.ord].memory_id
    limit 1;
    v_picked := v_picked || v_pick;

    select
      array_agg(greatest(s.similarity, 1 - (s.embedding <=> p_embeddings[v_pick])) order by s.ord)
    into v_similarities
    from unnest(p_embeddings, v_similarities) with ordinality as s (embedding, similarity, ord);
  end loop;

  return array(
    select p_candidates[p.ord]
    from unnest(v_picked) with ordinality as p (ord, rank)
    order by p.rank
  ) || p_candidates[c_count + 1:];
end
$$;

comment on function _diversify is
'Order candidates by maximal marginal relevance: repeatedly pick the candidate with the largest
(1 - d) * relevance - d * similarity, where d is p_diversity, relevance is the score as a fraction
of the best, and similarity is the cosine of the embeddings of the candidate and the most similar
one picked before, 0 if negative or if an embedding is missing.
Source: Carbonell and Goldstein, The use of MMR, SIGIR 1998.
Arguments: p_candidates, best first; p_embeddings, of the first ones, which are reordered, null if
missing; p_diversity, 0 to 1; p_limit, how many to pick.
Result: the picked candidates, then those without an element in p_embeddings.';

create function _load_embeddings(p_candidates search_candidate[], p_scope search_scope)
returns vector[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select m.embedding
    from generate_subscripts(p_candidates, 1) as o (ord)
    cross join lateral (
      select
        case
          when _is_comparable(p_scope, m.embedding_model, m.embedding_code, m.second_code)
            then _slot_embedding(p_scope, m.embedding, m.second_embedding)
        end as embedding
      from learning_memories as m
      where m.id = p_candidates[o.ord].memory_id
      -- Optimization fence: look up one memory at a time.
      offset 0
    ) as m
    order by o.ord
  );
end
$$;

comment on function _load_embeddings is
'Return the embedding of each candidate.
Arguments: p_candidates; p_scope, with the model.
Result: one embedding per candidate, in order; null without an embedding of the model.';

create function _collapse_duplicates(
  p_candidates search_candidate[],
  p_scope search_scope,
  p_distance double precision,
  p_limit integer
)
returns search_candidate[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_candidates search_candidate[];
begin
  if p_distance is null then
    return p_candidates;
  end if;
  v_candidates := _collapse_equal_texts(p_candidates);
  if p_distance > 0 then
    v_candidates := _collapse_near_duplicates(
      v_candidates, _load_embeddings(v_candidates, p_scope), p_distance, p_limit
    );
  end if;
  return v_candidates;
end
$$;

comment on function _collapse_duplicates is
'Drop candidates that duplicate a better one.
Arguments: p_candidates, best first; p_scope, with the model whose embeddings are compared;
p_distance, the maximum cosine distance of duplicates, 0 for equal texts only, null to keep all;
p_limit, how many will be needed.
Result: the first p_limit of the remaining candidates, or more, in order.';

create function _pick(
  p_candidates search_candidate[],
  p_scope search_scope,
  p_limit integer,
  p_min_gap double precision,
  p_diversity double precision
)
returns search_candidate[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_candidates search_candidate[] := p_candidates;
begin
  if p_min_gap is not null then
    v_candidates := _cut_at_gap(v_candidates, p_min_gap, p_limit);
  end if;
  if p_diversity > 0 then
    v_candidates := _diversify(
      v_candidates,
      _load_embeddings(v_candidates[:_diversified_rows()], p_scope),
      p_diversity, p_limit
    );
  end if;
  return v_candidates[:p_limit];
end
$$;

comment on function _pick is
'Pick the candidates to return: p_min_gap, then p_diversity (_diversify), then p_limit.
Arguments: p_candidates, best first; p_scope, with the model whose embeddings are compared;
the others as in search_memories.
Result: the candidates, in the order in which to return them.';

commit;
