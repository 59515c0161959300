-- Revert kodiai:learning/functions/settle_assessment from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function settle_assessment;

commit;
