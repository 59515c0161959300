-- Revert kodiai:base/domains from pg

begin;

set local search_path = :"schema", public;

drop domain author_tier;
drop domain threshold_method;
drop domain resilience_kind;
drop domain advisory_severity;
drop domain advisory_status;
drop domain merge_confidence;
drop domain dependency_source;
drop domain semver_bump_type;
drop domain reaction_content;
drop domain confidence_band;
drop domain run_status;
drop domain outcome;
drop domain category;
drop domain severity;
drop domain short_name;
drop domain file_path;
drop domain finding_text;
drop domain repo_name;

commit;
