-- Deploy kodiai:knowledge/functions/list_finding_comments to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_finding_comments(
  p_repo text,
  p_days integer default 30,
  p_limit integer default 100
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
  v_finding_ids bigint[];
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  select array_agg(c.id order by c.created_at desc, c.id desc)
  into v_finding_ids
  from (
    select f.id, r.created_at
    from reviews as r
    inner join findings as f on f.review_id = r.id
    where
      r.repo = p_repo
      and r.created_at >= _day_start(_period_start(p_days))
      and f.comment_id is not null
    order by r.created_at desc, f.id desc
    limit p_limit
  ) as c;

  return query select f.* from _get_findings(v_finding_ids) as f;
end
$$;

comment on function list_finding_comments is
'Recent findings of a repository that were posted as a comment, whose reactions an agent
polls for.
Arguments: p_repo, owner/name. p_days: how many days of UTC back, today included, 1 to
3660. p_limit: how many rows at most, 1 to 1000.
Result: the findings of the newest reviews first. finding_id; review_id, repo, pr_number
and head_sha of its review; the other columns are those of findings.
Errors: 22004 and 22023 with the argument.';

grant execute on function list_finding_comments to :"app", :"reader";

commit;
