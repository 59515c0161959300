-- Deploy kodiai:knowledge/functions/record_review to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_review(
  p_repo text,
  p_pr_number bigint,
  p_head_sha text default null,
  p_delivery_id text default null,
  p_findings jsonb default '[]',
  p_suppressions jsonb default '[]',
  p_files_analyzed bigint default 0,
  p_lines_changed bigint default 0,
  p_duration_ms bigint default null,
  p_model text default null,
  p_conclusion text default 'unknown',
  p_config_snapshot jsonb default null,
  p_created_at timestamptz default null
)
returns table (
  review_id bigint,
  inserted boolean,
  finding_ids bigint[],
  suppression_ids bigint[]
)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Times pass through JSON, which not every time zone allows.
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_repo text;
  v_is_completed boolean;
  v_review_id bigint;
  v_inserted boolean;
begin
  perform _check_arguments(
    'reviews',
    jsonb_build_object(
      'repo', p_repo,
      'pr_number', p_pr_number,
      'head_sha', p_head_sha,
      'delivery_id', p_delivery_id,
      'files_analyzed', p_files_analyzed,
      'lines_changed', p_lines_changed,
      'duration_ms', p_duration_ms,
      'model', p_model,
      'conclusion', p_conclusion,
      'config_snapshot', p_config_snapshot,
      'created_at', p_created_at
    )
  );
  p_repo := _fold_name(p_repo);
  perform _check_created_at(p_created_at);
  perform _check_findings(p_findings);
  perform _check_objects(
    'suppression_log', 'p_suppressions', p_suppressions, array['pattern', 'matched_count']
  );

  -- Wait for a concurrent change to the status of the commit's run.
  v_repo := _lock_pull_request(
    coalesce(
      -- A delivery from before a rename still carries the old name.
      (
        select r.repo::text
        from reviews as r
        where
          r.repo = _current_repo(p_repo)
          and r.pr_number = p_pr_number
          and r.delivery_id = p_delivery_id
      ),
      p_repo
    ),
    p_pr_number
  );
  select coalesce(bool_or(s.status = 'completed'), true)
  into v_is_completed
  from run_state as s
  where s.repo = v_repo and s.pr_number = p_pr_number and s.head_sha = p_head_sha;

  insert into reviews (
    repo, pr_number, head_sha, delivery_id, files_analyzed, lines_changed, duration_ms,
    model, conclusion, config_snapshot, created_at, completed_at
  )
  values (
    v_repo, p_pr_number, p_head_sha, p_delivery_id, coalesce(p_files_analyzed, 0),
    coalesce(p_lines_changed, 0), p_duration_ms, p_model,
    coalesce(p_conclusion, 'unknown'), nullif(p_config_snapshot, 'null'),
    coalesce(p_created_at, _now()),
    case when v_is_completed then coalesce(p_created_at, _now()) end
  )
  on conflict (repo, pr_number, delivery_id) do nothing
  returning id into v_review_id;
  v_inserted := found;

  if v_inserted then
    perform _insert_findings(v_review_id, p_findings, p_created_at);
    perform _insert_suppressions(v_review_id, p_suppressions);
  else
    select r.id into v_review_id
    from reviews as r
    where
      r.repo = v_repo and r.pr_number = p_pr_number and r.delivery_id = p_delivery_id;
  end if;

  return query
  select
    v_review_id,
    v_inserted,
    array(select f.id from findings as f where f.review_id = v_review_id order by f.id),
    array(select s.id from suppression_log as s where s.review_id = v_review_id order by s.id);
end
$$;

comment on function record_review is
'Record a review with its findings and suppressions, all or nothing.

The counts of the review are computed from the findings, so that they cannot disagree. Recording
the same delivery of a repository again changes nothing, even if two workers do so concurrently,
or under the name that the repository had before rename_repo.

The review completes at once if its commit has no run or a completed one; otherwise when
complete_run completes a run of that commit.

Arguments:
  p_repo: owner/name; repository reviewed
  p_pr_number: 1 or more; pull request number
  p_head_sha: 1 to 200 characters; commit reviewed; null if unknown
  p_delivery_id: 1 to 200 characters; webhook delivery that requested the review; null to insert a
    new review on each call
  p_findings: array of NewFinding objects; at most 10000 findings
    - file_path (text, required): 1 to 1000 bytes; path of the file, relative to the repository
      root; stored without ./, repeated slashes and backslashes, and in NFC
    - start_line (bigint): 1 or more; first line; null if unknown
    - end_line (bigint): start_line or more; last line; null if unknown
    - severity (critical | major | medium | minor, required): how bad it is
    - category (security | correctness | performance | style | documentation, required): kind of
      problem
    - confidence (integer, required): 0 to 100; how sure the agent was
    - title (text, required): 1 to 500 characters; the finding in one line
    - suppressed (boolean): whether the finding was suppressed; default true if
      suppression_pattern is given, else false
    - suppression_pattern (text): 1 to 500 characters; suppression rule that matched it; null if
      none
    - comment_id (bigint): GitHub comment id; requires comment_surface; null if not posted
    - comment_surface (text): 1 to 200 characters; kind of comment, such as
      pull_request_review_comment; requires comment_id; null if not posted
    - review_output_key (text): 1 to 500 characters; key of the review output that contains the
      finding; null if unknown
  p_suppressions: array of NewSuppression objects; at most 10000 suppression rules that the review
    applied. The suppression_pattern of each finding is recorded even if not listed
    - pattern (text, required): 1 to 500 characters; the rule
    - matched_count (bigint): number of findings of the review with this suppression_pattern;
      rejected if wrong; null to skip this check
  p_files_analyzed: 0 to 10^15; number of files analyzed
  p_lines_changed: 0 to 10^15; number of lines that the pull request adds and removes
  p_duration_ms: 0 to 10^15; duration of the review in milliseconds; null if unknown
  p_model: 1 to 200 characters; language model that wrote the review; null if unknown
  p_conclusion: 1 to 200 characters; how the review ended; free text
  p_config_snapshot: object; configuration of the review; null if unknown
  p_created_at: years 1 to 9999; when the review was made, to bring in history, so not in the
    future; also the time of its findings; null for now

Result: one row, a RecordedReview.
  review_id: id of the review
  inserted: false if this delivery was already recorded for this pull request; the row then
    describes the existing review
  finding_ids: ids of its findings, in the order in which they were recorded
  suppression_ids: ids of its entries in suppression_log, ascending

Errors:
  22004: a required argument or key is missing; the message names it
  22023: an argument or key is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction recorded the same
    delivery or renamed the repository; retry the transaction
  40P01: concurrent transactions locked several pull requests in different orders; retry the
    transaction

Example:
  p_repo => ''acme/api''
  p_pr_number => 7
  p_head_sha => ''4f2a9c1''
  p_delivery_id => ''d1''
  p_findings => ''[{"file_path": "src/auth.py", "severity": "major", "category": "correctness",
    "confidence": 80, "title": "user may be None"}]''';

grant execute on function record_review to :"app";

commit;
