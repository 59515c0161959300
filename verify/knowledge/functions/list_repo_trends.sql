-- Verify kodiai:knowledge/functions/list_repo_trends on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_repo_trends', '
  stable parallel safe security definer (p_repo text, p_days bigint DEFAULT 30)
  returns TABLE(day date, reviews bigint, findings bigint, findings_critical bigint,
  findings_major bigint, findings_medium bigint, findings_minor bigint,
  findings_suppressed bigint, avg_confidence double precision, avg_duration_ms double
  precision)
', '{app, reader}');

rollback;
