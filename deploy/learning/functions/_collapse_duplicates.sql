-- Deploy kodiai:learning/functions/_collapse_duplicates to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _collapse_duplicates(
  p_memory_ids bigint[],
  p_embedding_model text,
  p_distance double precision
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return (
    with candidates as materialized (
      select
        c.n,
        m.id,
        m.finding_text,
        -- A vector of its own, where the row only points to one that is fetched each time.
        case
          when m.embedding_model = p_embedding_model then l2_normalize(m.embedding)
        end as embedding
      from unnest(p_memory_ids) with ordinality as c (id, n)
      inner join learning_memories as m on m.id = c.id
    )

    select coalesce(array_agg(c.id order by c.n), '{}')
    from candidates as c
    where not exists (
      select
      from candidates as b
      where
        b.n < c.n
        and (b.finding_text = c.finding_text or b.embedding <=> c.embedding <= p_distance)
    )
  );
end
$$;

comment on function _collapse_duplicates(bigint[], text, double precision) is
'Leaves out candidates that say nearly the same as a better one.
Arguments: p_memory_ids, best first; p_embedding_model, whose embeddings to compare;
p_distance, up to which cosine distance two are the same; of equal text they always are.
Result: the ids that are left, in their order.';

commit;
