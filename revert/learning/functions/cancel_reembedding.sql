-- Revert kodiai:learning/functions/cancel_reembedding from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function cancel_reembedding;

commit;
