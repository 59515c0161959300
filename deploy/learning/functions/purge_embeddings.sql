-- Deploy kodiai:learning/functions/purge_embeddings to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_embeddings(p_limit bigint default 1000)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_former embedding_models;
  v_ids bigint[];
begin
  perform _check_argument('p_limit', p_limit::text, 'batch_size');
  -- One call at a time; others find nothing to do.
  select m.* into v_former
  from embedding_models as m
  where m.state = 'former'
  order by m.id
  limit 1
  for update skip locked;
  if not found then
    return 0;
  end if;

  v_ids := _lock_embedded(v_former.embedding_model, v_former.slot, p_limit::integer);
  if v_former.slot = 2 then
    update learning_memories as m set second_embedding = null where m.id = any (v_ids);
  else
    update learning_memories as m
    set embedding = null, embedding_model = _active_model()
    where m.id = any (v_ids);
  end if;
  if not _has_embeddings(v_former.embedding_model, v_former.slot) then
    update embedding_models as m set state = 'inactive', slot = 1 where m.id = v_former.id;
  end if;
  return cardinality(v_ids);
end
$$;

comment on function purge_embeddings is
'Delete one batch of the embeddings that re-embedding has replaced.

Also those that a canceled re-embedding has left. Call it until it returns 0.

Searches are not disturbed. Space is reused after vacuum; that of the HNSW index only by rebuilding
it (docs/guides/operations.md).

Arguments:
  p_limit: 1 to 100000; maximum number of memories

Result: number of memories whose embedding was deleted.

Errors:
  22004: p_limit is null
  22023: p_limit is out of range

Example:
  p_limit => 5000';

grant execute on function purge_embeddings to :"app";

commit;
