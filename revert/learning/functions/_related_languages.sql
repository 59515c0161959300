-- Revert kodiai:learning/functions/_related_languages from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _related_languages(text[]);

commit;
