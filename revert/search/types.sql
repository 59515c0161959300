-- Revert kodiai:search/types from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop type search_candidate;
drop type search_match;
drop type scored_document;
drop type search_term;
drop type search_corpus;
drop type scope_estimate;
drop type parsed_query;

commit;
