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
  -- A search reads this index alone: a repository is a range in each slot of a lexeme, an
  -- owner is the whole slot, and one slot is a random sample of either.
  constraint postings_pkey primary key (term, repo_hash, document_id)
  include (frequency, length)
)
-- Index-only scans need the visibility map, and a bulk load leaves it empty: vacuum sooner
-- than by default.
with (autovacuum_vacuum_insert_scale_factor = 0.05);

comment on table postings is
'The inverted index of the text arm: one row for each lexeme of each memory and of each '
'finding, maintained by triggers in the transaction that writes the text. Document '
'frequencies are counted here at query time, so they are never out of date, and writers do '
'not wait for each other.';
comment on column postings.term is
'Hash of the table, the owner and the lexeme (_posting_term), plus the slot of document_id '
'(_posting_slot). The empty lexeme stands once for each document, to count them.';
comment on column postings.repo_hash is 'Hash of the repository (_posting_repo).';
comment on column postings.document_id is 'id of the memory or finding.';
comment on column postings.frequency is
'How often the document has the lexeme, at most 256.';
comment on column postings.length is
'How many lexemes the document has, repeats included; at most 32767.';

commit;
