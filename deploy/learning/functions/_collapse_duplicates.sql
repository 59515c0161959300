-- Deploy kodiai:learning/functions/_collapse_duplicates to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _collapse_duplicates(
  p_memory_ids bigint[],
  p_embedding_model text,
  p_distance double precision,
  p_limit integer
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- Each row that is kept is compared with all that are left: a thousand of them would
  -- take many seconds.
  c_most constant integer := 100;
  v_ids bigint[];
  v_texts text[];
  v_embeddings vector[];
  v_kept bigint[] := '{}';
begin
  select
    array_agg(m.id order by c.n),
    array_agg(m.finding_text order by c.n),
    array_agg(case when m.embedding_model = p_embedding_model then m.embedding end order by c.n)
  into v_ids, v_texts, v_embeddings
  from unnest(p_memory_ids) with ordinality as c (id, n)
  inner join learning_memories as m on m.id = c.id;

  for i in 1 .. least(p_limit, c_most) loop
    exit when v_ids is null;
    v_kept := v_kept || v_ids[1];
    select
      array_agg(c.id order by c.n),
      array_agg(c.text order by c.n),
      array_agg(c.embedding order by c.n)
    into v_ids, v_texts, v_embeddings
    from unnest(v_ids, v_texts, v_embeddings) with ordinality as c (id, text, embedding, n)
    where
      c.text <> v_texts[1]
      and (c.embedding <=> v_embeddings[1] <= p_distance) is not true;
  end loop;

  return v_kept || v_ids;
end
$$;

comment on function _collapse_duplicates(bigint[], text, double precision, integer) is
'Leaves out candidates that say nearly the same as a better one that is kept.
Arguments: p_memory_ids, best first; p_embedding_model, whose embeddings to compare;
p_distance, up to which cosine distance two are the same; of equal text they always are;
p_limit, how many will be kept: nothing is left out as a duplicate of a later one, nor of
one after the first 100.
Result: the ids that are left, in their order.';

commit;
