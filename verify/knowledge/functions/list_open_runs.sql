-- Verify kodiai:knowledge/functions/list_open_runs on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_open_runs', '
  stable parallel safe security definer (p_older_than interval DEFAULT
  ''01:00:00''::interval, p_limit bigint DEFAULT 100)
  returns TABLE(run_key text, repo text, pr_number bigint, base_sha text, head_sha
  text, delivery_id text, action text, status text, created_at timestamp with time
  zone)
', '{app, reader}');

rollback;
