-- Verify kodiai:search/types on pg

begin;

set local search_path = :"schema", public;

select _verify_table('parsed_query', array[
  'column text text',
  'column terms text[]',
  'column counts integer[]',
  'column phrases tsquery',
  'column excluded tsquery'
]);

select _verify_table('scope_estimate', array[
  'column share_searchable double precision',
  'column share_comparable double precision',
  'column memory_ids bigint[]',
  'column code_distances double precision[]'
]);

select _verify_table('search_corpus', array[
  'column table_name text',
  'column owner text',
  'column document_slots bigint[]',
  'column first_repo bigint',
  'column last_repo bigint',
  'column documents double precision',
  'column mean_length double precision',
  'column norm_base double precision',
  'column norm_per_term double precision'
]);

select _verify_table('search_term', array[
  'column slots bigint[]',
  'column count integer',
  'column postings bigint',
  'column in_budget boolean',
  'column weight double precision'
]);

select _verify_table('scored_document', array[
  'column document_id bigint',
  'column repo_hash bigint',
  'column score double precision',
  'column matched_weight double precision'
]);

select _verify_table('search_match', array[
  'column id bigint',
  'column value double precision',
  'column rank bigint',
  'column coverage double precision'
]);

select _verify_table('search_candidate', array[
  'column memory_id bigint',
  'column language text',
  'column severity text',
  'column created_at timestamp with time zone',
  'column is_home boolean',
  'column text_hash bigint',
  'column tier integer',
  'column distance double precision',
  'column text_score double precision',
  'column relevance double precision',
  'column vector_rank integer',
  'column text_rank integer',
  'column score double precision'
]);

rollback;
