-- Deploy kodiai:learning/functions/has_memory to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function has_memory(p_repo text, p_finding_id bigint, p_outcome text default null)
returns boolean
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_finding_id', p_finding_id::text, 'bigint');
  perform _check_optional('p_outcome', p_outcome, 'outcome');

  return exists (
    select
    from learning_memories as m
    where
      m.id = _find_memory(p_repo, p_finding_id) and m.outcome = coalesce(p_outcome, m.outcome)
  );
end
$$;

comment on function has_memory is
'Return whether a finding taught or repeated a memory.

Memories of every state count, stale ones and those without an embedding too.

Arguments:
  p_repo: owner/name; repository of the memory
  p_finding_id: id of the finding behind the memory
  p_outcome: published | accepted | suppressed | thumbs_up | thumbs_down; only a memory with this
    outcome now; null for any

Result: whether the memory exists.

Errors:
  22004: p_repo or p_finding_id is null
  22023: p_repo or p_outcome is invalid

Example:
  p_repo => ''acme/api''
  p_finding_id => 1
  p_outcome => ''accepted''';

grant execute on function has_memory to :"app", :"reader";

commit;
