-- Verify kodiai:search/tables/postings on pg

begin;

set local search_path = :"schema", public;

select _verify_table('postings', array[
  'column term bigint not null',
  'column repo_hash bigint not null',
  'column document_id bigint not null',
  'column frequency smallint not null',
  'column length smallint not null',
  'constraint postings_pkey PRIMARY KEY (term, repo_hash, document_id) '
  'INCLUDE (frequency, length)',
  'index postings_pkey btree (term, repo_hash, document_id) INCLUDE (frequency, length)',
  'with autovacuum_vacuum_insert_scale_factor=0.05'
]);

rollback;
