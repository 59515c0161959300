-- Deploy kodiai:knowledge/functions/_check_findings to pg

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

  select format('p_findings[%s].%s', f.n, c.key), c.expected, f.finding ->> c.key
  into v_argument, v_expected, v_got
  from jsonb_array_elements(p_findings) with ordinality as f (finding, n)
  cross join lateral (
    values
    (
      'end_line',
      (f.finding ->> 'start_line')::bigint <= (f.finding ->> 'end_line')::bigint,
      format('a line from start_line (%s)', f.finding ->> 'start_line')
    ),
    (
      'suppressed',
      (f.finding ->> 'suppressed')::boolean or f.finding ->> 'suppression_pattern' is null,
      'true, as it has a suppression_pattern'
    ),
    (
      'comment_surface',
      (f.finding ->> 'comment_id' is null) = (f.finding ->> 'comment_surface' is null),
      'comment_id and comment_surface together'
    )
  ) as c (key, is_valid, expected)
  where not c.is_valid
  order by f.n
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;
end
$$;

comment on function _check_findings(jsonb) is
'Refuses what cannot be recorded as the findings of a review.
Argument: p_findings, see record_findings.
Errors: 22004 and 22023 with the place from 1 and the key.';

commit;
