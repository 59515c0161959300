-- Deploy kodiai:knowledge/findings to pg
--
-- Findings and suppressions: validation, insertion, and the rows returned.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_findings(p_findings jsonb)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_keys constant text[] := array[
    'file_path', 'start_line', 'end_line', 'severity', 'category', 'confidence', 'title',
    'suppressed', 'suppression_pattern', 'comment_id', 'comment_surface',
    'review_output_key'
  ];
  v_argument text;
  v_expected text;
  v_got text;
begin
  perform _check_objects('findings', 'p_findings', p_findings, c_keys);

  select format('p_findings[%s].%s', f.ord, c.key), c.expected, f.finding ->> c.key
  into v_argument, v_expected, v_got
  from jsonb_array_elements(p_findings) with ordinality as f (finding, ord)
  cross join lateral (
    values
    (
      'end_line',
      (f.finding ->> 'start_line')::bigint <= (f.finding ->> 'end_line')::bigint,
      format('at least start_line (%s)', f.finding ->> 'start_line')
    ),
    (
      'suppressed',
      (f.finding ->> 'suppressed')::boolean or f.finding ->> 'suppression_pattern' is null,
      'true, because suppression_pattern is given'
    ),
    (
      'comment_surface',
      (f.finding ->> 'comment_id' is null) = (f.finding ->> 'comment_surface' is null),
      'both comment_id and comment_surface, or neither'
    )
  ) as c (key, is_valid, expected)
  where not c.is_valid
  order by f.ord
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;
end
$$;

comment on function _check_findings is
'Reject findings that record_review or record_findings cannot record.
Argument: p_findings, as in record_findings.
Errors: 22004 for a missing value, 22023 for an invalid one; the message names the 1-based
position and the key.';

create function _insert_findings(
  p_review_id bigint,
  p_findings jsonb,
  p_created_at timestamptz default null
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
      suppressed, suppression_pattern, comment_id, comment_surface, review_output_key,
      created_at
    )
    select
      p_review_id, _stored_path(f.file_path), f.start_line, f.end_line, f.severity, f.category,
      f.confidence, f.title, coalesce(f.suppressed, f.suppression_pattern is not null),
      f.suppression_pattern, f.comment_id, f.comment_surface, f.review_output_key,
      coalesce(p_created_at, _now())
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
      suppression_pattern, comment_id, comment_surface, review_output_key, ord
    )
    order by f.ord
    returning id
  )

  -- Identity values follow the order of insertion, so this is input order.
  select coalesce(array_agg(n.id order by n.id), '{}')
  into v_finding_ids
  from new_findings as n;

  -- Always recompute the counts from the findings, so that they cannot disagree.
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
    suppressions_applied = c.suppressed,
    confidence_total = c.confidence
  from (
    select
      count(*) filter (where f.severity = 'critical') as critical,
      count(*) filter (where f.severity = 'major') as major,
      count(*) filter (where f.severity = 'medium') as medium,
      count(*) filter (where f.severity = 'minor') as minor,
      count(*) as total,
      count(*) filter (where f.suppressed) as suppressed,
      coalesce(sum(f.confidence), 0) as confidence
    from findings as f
    where f.review_id = p_review_id
  ) as c
  where r.id = p_review_id;

  return v_finding_ids;
end
$$;

comment on function _insert_findings is
'Insert findings that passed _check_findings, and update the counts of the review and its entries
in suppression_log.
Arguments: p_review_id, a review that this transaction locked (_lock_review) or inserted;
p_findings, as in record_findings; p_created_at, when they were found, null for now.
Result: ids of the findings, in input order.';

create function _insert_suppressions(
  p_review_id bigint,
  p_suppressions jsonb
)
returns table (ordinal integer, suppression_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- The planner expects few rules, and would compare each with each.
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
  v_inserted bigint[];
  v_argument text;
  v_expected text;
  v_got text;
begin
  with new_suppressions as (
    insert into suppression_log (review_id, pattern)
    select p_review_id, s.suppression ->> 'pattern'
    from jsonb_array_elements(p_suppressions) with ordinality as s (suppression, ord)
    order by s.ord
    on conflict (review_id, pattern) do nothing
    returning id
  )

  select coalesce(array_agg(n.id), '{}') into v_inserted from new_suppressions as n;

  select
    format('p_suppressions[%s].matched_count', s.ord),
    format('%s, the number of findings with this suppression_pattern', l.matched_count),
    s.suppression ->> 'matched_count'
  into v_argument, v_expected, v_got
  from jsonb_array_elements(p_suppressions) with ordinality as s (suppression, ord)
  inner join suppression_log as l
    on l.review_id = p_review_id and l.pattern = s.suppression ->> 'pattern'
  where (s.suppression ->> 'matched_count')::bigint <> l.matched_count
  order by s.ord
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;

  return query
  select
    s.ord::integer,
    l.id,
    l.id in (select i.id from unnest(v_inserted) as i (id))
    and row_number() over (partition by l.id order by s.ord) = 1
  from jsonb_array_elements(p_suppressions) with ordinality as s (suppression, ord)
  inner join suppression_log as l
    on l.review_id = p_review_id and l.pattern = s.suppression ->> 'pattern'
  order by s.ord;
end
$$;

comment on function _insert_suppressions is
'Insert the suppression rules of a review. They must have passed _check_objects.
Arguments: p_review_id, a review that this transaction locked or inserted, together with its
findings; p_suppressions, as in record_suppressions.
Result: as in record_suppressions.
Errors: 22023 if matched_count is not the number of findings with the pattern.';

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
  from unnest(p_finding_ids) with ordinality as i (id, ord)
  inner join findings as f on i.id = f.id
  inner join reviews as r on f.review_id = r.id
  order by i.ord;
end
$$;

comment on function _get_findings is
'Return findings in the order of the ids, with the repository, pull request and commit of their
reviews. All functions that return findings get their rows here.
Argument: p_finding_ids, distinct; ids that do not exist are skipped.';

create function _get_last_review(
  p_repo text,
  p_pr_number bigint
)
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return (
    select r.id
    from reviews as r
    where r.repo = p_repo and r.pr_number = p_pr_number and r.completed_at is not null
    order by r.created_at desc, r.id desc
    limit 1
  );
end
$$;

comment on function _get_last_review is
'Return the last completed review of a pull request.
Arguments: p_repo, owner/name; p_pr_number.
Result: its id; null if there is none.';

commit;
