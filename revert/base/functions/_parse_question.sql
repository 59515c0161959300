-- Revert kodiai:base/functions/_parse_question from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _parse_question(text);

commit;
