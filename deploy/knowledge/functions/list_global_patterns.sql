-- Deploy kodiai:knowledge/functions/list_global_patterns to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_global_patterns(
  p_severity text default null,
  p_category text default null,
  p_confidence_band text default null,
  p_min_count bigint default 1,
  p_limit bigint default 100
)
returns table (
  pattern_id bigint,
  severity text,
  category text,
  confidence_band text,
  pattern_fingerprint text,
  total_count bigint,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the best index depends on which filters are given.
set plan_cache_mode = force_custom_plan
-- Always use an index, even for filters that match too few rows for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  perform _check_optional('p_severity', p_severity, 'severity');
  perform _check_optional('p_category', p_category, 'category');
  perform _check_optional('p_confidence_band', p_confidence_band, 'confidence_band');
  perform _check_argument('p_min_count', p_min_count::text, 'natural_number');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    g.id, g.severity::text, g.category::text, g.confidence_band::text,
    g.pattern_fingerprint::text, g.count, g.created_at
  from global_patterns as g
  where
    g.count >= p_min_count
    and (p_severity is null or g.severity = p_severity)
    and (p_category is null or g.category = p_category)
    and (p_confidence_band is null or g.confidence_band = p_confidence_band)
  order by g.count desc, g.id
  limit p_limit;
end
$$;

comment on function list_global_patterns is
'List the most frequent kinds of findings, across all repositories.

Patterns are anonymous: nothing says which repositories they come from.

Arguments:
  p_severity: critical | major | medium | minor; only findings of this severity; null for any
  p_category: security | correctness | performance | style | documentation; only findings of this
    category; null for any
  p_confidence_band: high | medium | low; only findings of which the agent was this sure; null for
    any
  p_min_count: 0 to 10^15; only patterns with at least this number of findings
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a GlobalPattern, most frequent first; ties are broken by pattern_id.
  pattern_id: id of the pattern
  severity: critical | major | medium | minor; severity of the findings
  category: security | correctness | performance | style | documentation; category of the findings
  confidence_band: high | medium | low; how sure the agent was
  pattern_fingerprint: hash shared by equal patterns
  total_count: number of findings counted so far
  created_at: when the pattern was first recorded

Errors:
  22004: p_min_count or p_limit is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_severity => ''major''
  p_min_count => 10';

grant execute on function list_global_patterns to :"app", :"reader";

commit;
