-- Verify kodiai:knowledge/functions/record_dep_bump_merge on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_dep_bump_merge', '
  volatile parallel unsafe security definer (p_repo text, p_pr_number bigint,
  p_merged_at timestamp with time zone DEFAULT NULL::timestamp with time zone,
  p_delivery_id text DEFAULT NULL::text, p_source text DEFAULT NULL::text, p_signals
  jsonb DEFAULT NULL::jsonb, p_package_name text DEFAULT NULL::text, p_old_version
  text DEFAULT NULL::text, p_new_version text DEFAULT NULL::text, p_semver_bump_type
  text DEFAULT NULL::text, p_merge_confidence_level text DEFAULT NULL::text,
  p_merge_confidence_rationale jsonb DEFAULT NULL::jsonb, p_advisory_status text
  DEFAULT NULL::text, p_advisory_max_severity text DEFAULT NULL::text,
  p_is_security_bump boolean DEFAULT NULL::boolean)
  returns TABLE(merge_id bigint, inserted boolean)
  set TimeZone=UTC
', '{app}');

rollback;
