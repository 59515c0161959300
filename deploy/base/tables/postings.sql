-- Deploy kodiai:base/tables/postings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table postings (
  term bigint not null,
  repo_hash bigint not null,
  document_id bigint not null,
  frequency smallint not null,
  length smallint not null,
  -- A search reads this index alone: a repository is a range in each of the 32 terms of
  -- a lexeme, an owner is all of them, and one is a random sample of either.
  constraint postings_pkey primary key (term, repo_hash, document_id)
  include (frequency, length)
)
-- A bulk load fills the index before anybody has counted its rows, and a search reads
-- it best where the visibility of its pages is known: so, vacuum sooner than by default.
with (autovacuum_vacuum_insert_scale_factor = 0.05);

comment on table postings is
'The inverted index of the text arm: one row for each lexeme of each memory and of each '
'finding, kept by triggers in the transaction that writes the text. Document frequencies '
'are counted here when a question is asked, so they are never out of date, and writers '
'do not wait for each other.';
comment on column postings.term is
'Hash of the table, the owner and the lexeme (_posting_term), and in the last 5 bits one of '
'document_id. The empty lexeme stands once for each document, to count them.';
comment on column postings.repo_hash is 'Hash of the repository (_posting_repo).';
comment on column postings.document_id is 'id of the memory or finding.';
comment on column postings.frequency is
'How often the lexeme stands in the document, at most 256.';
comment on column postings.length is
'How many lexemes stand in the document, each as often as it does; at most 32767.';

commit;
