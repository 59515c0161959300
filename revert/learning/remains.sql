-- Revert kodiai:learning/remains from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _count_remaining_postings;
drop function _mention;
drop function _count_sample_mentions;
drop function _count_column_mentions;
drop type mention;
drop function _mention_condition;
drop function _name_pattern;
drop function _list_text_columns;

commit;
