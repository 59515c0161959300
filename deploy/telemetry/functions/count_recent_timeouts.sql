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
  p_days integer default 7
)
returns bigint
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_pr_author', p_pr_author, 'short_name');
  perform _check_argument('p_days', p_days::text, 'day_count');

  return (
    select count(*)
    from resilience_events as e
    where
      e.repo = p_repo
      and e.created_at >= _now() - make_interval(hours => 24 * p_days)
      and e.pr_author = p_pr_author
      and e.kind = 'timeout'
  );
end
$$;

comment on function count_recent_timeouts is
'How many reviews of an author''s pull requests in a repository have run out of time lately.
Arguments: p_repo, owner/name. p_pr_author: GitHub login. p_days: how far back, in days
of 24 hours until now, 1 to 3660.
Result: the number.
Errors: 22004 and 22023 with the argument.';

grant execute on function count_recent_timeouts to :"app", :"reader";

commit;
