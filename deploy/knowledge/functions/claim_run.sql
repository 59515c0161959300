-- Deploy kodiai:knowledge/functions/claim_run to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function claim_run(
  p_run_key text,
  p_repo text,
  p_pr_number bigint,
  p_base_sha text,
  p_head_sha text,
  p_delivery_id text,
  p_action text
)
returns table (claimed boolean, reason text, superseded_run_keys text[])
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_reason text;
  v_superseded text[];
begin
  perform _check_arguments(
    'run_state',
    jsonb_build_object(
      'run_key', p_run_key,
      'repo', p_repo,
      'pr_number', p_pr_number,
      'base_sha', p_base_sha,
      'head_sha', p_head_sha,
      'delivery_id', p_delivery_id,
      'action', p_action
    )
  );
  perform _lock_pull_request(p_repo, p_pr_number);

  insert into run_state (
    run_key, repo, pr_number, base_sha, head_sha, delivery_id, action
  )
  values (
    p_run_key, p_repo, p_pr_number, p_base_sha, p_head_sha, p_delivery_id, p_action
  )
  on conflict (run_key) do nothing;
  if found then
    v_reason := 'new';
  else
    -- Whoever held it has died. created_at is when it was claimed.
    update run_state as s
    set
      created_at = _now(), base_sha = p_base_sha, head_sha = p_head_sha,
      delivery_id = p_delivery_id, action = p_action
    where
      s.run_key = p_run_key
      and s.repo = p_repo
      and s.pr_number = p_pr_number
      and s.status = 'pending'
      and s.created_at < _now() - interval '1 hour';
    if not found then
      if not exists (
        select from run_state as s
        where s.run_key = p_run_key and s.repo = p_repo and s.pr_number = p_pr_number
      ) then
        perform _reject_argument(
          'p_run_key', 'one that no other pull request has', to_jsonb(p_run_key)::text
        );
      end if;
      return query select false, 'duplicate', '{}'::text[];
      return;
    end if;
    v_reason := 'stale-pending';
  end if;

  with superseded as (
    update run_state as s
    set status = 'superseded', superseded_by = p_run_key, completed_at = _now()
    where
      s.repo = p_repo
      and s.pr_number = p_pr_number
      and s.status in ('pending', 'running')
      and s.run_key <> p_run_key
    returning s.run_key
  )

  select coalesce(array_agg(s.run_key::text order by s.run_key), '{}')
  into v_superseded
  from superseded as s;

  return query
  select
    true,
    case
      when v_reason = 'new' and cardinality(v_superseded) > 0 then 'superseded-prior'
      else v_reason
    end,
    v_superseded;
end
$$;

comment on function claim_run is
'Asks whether this delivery may be processed, and takes the run if so. Of any number of
callers with one run_key exactly one may; the others wait for it and are told that they
are duplicates. Older runs of the pull request that are still open end superseded: the
newest claim wins. A run that has ended, superseded or not, is not claimed again.
Arguments: p_run_key: what makes two deliveries the same run, 1 to 500 characters:
repository, pull request and head commit, and more where a commit is to be reviewed again
(a retry, a branch that went back to an earlier commit, somebody who asks for it).
p_repo, owner/name. p_pr_number. p_base_sha: commit that it is compared with. p_head_sha:
commit to review. p_delivery_id: webhook delivery. p_action: webhook action, such as
opened.
Result: one row. claimed: whether the caller is to process it. reason: new;
superseded-prior (new, and took the place of others); stale-pending (claimed more than an
hour ago and never completed, so claimed again); duplicate (not claimed).
superseded_run_keys: the runs that ended superseded by this one.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 under
repeatable read, when another transaction has just claimed the same run: try again.
40P01 for transactions that claim runs of several pull requests, each in another order.';

grant execute on function claim_run to :"app";

commit;
