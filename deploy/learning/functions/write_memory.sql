-- Deploy kodiai:learning/functions/write_memory to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function write_memory(
  p_repo text,
  p_finding_text text,
  p_severity text,
  p_category text,
  p_file_path text,
  p_outcome text,
  p_embedding vector default null,
  p_finding_id bigint default null,
  p_review_id bigint default null,
  p_owner text default null,
  p_source_repo text default null,
  p_language text default null,
  p_embedding_model text default null,
  p_stale boolean default false,
  p_created_at timestamptz default null
)
returns table (memory_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select w.memory_id, w.inserted
  from _write_memories(
    jsonb_build_array(
      jsonb_build_object(
        'repo', p_repo,
        'finding_text', p_finding_text,
        'severity', p_severity,
        'category', p_category,
        'file_path', p_file_path,
        'outcome', p_outcome,
        'finding_id', p_finding_id,
        'review_id', p_review_id,
        'owner', p_owner,
        'source_repo', p_source_repo,
        'language', p_language,
        'embedding_model', p_embedding_model,
        'stale', p_stale,
        'created_at', p_created_at
      )
    ),
    array[p_embedding],
    true
  ) as w;
end
$$;

comment on function write_memory is
'Writes one memory, like write_memories. Sending it again is harmless.
Arguments: p_repo, owner/name. p_finding_text, 1 to 100000 characters. p_severity:
critical, major, medium or minor. p_category: security, correctness, performance,
style or documentation. p_file_path, from the root of the repository. p_outcome:
accepted, suppressed, thumbs_up or thumbs_down. p_embedding, null where it waits for
one. p_finding_id, p_review_id: where it comes from. p_owner (default: the owner in
p_repo). p_source_repo (default: p_repo). p_language. p_embedding_model (default: the
active one). p_stale: whether it no longer holds. p_created_at (default: now).
Result: memory_id, its number. inserted: false where this (repo, finding_id, outcome)
was there already; memory_id is then that of the one that was, and it is not changed.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 as in
write_memories.';

grant execute on function write_memory to :"app";

commit;
