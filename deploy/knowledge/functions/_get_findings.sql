-- Deploy kodiai:knowledge/functions/_get_findings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _get_findings(p_finding_ids bigint[])
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
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select
    f.id,
    f.review_id,
    r.repo::text,
    r.pr_number::bigint,
    r.head_sha::text,
    f.file_path::text,
    f.start_line::bigint,
    f.end_line::bigint,
    f.severity::text,
    f.category::text,
    f.confidence::integer,
    f.title::text,
    f.suppressed,
    f.suppression_pattern::text,
    f.comment_id::bigint,
    f.comment_surface::text,
    f.review_output_key::text,
    f.created_at
  from unnest(p_finding_ids) with ordinality as i (id, n)
  inner join findings as f on i.id = f.id
  inner join reviews as r on f.review_id = r.id
  order by i.n;
end
$$;

comment on function _get_findings(bigint[]) is
'What the functions that return findings return: one row per finding that is there, in
the order of the argument, with repository, pull request and commit of its review.
Argument: p_finding_ids, different ones.';

commit;
