-- Revert kodiai:search/postings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop trigger reviews_postings_delete on reviews;
drop trigger reviews_postings_update on reviews;
drop trigger findings_postings_update on findings;
drop trigger findings_postings_delete on findings;
drop trigger findings_postings_insert on findings;
drop trigger learning_memories_postings_update on learning_memories;
drop trigger learning_memories_postings_delete on learning_memories;
drop trigger learning_memories_postings_insert on learning_memories;
drop trigger findings_search_tsv on findings;
drop trigger learning_memories_search_tsv on learning_memories;
drop function _maintain_review_postings;
drop function _maintain_finding_postings;
drop function _list_review_repos;
drop function _maintain_memory_postings;
drop function _set_search_tsv;
drop function _memory_lexemes;
drop function _delete_postings;
drop function _insert_postings;
drop function _list_postings;
drop function _posting_repo;
drop function _posting_slots;
drop function _posting_term;
drop function _posting_slot;
drop function _posting_slot_count;

commit;
