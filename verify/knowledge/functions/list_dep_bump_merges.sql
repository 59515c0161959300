-- Verify kodiai:knowledge/functions/list_dep_bump_merges on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_dep_bump_merges', '
  stable parallel safe security definer (p_repo text, p_package_name text DEFAULT
  NULL::text, p_days bigint DEFAULT 365, p_limit bigint DEFAULT 100)
  returns TABLE(merge_id bigint, repo text, pr_number bigint, merged_at timestamp with
  time zone, delivery_id text, source text, signals jsonb, package_name text,
  old_version text, new_version text, semver_bump_type text, merge_confidence_level
  text, merge_confidence_rationale jsonb, advisory_status text, advisory_max_severity
  text, is_security_bump boolean, created_at timestamp with time zone)
  set plan_cache_mode=force_custom_plan
', '{app, reader}');

rollback;
