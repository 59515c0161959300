-- Verify kodiai:knowledge/functions/get_repo_stats on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_repo_stats', '
  stable parallel safe security definer (p_repo text, p_days bigint DEFAULT 30,
  p_top_files bigint DEFAULT 10)
  returns TABLE(reviews bigint, pull_requests bigint, findings bigint,
  findings_critical bigint, findings_major bigint, findings_medium bigint,
  findings_minor bigint, findings_suppressed bigint, avg_findings double precision,
  avg_confidence double precision, avg_files_analyzed double precision,
  avg_lines_changed double precision, avg_duration_ms double precision,
  last_review_at timestamp with time zone, top_files jsonb)
', '{app, reader}');

rollback;
