-- Verify kodiai:knowledge/functions/list_feedback_patterns on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_feedback_patterns', '
  stable parallel safe security definer (p_repo text, p_days bigint DEFAULT 365,
  p_min_reactions bigint DEFAULT 1, p_limit bigint DEFAULT 100)
  returns TABLE(title text, severity text, category text, thumbs_up bigint,
  thumbs_down bigint, reactors bigint, reactors_up bigint, reactors_down bigint,
  pull_requests bigint, pull_requests_up bigint, pull_requests_down bigint,
  last_reaction_at timestamp with time zone)
', '{app, reader}');

rollback;
