-- Deploy kodiai:knowledge/functions/complete_run to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function complete_run(
  p_run_key text,
  p_delivery_id text default null
)
returns table (completed boolean, status text, superseded_by text)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_completed boolean;
begin
  perform _check_argument('p_run_key', p_run_key, 'short_text');
  -- Same order as claim_run: advisory lock first, then the row.
  perform _lock_pull_request(s.repo, s.pr_number) from run_state as s where s.run_key = p_run_key;

  update run_state as s
  set status = 'completed', completed_at = _now()
  where
    s.run_key = p_run_key
    and s.status in ('pending', 'running')
    and (p_delivery_id is null or s.delivery_id = p_delivery_id);
  v_completed := found;

  if v_completed then
    update reviews as r
    set completed_at = _now()
    from run_state as s
    where
      s.run_key = p_run_key
      and r.repo = s.repo
      and r.pr_number = s.pr_number
      and r.head_sha = s.head_sha
      and r.completed_at is null;
  end if;

  return query
  select v_completed, s.status::text, s.superseded_by::text
  from run_state as s
  where s.run_key = p_run_key;
  if not found then
    perform _reject_unknown('KB003', 'p_run_key', 'run', to_jsonb(p_run_key));
  end if;
end
$$;

comment on function complete_run is
'Complete a claimed run and the reviews of its commit.

A completed or superseded run is left unchanged, so the call can be retried.

Arguments:
  p_run_key: 1 to 500 characters; key of the run
  p_delivery_id: delivery with which the caller claimed the run; nothing changes if another
    delivery has claimed it since; null to complete the run of any delivery

Result: one row, a RunCompletion.
  completed: whether this call completed the run
  status: pending | running | completed | superseded; current status of the run; pending or
    running if another delivery holds it
  superseded_by: key of the run that superseded it; null if not superseded

Errors:
  22004: p_run_key is null
  22023: p_run_key is invalid
  40001: under repeatable read or serializable, a concurrent transaction changed the same run or
    renamed its repository; retry the transaction
  40P01: concurrent transactions locked several pull requests in different orders; retry the
    transaction
  KB003: the run does not exist

Example:
  p_run_key => ''acme/api#7@4f2a9c1''
  p_delivery_id => ''d1''';

grant execute on function complete_run to :"app";

commit;
