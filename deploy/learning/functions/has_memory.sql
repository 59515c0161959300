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
  perform _check_argument('p_repo', p_repo, 'repo_name');
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
'Whether write_memory would find this memory there already, stale or not: a caller
that asks first can spare itself the embedding.
Arguments: p_repo, owner/name; p_finding_id; p_outcome: accepted, suppressed,
thumbs_up or thumbs_down.
Result: true or false.
Errors: 22004 where an argument is null; 22023 for a p_repo or p_outcome that
cannot be.';

grant execute on function has_memory to :"app", :"reader";

commit;
