-- Revert kodiai:learning/ledger from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _wilson_bound;
drop function _add_trust;
drop function _record_evidence;
drop function _is_check;

commit;
