-- Revert kodiai:search/postings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _delete_postings;
drop function _insert_postings;
drop function _list_postings;
drop function _posting_repo;
drop function _posting_slots;
drop function _posting_term;
drop function _posting_slot;
drop function _posting_slot_count;

commit;
