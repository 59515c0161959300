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
  returning g.id, g.count::bigint, g.xmax = 0; -- zero only if inserted, not updated
end
$$;

comment on function record_global_pattern is
'Add to the count of a kind of finding, across all repositories.

Patterns are anonymous: pass nothing that identifies a repository, file or person.

Arguments:
  p_severity: critical | major | medium | minor; severity of the findings
  p_category: security | correctness | performance | style | documentation; category of the
    findings
  p_confidence_band: high | medium | low; how sure the agent was
  p_pattern_fingerprint: 1 to 500 characters; hash shared by equal patterns
  p_count: 1 or more; number of findings to add

Result: one row, a RecordedPattern.
  pattern_id: id of the pattern
  total_count: number of findings counted so far, including these
  inserted: false if the pattern already existed

Errors:
  22003: the total exceeds the range of bigint
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction counted the same pattern;
    retry the transaction

Example:
  p_severity => ''major''
  p_category => ''correctness''
  p_confidence_band => ''high''
  p_pattern_fingerprint => ''9f86d081''';

grant execute on function record_global_pattern to :"app";

commit;
