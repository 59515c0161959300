-- Deploy kodiai:knowledge/functions/record_global_pattern to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_global_pattern(
  p_severity text,
  p_category text,
  p_confidence_band text,
  p_pattern_fingerprint text,
  p_count bigint default 1
)
returns table (pattern_id bigint, total_count bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_arguments(
    'global_patterns',
    jsonb_build_object(
      'severity', p_severity,
      'category', p_category,
      'confidence_band', p_confidence_band,
      'pattern_fingerprint', p_pattern_fingerprint
    )
  );
  perform _check_argument('p_count', p_count::text, 'positive_number');

  return query
  insert into global_patterns as g (
    severity, category, confidence_band, pattern_fingerprint, count
  )
  values (p_severity, p_category, p_confidence_band, p_pattern_fingerprint, p_count)
  on conflict (severity, category, confidence_band, pattern_fingerprint) do update
  set count = g.count + excluded.count
  returning g.id, g.count::bigint, g.xmax = 0; -- a row version that replaces none
end
$$;

comment on function record_global_pattern is
'Counts findings of one kind, over all repositories. It is anonymous: give nothing that
names a repository, a file or a person. Recording again adds to the count.
Arguments: p_severity: critical, major, medium or minor. p_category: security,
correctness, performance, style or documentation. p_confidence_band: high, medium or
low. p_pattern_fingerprint: hash that equal patterns share, 1 to 500 characters.
p_count: how many more there are, from 1.
Result: one row. pattern_id. total_count: how many there have been with these. inserted:
whether this is the first time.
Errors: 22004 and 22023 with the argument; nothing is written then. 22003 where the sum
leaves the range of bigint. 40001 under repeatable read, when another transaction has just
counted the same: try again.';

grant execute on function record_global_pattern to :"app";

commit;
