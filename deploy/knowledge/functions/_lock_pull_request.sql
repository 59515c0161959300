-- Deploy kodiai:knowledge/functions/_lock_pull_request to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _lock_pull_request(
  p_repo text,
  p_pr_number bigint
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  -- The schema, because the locks of all memories in a database share one number space.
  perform pg_advisory_xact_lock(
    hashtextextended(format('%s %s#%s', current_schema(), p_repo, p_pr_number), 0)
  );
end
$$;

comment on function _lock_pull_request(text, bigint) is
'Waits until no other transaction changes the runs of this pull request, and keeps it so
until the end of this one. It is taken before any row of run_state is locked.
Arguments: p_repo, owner/name; p_pr_number.';

commit;
