-- Deploy kodiai:learning/functions/retry_embeddings to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function retry_embeddings(p_embedding_model text)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_retried bigint;
begin
  perform _check_argument('p_embedding_model', p_embedding_model, 'model_name');
  perform _require_wanted_model(p_embedding_model);
  delete from embedding_leases as l
  where l.embedding_model = p_embedding_model and l.reason is not null;
  get diagnostics v_retried = row_count;
  return v_retried;
end
$$;

comment on function retry_embeddings is
'Let the memories be claimed at once that could not be embedded.

Arguments:
  p_embedding_model: 1 to 200 bytes; as in claim_memories_to_embed

Result: number of memories.

Errors:
  22004: p_embedding_model is null
  22023: p_embedding_model is invalid
  KB009: the model is neither active nor being re-embedded into

Example:
  p_embedding_model => ''text-embedding-4''';

grant execute on function retry_embeddings to :"app";

commit;
