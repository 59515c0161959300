-- Revert kodiai:base/functions/_insert_once from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _insert_once(text, jsonb, text[]);

commit;
