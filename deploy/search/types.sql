-- Deploy kodiai:search/types to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- The linter takes the brackets of an array type for an index here.
-- noqa: disable=LT01

create type parsed_query as (
  terms text[],
  counts integer[],
  phrases tsquery,
  excluded tsquery
);

comment on type parsed_query is
'A query taken apart (_parse_query).
terms: its different lexemes, in the order of the text; counts: how often it has each.
phrases: all quoted phrases; null for none. excluded: any unwanted word or phrase; null for
none.';

create type search_scope as (
  owner text,
  repo text,
  outcomes text[],
  severities text[],
  categories text[],
  path_prefix text,
  created_after timestamptz,
  embedding_model text,
  excluded tsquery
);

comment on type search_scope is
'What a search may find (_in_scope, _is_searchable). Null means any.
owner: never null. repo: owner/name. outcomes, severities, categories, path_prefix,
created_after: the filters of search_memories. embedding_model: whose embeddings the vector
arm compares. excluded: what a text must not match.';

create type search_corpus as (
  table_name text,
  owner text,
  document_slots bigint[],
  first_repo bigint,
  last_repo bigint,
  documents double precision,
  mean_length double precision,
  norm_base double precision,
  norm_per_term double precision
);

comment on type search_corpus is
'The documents of a repository or an owner, whose statistics BM25 uses (_measure_corpus).
table_name: learning_memories or findings. document_slots: _posting_slots of the documents
themselves. first_repo, last_repo: the range of repo_hash in postings. documents: how many;
mean_length: their mean length in lexemes, null without documents. norm_base, norm_per_term:
k1 * (1 - b) and k1 * b / mean_length of BM25, set by _rank_bm25.';

create type search_term as (
  slots bigint[],
  count integer,
  postings bigint,
  in_budget boolean,
  weight double precision
);

comment on type search_term is
'A term of a query (_plan_terms).
slots: where postings hold it (_posting_slots). count: how often the query has it. postings:
how many documents have it, estimated; null where the corpus is so small that all are read.
in_budget: whether its postings are read at first. weight: count * idf (_weigh_terms).';

create type scored_document as (
  document_id bigint,
  repo_hash bigint,
  score double precision,
  matched_terms bigint
);

comment on type scored_document is
'A document that BM25 has scored.
document_id and repo_hash: as in postings. score: BM25. matched_terms: how many different
terms of the query it has.';

create type search_match as (
  id bigint,
  value double precision,
  rank bigint
);

comment on type search_match is
'What an arm found: a memory or a finding.
value: its cosine distance or its BM25. rank: its rank in this arm; null where it is not among
the first, and was scored only because the other arm found it.';

create type search_candidate as (
  memory_id bigint,
  language text,
  severity text,
  created_at timestamptz,
  in_pool boolean,
  distance double precision,
  text_score double precision,
  vector_rank integer,
  text_rank integer,
  score double precision
);

comment on type search_candidate is
'A memory that an arm brought, for fusion and preferences.
in_pool: whether it is among the first of an arm, whose mean and deviation the fusion uses.
distance, vector_rank: cosine distance, and rank by it; null without an embedding of the
model. text_score, text_rank: BM25, and rank by it; null without a term of the query.
score: of the fusion, higher is better.';

commit;
