-- Deploy kodiai:learning/functions/cancel_reembedding to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function cancel_reembedding()
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_next text;
begin
  perform _lock_models();
  update embedding_models as m
  set state = 'former'
  where m.state = 'next'
  returning m.embedding_model into v_next;
  delete from embedding_leases as l where l.embedding_model = v_next;
  return v_next;
end
$$;

comment on function cancel_reembedding is
'Cancel re-embedding. The active model stays active.

Workers can no longer claim or save anything for the other model. Its embeddings are kept until
purge_embeddings deletes them; begin_reembedding for the same model continues.

Result: the model that memories were being re-embedded into; null if there was none.

Errors: none.';

grant execute on function cancel_reembedding to :"app";

commit;
