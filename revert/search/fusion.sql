-- Revert kodiai:search/fusion from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _fuse_rrf;
drop function _fuse_zscore;
drop function _zscore_weight;
drop function _with_score;
drop function _tier;
drop function _tier_depth;

commit;
