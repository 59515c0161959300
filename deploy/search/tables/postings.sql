-- Deploy kodiai:search/tables/postings to pg

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
  -- Searches scan only this index: in each slot of a lexeme, a repository is a range and an owner
  -- the whole slot; one slot is a random sample of either.
  constraint postings_pkey primary key (term, repo_hash, document_id)
  include (frequency, length)
)
-- Index-only scans need the visibility map, which is empty after a bulk load: vacuum sooner than
-- by default.
with (autovacuum_vacuum_insert_scale_factor = 0.05);

comment on table postings is
'The inverted index of the text arm: one row for each lexeme of each memory and finding, '
'maintained by triggers in the transaction that writes the text. Document frequencies are '
'counted here at query time, so that they are never out of date and writers do not block each '
'other.';
comment on column postings.term is
'Hash of the table, the owner and the lexeme (_posting_term), plus the slot of the document '
'(_posting_slot). Each document also has one row for the empty lexeme, to count documents.';
comment on column postings.repo_hash is 'Hash of the repository (_posting_repo).';
comment on column postings.document_id is 'Id of the memory or finding.';
comment on column postings.frequency is
'Occurrences of the lexeme in the text of the document, at most 256; 0 if only its path has it.';
comment on column postings.length is
'Number of lexemes in the document, repeats included; at most 32767.';

commit;
