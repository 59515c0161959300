-- Revert kodiai:base/functions/_verify_table from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _verify_table(text, text[]);

commit;
