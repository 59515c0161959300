-- Deploy kodiai:knowledge/functions/get_review_by_delivery to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_review_by_delivery(
  p_repo text,
  p_delivery_id text,
  p_pr_number bigint default null
)
returns table (
  review_id bigint,
  repo text,
  pr_number bigint,
  head_sha text,
  delivery_id text,
  files_analyzed bigint,
  lines_changed bigint,
  findings_critical bigint,
  findings_major bigint,
  findings_medium bigint,
  findings_minor bigint,
  findings_total bigint,
  suppressions_applied bigint,
  confidence_total bigint,
  config_snapshot jsonb,
  duration_ms bigint,
  model text,
  conclusion text,
  created_at timestamptz,
  completed_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_delivery_id', p_delivery_id, 'short_name');
  perform _check_optional('p_pr_number', p_pr_number::text, 'positive_number');

  return query
  select
    r.id, r.repo::text, r.pr_number::bigint, r.head_sha::text, r.delivery_id::text,
    r.files_analyzed::bigint, r.lines_changed::bigint, r.findings_critical::bigint,
    r.findings_major::bigint, r.findings_medium::bigint, r.findings_minor::bigint,
    r.findings_total::bigint, r.suppressions_applied::bigint, r.confidence_total::bigint,
    r.config_snapshot::jsonb, r.duration_ms::bigint, r.model::text, r.conclusion::text,
    r.created_at, r.completed_at
  from reviews as r
  where
    -- A delivery from before a rename still carries the old name.
    r.repo in (p_repo, _current_repo(p_repo))
    and r.delivery_id = p_delivery_id
    and (p_pr_number is null or r.pr_number = p_pr_number)
  order by r.repo = p_repo desc, r.created_at desc, r.id desc
  limit 1;
end
$$;

comment on function get_review_by_delivery is
'Return the review that a webhook delivery requested.

A delivery belongs to its repository. After rename_repo, both names find the deliveries from
before; those of a new repository that took the old name come first under that name. If a delivery
requested reviews of several pull requests, the newest is returned.

Arguments:
  p_repo: owner/name; repository reviewed
  p_delivery_id: 1 to 200 characters; webhook delivery
  p_pr_number: 1 or more; pull request number; null for any

Result: one row or none, a Review.
  review_id: id of the review
  repo: owner/name, in lower case; repository reviewed
  pr_number: pull request number
  head_sha: commit reviewed; null if unknown
  delivery_id: webhook delivery that requested the review
  files_analyzed: number of files analyzed
  lines_changed: number of lines that the pull request adds and removes
  findings_critical: number of critical findings
  findings_major: number of major findings
  findings_medium: number of medium findings
  findings_minor: number of minor findings
  findings_total: sum of the four counts by severity
  suppressions_applied: number of suppressed findings
  confidence_total: sum of the confidences of the findings, each 0 to 100
  config_snapshot: object; configuration of the review; null if unknown
  duration_ms: duration of the review in milliseconds; null if unknown
  model: language model that wrote the review; null if unknown
  conclusion: how the review ended; free text
  created_at: when the review was recorded
  completed_at: when the review completed; null if the run of its commit is open or was superseded

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_delivery_id => ''d1''';

grant execute on function get_review_by_delivery to :"app", :"reader";

commit;
