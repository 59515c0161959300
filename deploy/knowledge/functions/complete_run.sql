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
  -- The lock before the row, as claim_run does.
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
    raise exception using
      errcode = 'KB003', message = format('p_run_key: no run %s is there', to_jsonb(p_run_key));
  end if;
end
$$;

comment on function complete_run is
'Ends a run that was claimed, and with it the reviews of its commit. A run that has ended
stays as it is, so that the call can be repeated, and a run that was superseded meanwhile
does not count as a completed one.
Arguments: p_run_key. p_delivery_id: the delivery that the caller claimed it with; one
that has taken longer than an hour, and whose run was claimed again by another, does not
end that. Null for whoever holds it.
Result: one row. completed: whether this call has done it. status: what the run is now:
completed, superseded, or pending where another delivery holds it. superseded_by: run_key
of the run that took its place.
Errors: KB003 where the run is not there. 22004 and 22023 with the argument. 40001 under
repeatable read, when another transaction has just changed the run: try again.';

grant execute on function complete_run to :"app";

commit;
