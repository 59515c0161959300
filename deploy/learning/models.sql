-- Deploy kodiai:learning/models to pg
--
-- Which embedding model is active, and which columns of learning_memories have whose embeddings.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _active_model()
returns text
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return (select m.embedding_model from embedding_models as m where m.state = 'active');
end
$$;

comment on function _active_model is
'Return the active embedding model: the one that searches and writes use unless they name another.
Result: its name; null if none is active.';

create function _embedding_slot(p_embedding_model text)
returns integer
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return coalesce(
    (select m.slot from embedding_models as m where m.embedding_model = p_embedding_model), 1
  );
end
$$;

comment on function _embedding_slot is
'Return which columns of learning_memories have the embeddings of a model. Two models can have
embeddings of the same memory, so that searches by one are complete while the other replaces it.
Argument: p_embedding_model, null for none.
Result: 1 for embedding and embedding_code, which memories share among models, each naming its own;
2 for second_embedding and second_code, which are all of one model.';

create function _lock_second_model()
returns text
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  -- Shared by writers: whoever takes the slot away waits for their embeddings.
  return (select m.embedding_model from embedding_models as m where m.slot = 2 for share);
end
$$;

comment on function _lock_second_model is
'Return the model of the second slot, and keep it there until the end of the transaction.
Result: its name; null if the slot is free.';

create function _lock_models()
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(_lock_key('embedding_models', ''));
end
$$;

comment on function _lock_models is
'Let one transaction at a time change the states of embedding models. Call it before
_lock_memories.';

create function _make_active(p_embedding_model text)
returns text
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_previous text;
begin
  perform _lock_models();
  insert into embedding_models (embedding_model)
  values (p_embedding_model)
  on conflict do nothing;
  v_previous := _active_model();
  if v_previous = p_embedding_model then
    return v_previous;
  end if;

  -- In one slot, embeddings of the former are replaced one by one, and found until then.
  update embedding_models as m
  set state = case when m.slot = _embedding_slot(p_embedding_model) then 'inactive' else 'former' end
  where m.state = 'active';
  update embedding_models as m
  set state = 'active', activated_at = _now()
  where m.embedding_model = p_embedding_model;
  return v_previous;
end
$$;

comment on function _make_active is
'Make an embedding model the active one.
Argument: p_embedding_model.
Result: the model that was active before, possibly the same; null if none was.';

commit;
