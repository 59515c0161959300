-- Deploy kodiai:knowledge/functions/list_open_runs to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_open_runs(
  p_older_than interval default interval '1 hour',
  p_limit bigint default 100
)
returns table (
  run_key text,
  repo text,
  pr_number bigint,
  base_sha text,
  head_sha text,
  delivery_id text,
  action text,
  status text,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_argument('p_older_than', p_older_than::text, 'age');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    s.run_key::text, s.repo::text, s.pr_number::bigint, s.base_sha::text, s.head_sha::text,
    s.delivery_id::text, s.action::text, s.status::text, s.created_at
  from run_state as s
  where s.status in ('pending', 'running') and s.created_at <= _now() - p_older_than
  order by s.created_at, s.id
  limit p_limit;
end
$$;

comment on function list_open_runs is
'List the open runs of all repositories.

Open runs are pending or running. Use this to find runs whose worker died: GitHub does not
redeliver webhooks by itself.

Arguments:
  p_older_than: 0, or 1 minute to 1000 years; minimum time since the run was claimed
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each an OpenRun, oldest first.
  run_key: key of the run
  repo: owner/name, in lower case; repository of the pull request
  pr_number: pull request number
  base_sha: base commit of the pull request
  head_sha: head commit of the pull request
  delivery_id: webhook delivery that holds the run
  action: webhook action, such as opened or synchronize
  status: pending | running; status of the run
  created_at: when the run was last claimed

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_older_than => interval ''2 hours''';

grant execute on function list_open_runs to :"app", :"reader";

commit;
