-- Deploy kodiai:knowledge/functions/get_finding_by_comment to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_finding_by_comment(
  p_repo text,
  p_comment_id bigint,
  p_comment_surface text default null
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
  perform _check_argument('p_comment_id', p_comment_id::text, 'positive_number');
  if p_comment_surface is not null then
    perform _check_argument('p_comment_surface', p_comment_surface, 'short_name');
  end if;

  select array[f.id]
  into v_finding_ids
  from findings as f
  inner join reviews as r on r.id = f.review_id
  where
    f.comment_id = p_comment_id
    and r.repo = p_repo
    and (p_comment_surface is null or f.comment_surface = p_comment_surface)
  order by f.created_at desc, f.id desc
  limit 1;

  return query select f.* from _get_findings(v_finding_ids) as f;
end
$$;

comment on function get_finding_by_comment is
'The finding that a comment was posted for; of several, the newest.
Arguments: p_repo, owner/name. p_comment_id: GitHub number of the comment.
p_comment_surface: kind of comment, as it was recorded, since GitHub numbers each kind
apart; null for any.
Result: one row, or none. finding_id; review_id, repo, pr_number and head_sha of its
review; the other columns are those of findings.
Errors: 22004 and 22023 with the argument.';

grant execute on function get_finding_by_comment to :"app", :"reader";

commit;
