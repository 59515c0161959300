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

create function _boost_scores(
  p_candidates search_candidate[],
  p_languages text[],
  p_recency_half_life interval,
  p_recency_floor double precision,
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
  -- 0.5 ^ 1000 is close to the smallest double precision value.
  c_max_half_lives constant double precision := 800;
begin
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
        * case
          when p_recency_half_life is null then 1
          else
            greatest(
              power(
                0.5::double precision,
                least(
                  greatest(extract(epoch from p_now - c.created_at), 0)
                  / extract(epoch from p_recency_half_life),
                  c_max_half_lives
                )::double precision
              ),
              case when c.severity in ('critical', 'major') then p_recency_floor else 0 end
            )
        end as score
      from unnest(p_candidates) as c
    ) as s
    order by s.score desc, (s.candidate).memory_id
  );
end
$$;

comment on function _boost_scores is
'Multiply scores by preferences, and sort: by 1.2 for one of p_languages, and by 1.1 for a related
language; by 0.5 ^ (age / p_recency_half_life), but at least p_recency_floor for critical and
major memories.
Arguments: p_candidates, with scores; p_languages, in any letter case, null for no preference;
p_recency_half_life, null to ignore age; p_recency_floor, 0 to 1; p_now, the time at which age is
measured.
Result: the candidates, best first, ties by memory_id.';

create function _collapse_duplicates(
  p_candidates search_candidate[],
  p_text_hashes uuid[],
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
  -- Each kept row is compared with all remaining rows: a thousand would take many seconds.
  c_max_kept constant integer := 100;
  v_candidates search_candidate[] := p_candidates;
  v_text_hashes uuid[] := p_text_hashes;
  v_embeddings vector[] := p_embeddings;
  v_kept search_candidate[] := '{}';
begin
  for i in 1 .. least(p_limit, c_max_kept) loop
    exit when coalesce(cardinality(v_candidates), 0) = 0;
    v_kept := v_kept || v_candidates[1];
    select
      array_agg(v_candidates[o.ord] order by o.ord),
      array_agg(o.text_hash order by o.ord),
      array_agg(o.embedding order by o.ord)
    into v_candidates, v_text_hashes, v_embeddings
    from unnest(v_text_hashes, v_embeddings) with ordinality
    as o (text_hash, embedding, ord)
    where
      o.text_hash <> v_text_hashes[1]
      and (o.embedding <=> v_embeddings[1] <= p_distance) is not true;
  end loop;
  return v_kept || v_candidates;
end
$$;

comment on function _collapse_duplicates is
'Drop candidates that nearly duplicate a better one that is kept.
Arguments: p_candidates, best first; p_text_hashes and p_embeddings, of each, an embedding null if
missing; p_distance, the maximum cosine distance of duplicates (equal texts are always
duplicates); p_limit, how many will be returned: duplicates of rows beyond these, or beyond the
first 100, are not dropped.
Result: the remaining candidates, in order.';

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
  where g.gap >= p_min_gap * p_candidates[1].score or g.gap is null
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
  -- Each pick is compared with all candidates: a thousand would take many seconds.
  c_max_picks constant integer := 100;
  c_best_score constant double precision := nullif(p_candidates[1].score, 0);
  v_similarities double precision[]
  := array_fill(0.0::double precision, array[cardinality(p_candidates)]);
  v_picked integer[] := '{}';
  v_pick integer;
begin
  for i in 1 .. least(p_limit, cardinality(p_candidates), c_max_picks) loop
    select o.ord
    into v_pick
    from unnest(v_similarities) with ordinality as o (similarity, ord)
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
    v_similarities[v_pick] := 'infinity'; -- never picked again
  end loop;

  return array(
    select p_candidates[o.ord]
    from generate_subscripts(p_candidates, 1) as o (ord)
    order by array_position(v_picked, o.ord), o.ord
    limit p_limit
  );
end
$$;

comment on function _diversify is
'Order candidates by maximal marginal relevance: repeatedly pick the candidate with the largest
(1 - d) * relevance - d * similarity, where d is p_diversity, relevance is the score as a fraction
of the best, and similarity is the cosine of the embeddings of the candidate and the most similar
one picked before, 0 if negative or if an embedding is missing. The first 100 are picked this way;
the rest follow by score.
Source: Carbonell and Goldstein, The use of MMR, SIGIR 1998.
Arguments: p_candidates, best first; p_embeddings, of each, null if missing; p_diversity, 0 to 1;
p_limit, how many to return.
Result: the candidates, in their new order.';

create function _load_text_hashes(p_candidates search_candidate[])
returns uuid[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select md5(m.finding_text)::uuid
    from generate_subscripts(p_candidates, 1) as o (ord)
    inner join learning_memories as m on m.id = p_candidates[o.ord].memory_id
    order by o.ord
  );
end
$$;

comment on function _load_text_hashes is
'Return a hash of the text of each candidate: a thousand full texts may exceed the maximum size of
an array.
Argument: p_candidates.
Result: one hash per candidate, in order.';

create function _load_embeddings(p_candidates search_candidate[], p_embedding_model text)
returns vector[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select case when m.embedding_model = p_embedding_model then m.embedding end
    from generate_subscripts(p_candidates, 1) as o (ord)
    inner join learning_memories as m on m.id = p_candidates[o.ord].memory_id
    order by o.ord
  );
end
$$;

comment on function _load_embeddings is
'Return the embedding of each candidate.
Arguments: p_candidates; p_embedding_model.
Result: one embedding per candidate, in order; null without an embedding of the model.';

create function _prefer(
  p_candidates search_candidate[],
  p_embedding_model text,
  p_limit integer,
  p_languages text[],
  p_recency_half_life interval,
  p_recency_floor double precision,
  p_duplicate_distance double precision,
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
  if p_languages is not null or p_recency_half_life is not null then
    v_candidates := _boost_scores(
      v_candidates, p_languages, p_recency_half_life, p_recency_floor, _now()
    );
  end if;
  if p_duplicate_distance is not null then
    v_candidates := _collapse_duplicates(
      v_candidates, _load_text_hashes(v_candidates),
      _load_embeddings(v_candidates, p_embedding_model), p_duplicate_distance, p_limit
    );
  end if;
  if p_min_gap is not null then
    v_candidates := _cut_at_gap(v_candidates, p_min_gap, p_limit);
  end if;
  if p_diversity > 0 then
    v_candidates := _diversify(
      v_candidates, _load_embeddings(v_candidates, p_embedding_model), p_diversity, p_limit
    );
  end if;
  return v_candidates[:p_limit];
end
$$;

comment on function _prefer is
'Apply the preferences of search_memories, in this order: languages and recency (_boost_scores),
p_duplicate_distance, p_min_gap, p_diversity.
Arguments: p_candidates, best first; p_embedding_model, the model whose embeddings are compared;
the others as in search_memories.
Result: the candidates to return, best first.';

commit;
