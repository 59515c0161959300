-- Deploy kodiai:learning/functions/write_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function write_memories(p_memories jsonb, p_embeddings vector[])
returns table (ordinal integer, memory_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  if p_embeddings is null then
    perform _reject_argument('p_embeddings', 'one element for each of p_memories', null);
  elsif
    jsonb_typeof(p_memories) = 'array'
    and cardinality(p_embeddings) <> jsonb_array_length(p_memories)
  then
    perform _reject_argument(
      'p_embeddings',
      format('%s elements, one for each of p_memories', jsonb_array_length(p_memories)),
      cardinality(p_embeddings)::text
    );
  end if;

  return query
  select w.ordinal, w.memory_id, w.inserted
  from _write_memories(p_memories, p_embeddings, false) as w;
end
$$;

comment on function write_memories is
'Writes memories, all of them or none. Sending the same ones again is harmless.
Arguments:
p_memories: array of objects. Each needs repo, finding_text (1 to 100000 characters),
severity, category, file_path and outcome, and may have owner (default: the owner in
repo), source_repo (default: repo), finding_id, review_id, language, embedding_model
(default: the active one), embedding_dim, stale and created_at (default: now; UTC
where it names no zone). No other keys.
p_embeddings: the vectors of the same memories, in the same order; null for one that
waits for its embedding.
Result: one row per memory, in input order. ordinal: its place, from 1. memory_id: its
number. inserted: false where this (repo, finding_id, outcome) was there already,
before this call or further up in it; memory_id is then that of the one that was, and
it is not changed. Memories without a finding_id are always new.
The model of the first memory ever written becomes the active one
(set_embedding_model).
Errors: 22004 and 22023 with the argument, the place from 1 and the key; nothing is
written then. 40001 under repeatable read, when another transaction has just written
the same memory: try again.';

grant execute on function write_memories to :"app";

commit;
