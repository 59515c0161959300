-- Revert kodiai:learning/functions/set_learning_policy from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function set_learning_policy;

commit;
