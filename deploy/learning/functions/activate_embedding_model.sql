-- Deploy kodiai:learning/functions/activate_embedding_model to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function activate_embedding_model(
  p_embedding_model text, p_allow_waiting boolean default false
)
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_counts record;
begin
  perform _check_argument('p_allow_waiting', p_allow_waiting::text, 'boolean');
  perform _check_argument('p_embedding_model', p_embedding_model, 'model_name');
  perform _lock_models();
  perform _check_wanted_model(p_embedding_model);
  if p_embedding_model = _active_model() then
    return p_embedding_model;
  end if;

  v_counts := _count_embedded(p_embedding_model);
  if v_counts.embedded < v_counts.total and not p_allow_waiting then
    perform _reject_models(
      format(
        '%s of %s memories have no embedding of %s yet',
        v_counts.total - v_counts.embedded, v_counts.total, to_json(p_embedding_model)
      ),
      'get_reembedding_progress says why; p_allow_waiting activates the model all the same.'
    );
  end if;
  perform _calibrate(p_embedding_model);
  return _make_active(p_embedding_model);
end
$$;

comment on function activate_embedding_model is
'Make the model the active one into which memories were re-embedded.

Searches that begin before this commits use the old model, all others the new one, so search with
embeddings of the new one from then on, or name the model (p_embedding_model), which always works.
Calibrates the similarity of the new model too (calibrate_similarity). The embeddings of the old one
are kept until purge_embeddings deletes them, so that begin_reembedding for it, and activating it,
go back. Activating the active model changes nothing.

Arguments:
  p_embedding_model: 1 to 200 bytes; the model that begin_reembedding named
  p_allow_waiting: whether to activate it even if memories wait for their embeddings, which only the
    text arm of a search then finds

Result: the model that was active before.

Errors:
  22004: a required argument is null
  22023: p_embedding_model is neither the active model nor being re-embedded into
  KB009: memories wait for an embedding of the model, and p_allow_waiting is false

Example:
  p_embedding_model => ''text-embedding-4''';

grant execute on function activate_embedding_model to :"app";

commit;
