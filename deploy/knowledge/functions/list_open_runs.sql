-- Deploy kodiai:knowledge/functions/list_open_runs to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_open_runs(
  p_older_than interval default interval '1 hour',
  p_limit integer default 100
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
'Runs of all repositories that were claimed and have not ended, such as those whose worker
died: nobody delivers their webhook again.
Arguments: p_older_than: how long ago they were claimed, 0 or longer. p_limit: how many
rows at most, 1 to 1000.
Result: the oldest first. The columns are those of run_state; created_at is when it was
claimed.
Errors: 22004 and 22023 with the argument.';

grant execute on function list_open_runs to :"app", :"reader";

commit;
