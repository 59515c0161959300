-- Revert kodiai:learning/quantization from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _quantize;
drop function _quantization_levels;

commit;
