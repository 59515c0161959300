-- Revert kodiai:learning/functions/begin_reembedding from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function begin_reembedding;

commit;
