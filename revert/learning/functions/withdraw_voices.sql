-- Revert kodiai:learning/functions/withdraw_voices from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function withdraw_voices;

commit;
