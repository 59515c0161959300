-- Deploy kodiai:learning/functions/write_memories to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function write_memories(p_memories jsonb, p_embeddings vector[])
returns table (ordinal integer, memory_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_argument text;
  v_got text;
begin
  if p_memories is null then
    perform _reject_argument('p_memories', 'an array of objects', null);
  elsif jsonb_typeof(p_memories) <> 'array' then
    perform _reject_argument('p_memories', 'an array of objects', jsonb_typeof(p_memories));
  elsif p_embeddings is null then
    perform _reject_argument('p_embeddings', 'one element for each of p_memories', null);
  elsif cardinality(p_embeddings) <> jsonb_array_length(p_memories) then
    perform _reject_argument(
      'p_embeddings',
      format('%s elements, one for each of p_memories', jsonb_array_length(p_memories)),
      cardinality(p_embeddings)::text
    );
  end if;

  select format('p_memories[%s]', m.n), m.memory::text
  into v_argument, v_got
  from jsonb_array_elements(p_memories) with ordinality as m (memory, n)
  where jsonb_typeof(m.memory) <> 'object'
  order by m.n
  limit 1;
  if found then
    perform _reject_argument(v_argument, 'an object', v_got);
  end if;

  select format('p_memories[%s]', m.n), k.key
  into v_argument, v_got
  from jsonb_array_elements(p_memories) with ordinality as m (memory, n)
  cross join lateral jsonb_object_keys(m.memory) as k (key)
  where
    k.key not in (
      'repo', 'owner', 'source_repo', 'finding_id', 'review_id', 'finding_text',
      'severity', 'category', 'file_path', 'language', 'outcome',
      'embedding_model', 'embedding_dim', 'stale', 'created_at'
    )
  order by m.n, k.key
  limit 1;
  if found then
    perform _reject_argument(
      v_argument,
      'the keys of a memory only (the columns of learning_memories without id, '
      'embedding and search_tsv)',
      format('the key "%s"', v_got)
    );
  end if;

  return query
  select w.ordinal, w.memory_id, w.inserted
  from _write_memories(p_memories, p_embeddings, false) as w;
end
$$;

comment on function write_memories(jsonb, vector[]) is
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

commit;
