-- Revert kodiai:knowledge/functions/get_review_by_delivery from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function get_review_by_delivery;

commit;
