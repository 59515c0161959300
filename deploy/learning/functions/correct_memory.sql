-- Deploy kodiai:learning/functions/correct_memory to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function correct_memory(
  p_repo text,
  p_memory_id bigint,
  p_finding_text text default null,
  p_embedding vector default null,
  p_severity text default null,
  p_category text default null,
  p_file_path text default null,
  p_language text default null,
  p_metadata jsonb default null,
  p_embedding_model text default null,
  p_reason text default null,
  p_by text default null
)
returns table (corrected boolean, state text, is_waiting boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_memory jsonb := jsonb_strip_nulls(
    jsonb_build_object(
      'finding_text', p_finding_text, 'severity', p_severity, 'category', p_category,
      'file_path', p_file_path, 'language', p_language, 'embedding_model', p_embedding_model
    )
  ) || case
    when coalesce(p_metadata, 'null') = 'null' then '{}' else jsonb_build_object('metadata', p_metadata)
  end;
  v_scope search_scope;
  v_corrected boolean;
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_memory_id', p_memory_id::text, 'positive_number');
  perform _check_arguments('learning_memories', v_memory);
  perform _check_optional('p_reason', p_reason, 'long_text');
  p_by := _check_optional('p_by', p_by, 'login_name');
  perform _collect_embeddings('[{}]', array[p_embedding], true);
  if p_embedding is not null then
    v_memory := jsonb_build_object(
      'embedding_model',
      _get_or_set_model(jsonb_build_array(v_memory), array[p_embedding], true)
    ) || v_memory;
  end if;

  perform _lock_memories(array[p_memory_id]);
  if not exists (
    select from learning_memories as m where m.id = p_memory_id and m.repo = p_repo
  )
  then
    perform _reject_unknown('KB006', 'p_memory_id', 'memory', to_jsonb(p_memory_id), p_repo);
  end if;
  v_corrected := _correct_memory(p_memory_id, v_memory, p_embedding, p_by, p_reason);
  v_scope := _with_model(null);

  return query
  select
    v_corrected,
    m.state::text,
    _is_waiting(v_scope, m.embedding_model, m.embedding_code, m.second_code)
  from learning_memories as m
  where m.id = p_memory_id;
end
$$;

comment on function correct_memory is
'Correct a memory in place.

Searches find the corrected text at once and the old one never again; list_memory_history keeps it,
without its embedding. Voices, state and outcome stay; to change the outcome, teach_memory. What is
null keeps its value. Correcting a memory again in the same way changes nothing.

Arguments:
  p_repo: owner/name; repository of the memory
  p_memory_id: 1 or more; id of the memory
  p_finding_text: 1 to 100000 characters; the corrected text; null to keep it
  p_embedding: vector of embedding_dim dimensions; embedding of the text; null to keep it, or none
    if the text changes: only the text arm of a search then finds the memory
  p_severity: critical | major | medium | minor; null to keep it
  p_category: security | correctness | performance | style | documentation; null to keep it
  p_file_path: 1 to 1000 bytes; path of the file, relative to the repository root; null to keep it
  p_language: 1 to 200 characters; programming language of the file; null to keep it
  p_metadata: object with attributes of the memory, which replace the former ones; null to keep them
  p_embedding_model: 1 to 200 bytes; model of p_embedding; null for the active model
  p_reason: 1 to 100000 characters; why it is corrected; null for no reason
  p_by: 1 to 200 characters; login of the person who corrects it; null if unknown

Result: one row, a Correction.
  corrected: whether anything changed
  state: pending | active | retired; searches find only active memories
  is_waiting: whether the memory waits for an embedding of the active model now

Errors:
  22004: p_repo or p_memory_id is null, or p_embedding has no p_embedding_model and no model is
    active; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed the memory; retry
    the transaction
  KB006: the memory does not exist in p_repo

Example:
  p_repo => ''acme/api''
  p_memory_id => 1
  p_finding_text => ''user is None when the session has expired''
  p_embedding => :''embedding''
  p_embedding_model => ''text-embedding-3-small''
  p_by => ''ann''';

grant execute on function correct_memory to :"app";

commit;
