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
  v_repo text;
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
  p_repo := _fold_name(p_repo);
  v_repo := _lock_pull_request(
    coalesce(
      -- A delivery from before a rename still carries the old name.
      (
        select s.repo::text
        from run_state as s
        where s.run_key = p_run_key and s.repo = _current_repo(p_repo)
      ),
      p_repo
    ),
    p_pr_number
  );

  insert into run_state (
    run_key, repo, pr_number, base_sha, head_sha, delivery_id, action
  )
  values (
    p_run_key, v_repo, p_pr_number, p_base_sha, p_head_sha, p_delivery_id, p_action
  )
  on conflict (run_key) do nothing;
  if found then
    v_reason := 'new';
  else
    -- Take over an abandoned run. created_at is the time of the claim.
    update run_state as s
    set
      created_at = _now(), base_sha = p_base_sha, head_sha = p_head_sha,
      delivery_id = p_delivery_id, action = p_action
    where
      s.run_key = p_run_key and s.repo = v_repo and s.pr_number = p_pr_number
      and s.status = 'pending'
      and s.created_at < _now() - interval '1 hour';
    if not found then
      if not exists (
        select from run_state as s
        where s.run_key = p_run_key and s.repo = v_repo and s.pr_number = p_pr_number
      ) then
        perform _reject_argument(
          'p_run_key', 'a key that no other pull request uses', to_jsonb(p_run_key)::text
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
      s.repo = v_repo and s.pr_number = p_pr_number
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
'Claim a review run, so that exactly one worker processes a delivery.

Exactly one of any number of concurrent callers with the same p_run_key wins; the others block
until it commits, then get "duplicate". If it rolls back, one of the others wins.

A new claim supersedes older open runs of the same pull request. A completed or superseded run
cannot be claimed again. A run that is still pending an hour after it was claimed counts as
abandoned and can be claimed again. After rename_repo, a run is a duplicate under both names.

Arguments:
  p_run_key: 1 to 500 characters; key of the run; deliveries with the same key are duplicates.
    Build it from repository (in lower case), pull request and head commit, and append a suffix to
    review a commit again (a retry, a branch reset to an earlier commit, a request by a user)
  p_repo: owner/name; repository of the pull request
  p_pr_number: 1 or more; pull request number
  p_base_sha: 1 to 200 characters; base commit of the pull request
  p_head_sha: 1 to 200 characters; head commit of the pull request
  p_delivery_id: 1 to 200 characters; webhook delivery that requests the run
  p_action: 1 to 200 characters; webhook action, such as opened or synchronize

Result: one row, a Claim.
  claimed: whether the caller won the run and must process it
  reason: new | superseded-prior | stale-pending | duplicate; new: first claim. superseded-prior:
    first claim, and it superseded older runs. stale-pending: an abandoned run, claimed again.
    duplicate: not claimed
  superseded_run_keys: keys of the runs that this claim superseded, sorted

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid, or p_run_key belongs to another pull request; the message names
    it
  40001: under repeatable read or serializable, a concurrent transaction claimed the same run or
    renamed the repository; retry the transaction
  40P01: concurrent transactions locked several pull requests in different orders; retry the
    transaction

Example:
  p_run_key => ''acme/api#7@4f2a9c1''
  p_repo => ''acme/api''
  p_pr_number => 7
  p_base_sha => ''b07c3d8''
  p_head_sha => ''4f2a9c1''
  p_delivery_id => ''d1''
  p_action => ''opened''';

grant execute on function claim_run to :"app";

commit;
