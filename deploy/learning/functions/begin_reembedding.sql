-- Deploy kodiai:learning/functions/begin_reembedding to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function begin_reembedding(p_embedding_model text)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_next text;
  v_slot integer;
  v_second text;
  v_counts record;
begin
  perform _check_argument('p_embedding_model', p_embedding_model, 'model_name');
  perform _lock_models();
  if _active_model() is null then
    perform _reject_models(
      'no embedding model is active',
      'The first embedding that is written makes its model the active one.'
    );
  elsif p_embedding_model = _active_model() then
    perform _reject_argument(
      'p_embedding_model', 'another model than the active one', to_jsonb(p_embedding_model)::text
    );
  end if;
  v_next := (select m.embedding_model from embedding_models as m where m.state = 'next');
  if v_next <> p_embedding_model then
    perform _reject_models(
      format('memories are being re-embedded into %s', to_json(v_next)),
      'Call activate_embedding_model or cancel_reembedding first.'
    );
  end if;

  v_slot := 3 - _embedding_slot(_active_model());
  v_second := _lock_second_model();
  if v_slot = 2 and v_second <> p_embedding_model then
    perform _reject_models(
      format('embeddings of %s are still to be deleted', to_json(v_second)),
      'Call purge_embeddings until it returns 0.'
    );
  end if;

  v_counts := _count_embedded(p_embedding_model);
  insert into embedding_models as m (embedding_model, state, slot, began_at, began_with)
  values (p_embedding_model, 'next', v_slot, _now(), v_counts.embedded)
  on conflict (embedding_model) do update
  set
    state = excluded.state,
    slot = excluded.slot,
    began_at = excluded.began_at,
    began_with = excluded.began_with
  where m.state <> 'next';
  return v_counts.total - v_counts.embedded;
end
$$;

comment on function begin_reembedding is
'Begin to replace the embeddings of all memories by those of another model.

Searches stay complete: they use the active model, until activate_embedding_model replaces it by the
new one at once. Meanwhile, any number of workers embed the memories (claim_memories_to_embed), and
both embeddings of a memory are kept side by side. Memories that are written meanwhile may have an
embedding of either model; they wait for the other. Calling it again for the same model changes
nothing.

Both models have embedding_dim dimensions. For another width, see docs/guides/reembedding.md.

Arguments:
  p_embedding_model: 1 to 200 bytes; name of the new model

Result: number of memories that wait for an embedding of it.

Errors:
  22004: p_embedding_model is null
  22023: p_embedding_model is invalid, or the active model
  KB009: no model is active, memories are already being re-embedded into another one, or embeddings
    of a former one are still to be deleted

Example:
  p_embedding_model => ''text-embedding-4''';

grant execute on function begin_reembedding to :"app";

commit;
