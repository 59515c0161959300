-- Revert kodiai:base/domains from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop domain retained_table;
drop domain query_syntax;
drop domain fusion;
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
drop domain untrusted;
drop domain conflict_action;
drop domain finding_outcome;
drop domain verdict;
drop domain memory_action;
drop domain model_state;
drop domain memory_state;
drop domain voice;
drop domain outcome;
drop domain category;
drop domain severity;
drop domain half_life;
drop domain lease_time;
drop domain rank_constant;
drop domain odds;
drop domain memory_weight;
drop domain weight;
drop domain run_seconds;
drop domain batch_size;
drop domain row_limit;
drop domain day_count;
drop domain event_time;
drop domain retention;
drop domain age;
drop domain metadata;
drop domain jsonb_object;
drop domain usd_amount;
drop domain cosine_distance;
drop domain ratio;
drop domain percentage;
drop domain natural_number;
drop domain positive_number;
drop domain long_text;
drop domain short_text;
drop domain short_name;
drop domain model_name;
drop domain file_path;
drop domain login_name;
drop domain owner_name;
drop domain repo_name;
drop function _fold_name;

commit;
