-- Deploy kodiai:learning/functions/calibrate_similarity to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function calibrate_similarity(p_embedding_model text default null)
returns table (
  embedding_model text,
  pairs bigint,
  mean_similarity double precision,
  deviation double precision,
  min_similarity double precision
)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_measured record;
begin
  perform _check_optional('p_embedding_model', p_embedding_model, 'model_name');
  p_embedding_model := coalesce(p_embedding_model, _active_model());
  if p_embedding_model is null then
    perform _reject_argument('p_embedding_model', 'a model name, because no model is active', null);
  end if;

  -- A separate statement, so that the next one sees the row that it writes.
  v_measured := _calibrate(p_embedding_model);
  return query
  select
    p_embedding_model,
    v_measured.pairs,
    v_measured.mean_similarity,
    v_measured.deviation,
    case
      when v_measured.deviation is not null
        then (_similarity_scale(p_embedding_model, null)).near
    end;
end
$$;

comment on function calibrate_similarity is
'Measure how similar the embeddings of a model are, for assess_finding.

What is near differs between models: two findings that have nothing to do with each other have a
cosine similarity of .4 in one and .8 in another. This measures up to 2000 pairs of memories, each
of one repository, and stores their mean and deviation; min_similarity is one deviation above the
mean. With fewer than 100 pairs it stores nothing. Call it once a hundred memories have embeddings,
and again when many more have. activate_embedding_model
calls it by itself.

Arguments:
  p_embedding_model: 1 to 200 bytes; the model; null for the active one

Result: one row, a SimilarityCalibration.
  embedding_model: name of the model
  pairs: number of pairs that were measured
  mean_similarity: -1 to 1; mean cosine similarity of two memories of a repository; null if nothing
    was stored, because there are too few pairs or all are equal
  deviation: standard deviation of these similarities; null likewise
  min_similarity: cosine similarity from which a memory says something about a finding; null
    likewise

Errors:
  22004: p_embedding_model is null and no model is active
  22023: p_embedding_model is invalid

Example:
  p_embedding_model => ''text-embedding-3-small''';

grant execute on function calibrate_similarity to :"app";

commit;
