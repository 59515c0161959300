-- Revert kodiai:learning/tables/learning_policies from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table learning_policies;

commit;
