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
begin
  perform _check_argument('p_embedding_model', p_embedding_model, 'model_name');
  return _make_active(p_embedding_model);
end
$$;

comment on function set_embedding_model is
'Make an embedding model the active one.

The active model is the default of p_embedding_model in search_memories and write_memory, and of
embedding_model in write_memories. Until the first call, it is the model of the first embedding
written. Memories of other models are kept, but only the text arm of a search finds them, unless
the search names their model, until they are written again with an embedding of the active model.

Arguments:
  p_embedding_model: 1 to 200 bytes; name of the model

Result: the model that was active before; null if none was.

Errors:
  22004: p_embedding_model is null
  22023: p_embedding_model is invalid
  40001: under repeatable read or serializable, a concurrent transaction changed the active model;
    retry the transaction

Example:
  p_embedding_model => ''text-embedding-3-small''';

grant execute on function set_embedding_model to :"app";

commit;
