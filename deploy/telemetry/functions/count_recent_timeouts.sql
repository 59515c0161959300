-- Deploy kodiai:telemetry/functions/count_recent_timeouts to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function count_recent_timeouts(
  p_repo text,
  p_pr_author text,
  p_days bigint default 7
)
returns bigint
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  p_pr_author := _check_argument('p_pr_author', p_pr_author, 'login_name');
  perform _check_argument('p_days', p_days::text, 'day_count');

  return (
    select count(*)
    from resilience_events as e
    where
      e.repo = p_repo
      and e.created_at >= _now() - make_interval(hours => 24 * p_days::integer)
      and e.pr_author = p_pr_author
      and e.kind = 'timeout'
  );
end
$$;

comment on function count_recent_timeouts is
'Count the recent review timeouts of an author in a repository.

Counts events of kind timeout (record_resilience_event).

Arguments:
  p_repo: owner/name; repository of the reviews
  p_pr_author: 1 to 200 characters; GitHub login of the pull request author
  p_days: 1 to 3660; only timeouts recorded in the last p_days times 24 hours

Result: number of timeouts.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_pr_author => ''ann''
  p_days => 7';

grant execute on function count_recent_timeouts to :"app", :"reader";

commit;
