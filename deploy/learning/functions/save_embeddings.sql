-- Deploy kodiai:learning/functions/save_embeddings to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function save_embeddings(
  p_embedding_model text, p_memory_ids bigint[], p_embeddings vector[], p_lease uuid
)
returns table (memory_id bigint, saved boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_saved bigint[];
begin
  perform _check_wanted_model(p_embedding_model);
  perform _check_worker_arguments(p_memory_ids, p_lease);
  perform _check_new_embeddings(p_embeddings, cardinality(p_memory_ids));

  perform _lock_memories(p_memory_ids);
  -- Locked first: a correction of the text ends the lease.
  v_saved := _store_embeddings(p_memory_ids, p_embeddings, p_embedding_model, p_lease);
  return query
  select i.id, i.id = any (v_saved)
  from unnest(p_memory_ids) with ordinality as i (id, ord)
  order by i.ord;
end
$$;

comment on function save_embeddings is
'Save the embeddings of memories that were claimed.

Saves only what is still leased under p_lease. Not saved is a memory that another worker has claimed
since, that was deleted, whose text was corrected, or that was written with an embedding meanwhile;
so a worker that is late cannot overwrite anything. Saving again changes nothing. A lease that has
expired is still good as long as nobody else has claimed the memory.

Arguments:
  p_embedding_model: 1 to 200 bytes; the model of the embeddings, as in claim_memories_to_embed
  p_memory_ids: at most 10000 ids of memories
  p_embeddings: vectors of embedding_dim dimensions; the embeddings of their texts, in the same
    order
  p_lease: lease of claim_memories_to_embed

Result: rows, each a SavedEmbedding, one per memory in their order.
  memory_id: id of the memory
  saved: whether its embedding was saved

Errors:
  22004: an argument or an embedding is null; the message names it
  22023: an argument is invalid, or the model is neither active nor being re-embedded into; the
    message names it and the position
  40001: under repeatable read or serializable, a concurrent transaction changed a memory; retry
    the transaction

Example:
  p_embedding_model => ''text-embedding-4''
  p_memory_ids => ''{1}''
  p_embeddings => array[:''embedding'']::vector[]
  p_lease => ''00000000-0000-4000-8000-000000000000''';

grant execute on function save_embeddings to :"app";

commit;
