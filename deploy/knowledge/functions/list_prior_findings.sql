-- Deploy kodiai:knowledge/functions/list_prior_findings to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_prior_findings(
  p_repo text,
  p_pr_number bigint
)
returns table (
  finding_id bigint,
  review_id bigint,
  repo text,
  pr_number bigint,
  head_sha text,
  file_path text,
  start_line bigint,
  end_line bigint,
  severity text,
  category text,
  confidence integer,
  title text,
  suppressed boolean,
  suppression_pattern text,
  comment_id bigint,
  comment_surface text,
  review_output_key text,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_review_id bigint;
  v_finding_ids bigint[];
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_pr_number', p_pr_number::text, 'positive_number');

  v_review_id := _get_last_review(p_repo, p_pr_number);
  select array_agg(f.id order by f.id)
  into v_finding_ids
  from findings as f
  where f.review_id = v_review_id;

  return query select f.* from _get_findings(v_finding_ids) as f;
end
$$;

comment on function list_prior_findings is
'What the last completed review of a pull request found, suppressed findings too. A review
is completed with the run of its commit (complete_run), or at once where its commit has no
run; one whose run is open or was superseded is not.
Arguments: p_repo, owner/name; p_pr_number.
Result: one row per finding, as they were recorded. finding_id; review_id, repo,
pr_number and head_sha of its review; the other columns are those of findings.
Errors: 22004 and 22023 with the argument.';

grant execute on function list_prior_findings to :"app", :"reader";

commit;
