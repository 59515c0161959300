-- Deploy kodiai:learning/functions/has_memory to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function has_memory(p_repo text, p_finding_id bigint, p_outcome text)
returns boolean
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_finding_id', p_finding_id::text, 'bigint');
  perform _check_argument('p_outcome', p_outcome, 'outcome');

  return exists (
    select
    from learning_memories as m
    where m.repo = p_repo and m.finding_id = p_finding_id and m.outcome = p_outcome
  );
end
$$;

comment on function has_memory is
'Return whether a memory of a finding with a given outcome exists.

Stale memories count too, and so do those without an embedding. If the memory exists, write_memory
would at most change its embedding.

Arguments:
  p_repo: owner/name; repository of the memory
  p_finding_id: id of the finding behind the memory
  p_outcome: published | accepted | suppressed | thumbs_up | thumbs_down; how the team reacted

Result: whether the memory exists.

Errors:
  22004: an argument is null; the message names it
  22023: p_repo or p_outcome is invalid

Example:
  p_repo => ''acme/api''
  p_finding_id => 1
  p_outcome => ''accepted''';

grant execute on function has_memory to :"app", :"reader";

commit;
