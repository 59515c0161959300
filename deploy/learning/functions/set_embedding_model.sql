-- Deploy kodiai:learning/functions/set_embedding_model to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function set_embedding_model(p_embedding_model text)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_previous text;
begin
  perform _check_argument('p_embedding_model', p_embedding_model, 'model_name');

  insert into active_embedding_model (embedding_model)
  values (p_embedding_model)
  on conflict do nothing;
  if found then
    return null;
  end if;

  -- Another call may be about to change it: wait for that, and see what it set.
  select a.embedding_model into v_previous from active_embedding_model as a for update;
  update active_embedding_model
  set embedding_model = p_embedding_model, created_at = _now()
  where embedding_model <> p_embedding_model;

  return v_previous;
end
$$;

comment on function set_embedding_model is
'Makes a model the active one: what search_memories compares with, and write_memory
assumes, where neither names a model. Until the first call it is the model of the
first memory written. Memories of other models stay, and are then found by their text.
Argument: p_embedding_model, its name, 1 to 200 characters.
Result: the model that was active before; null where there was none.
Errors: 22004 where it is null, 22023 where it is empty or too long.';

grant execute on function set_embedding_model to :"app";

commit;
