-- Revert kodiai:learning/assessment from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _assess_findings;
drop function _check_assessment_arguments;
drop function _assess;
drop function _list_maintainers;
drop function _describe_assessment;
drop function _weigh_memories;
drop function _sum_voices;
drop function _combine_odds;
drop function _odds;
drop function _limit_voices;
drop function _weigh_voices;
drop function _trust;
drop function _find_neighbors;
drop function _calibrate;
drop function _measure_similarity;
drop function _spread;
drop function _similarity_scale;
drop type finding_assessment;
drop type voice_sums;
drop type weighed_voice;
drop type similarity_scale;

commit;
