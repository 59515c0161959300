-- Deploy kodiai:knowledge/functions/_insert_findings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _insert_findings(
  p_review_id bigint,
  p_findings jsonb
)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_finding_ids bigint[];
begin
  with new_findings as (
    insert into findings (
      review_id, file_path, start_line, end_line, severity, category, confidence, title,
      suppressed, suppression_pattern, comment_id, comment_surface, review_output_key
    )
    select
      p_review_id, f.file_path, f.start_line, f.end_line, f.severity, f.category,
      f.confidence, f.title, coalesce(f.suppressed, f.suppression_pattern is not null),
      f.suppression_pattern, f.comment_id, f.comment_surface, f.review_output_key
    from rows from (
      jsonb_to_recordset(p_findings) as (
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
        review_output_key text
      )
    ) with ordinality as f (
      file_path, start_line, end_line, severity, category, confidence, title, suppressed,
      suppression_pattern, comment_id, comment_surface, review_output_key, n
    )
    order by f.n
    returning id
  )

  -- Numbers are drawn in the order of insertion.
  select coalesce(array_agg(n.id order by n.id), '{}')
  into v_finding_ids
  from new_findings as n;

  -- What is told of the findings elsewhere comes from the findings themselves.
  insert into suppression_log (review_id, pattern, matched_count, finding_ids)
  select
    p_review_id,
    f.suppression_pattern,
    count(*),
    array_agg(f.id order by f.id)
  from findings as f
  where f.review_id = p_review_id and f.suppression_pattern is not null
  group by f.suppression_pattern
  order by f.suppression_pattern
  on conflict (review_id, pattern) do update
  set matched_count = excluded.matched_count, finding_ids = excluded.finding_ids;

  update reviews as r
  set
    findings_critical = c.critical,
    findings_major = c.major,
    findings_medium = c.medium,
    findings_minor = c.minor,
    findings_total = c.total,
    suppressions_applied = c.suppressed
  from (
    select
      count(*) filter (where f.severity = 'critical') as critical,
      count(*) filter (where f.severity = 'major') as major,
      count(*) filter (where f.severity = 'medium') as medium,
      count(*) filter (where f.severity = 'minor') as minor,
      count(*) as total,
      count(*) filter (where f.suppressed) as suppressed
    from findings as f
    where f.review_id = p_review_id
  ) as c
  where r.id = p_review_id;

  return v_finding_ids;
end
$$;

comment on function _insert_findings(bigint, jsonb) is
'Records findings that _check_findings has let pass, and brings the counts of the review
and its entries in suppression_log up to date with them.
Arguments: p_review_id, of a review that this transaction holds (_lock_review, or
recorded by it); p_findings, see record_findings.
Result: their numbers, in input order.';

commit;
