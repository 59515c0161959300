-- Deploy kodiai:learning/functions/_diversify to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _diversify(
  p_memory_ids bigint[],
  p_scores double precision[],
  p_embedding_model text,
  p_diversity double precision,
  p_limit integer
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- Each pick compares all candidates: a thousand of them would take many seconds.
  c_most constant integer := 100;
  v_embeddings vector[];
  v_similarities double precision[] := array_fill(0.0::double precision, array[cardinality(p_memory_ids)]);
  v_picked bigint[] := '{}';
  v_pick bigint;
begin
  select array_agg(m.embedding order by c.n)
  into v_embeddings
  from unnest(p_memory_ids) with ordinality as c (id, n)
  left join learning_memories as m on m.id = c.id and m.embedding_model = p_embedding_model;

  for i in 1 .. least(p_limit, cardinality(p_memory_ids), c_most) loop
    select c.n
    into v_pick
    from unnest(p_memory_ids, p_scores, v_similarities) with ordinality as c (id, score, similarity, n)
    order by
      (1 - p_diversity) * coalesce(c.score / nullif(p_scores[1], 0), 0) - p_diversity * c.similarity desc,
      c.score desc,
      c.id
    limit 1;
    v_picked := v_picked || p_memory_ids[v_pick];

    select array_agg(greatest(c.similarity, 1 - (c.embedding <=> v_embeddings[v_pick])) order by c.n)
    into v_similarities
    from unnest(v_embeddings, v_similarities) with ordinality as c (embedding, similarity, n);
    v_similarities[v_pick] := 'infinity'; -- not a second time
  end loop;

  return v_picked || array(
    select c.id
    from unnest(p_memory_ids) with ordinality as c (id, n)
    where c.id <> all (v_picked)
    order by c.n
    limit p_limit - cardinality(v_picked)
  );
end
$$;

comment on function _diversify(bigint[], double precision[], text, double precision, integer) is
'Orders candidates by maximal marginal relevance: each next one is that with the
largest (1 - d) * relevance - d * similarity to the most similar one before it.
Relevance is the score as a share of the best; similarity is the cosine of the two
embeddings, 0 where it is negative or where one is missing or of another model. The
first 100 are chosen so; the others follow by score.
Source: Carbonell and Goldstein, The use of MMR, SIGIR 1998.
Arguments: p_memory_ids and p_scores, best first; p_embedding_model; p_diversity, d,
0 to 1; p_limit, how many to pick. Result: the ids picked, in their order.';

commit;
