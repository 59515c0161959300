-- Deploy kodiai:search/types to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- The linter mistakes the brackets of an array type for a subscript here.
-- noqa: disable=LT01

create type parsed_query as (
  text text,
  terms text[],
  counts integer[],
  phrases tsquery,
  excluded tsquery
);

comment on type parsed_query is
'A parsed query (_parse_query).
text: the text as given. terms: distinct lexemes, in text order; counts: occurrences of each.
phrases: conjunction of the quoted phrases; null if there are none. excluded: disjunction of the
excluded words and phrases; null if there are none.';

create type scope_estimate as (
  share_searchable double precision,
  share_comparable double precision,
  memory_ids bigint[],
  code_distances double precision[]
);

comment on type scope_estimate is
'How much of its corpus a search may find (_survey_scope).
share_searchable: fraction of the memories that may be returned. share_comparable: fraction that
may be returned and compared. Both are null if unknown. memory_ids, code_distances: the memories in
scope and the Hamming distance of their codes from that of the query (_list_scope); null if there
are too many.';

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
'The documents of a repository or an owner, from which BM25 takes its statistics
(_measure_corpus).
table_name: learning_memories or findings. document_slots: keys in postings of the empty lexeme,
which counts documents (_posting_slots). first_repo, last_repo: range of postings.repo_hash.
documents: number of documents. mean_length: mean number of lexemes; null without documents.
norm_base, norm_per_term: k1 * (1 - b) and k1 * b / mean_length of BM25, set by _rank_bm25.';

create type search_term as (
  slots bigint[],
  count integer,
  postings bigint,
  in_budget boolean,
  weight double precision
);

comment on type search_term is
'A term of a query (_plan_terms).
slots: its keys in postings (_posting_slots). count: occurrences in the query. postings:
estimated document frequency; null if the corpus is small enough to read all postings.
in_budget: whether its postings are read in the first round. weight: count * idf (_weigh_terms).';

create type scored_document as (
  document_id bigint,
  repo_hash bigint,
  score double precision,
  matched_weight double precision
);

comment on type scored_document is
'A document scored by BM25.
document_id, repo_hash: as in postings. score: BM25. matched_weight: sum of the weights of the
query terms that it contains.';

create type search_match as (
  id bigint,
  value double precision,
  rank bigint,
  coverage double precision
);

comment on type search_match is
'A memory or finding that an arm found.
value: its cosine distance or BM25 score. rank: rank in this arm; null if it ranks too low and was
scored only because the other arm found it. coverage: share of the query terms that it contains,
weighted by idf, above 0 and at most 1; null in the vector arm.';

create type search_candidate as (
  memory_id bigint,
  language text,
  severity text,
  created_at timestamptz,
  is_home boolean,
  text_hash bigint,
  tier integer,
  distance double precision,
  text_score double precision,
  relevance double precision,
  vector_rank integer,
  text_rank integer,
  score double precision
);

comment on type search_candidate is
'A memory that an arm returned, as input to fusion and preferences.
is_home: whether it belongs to the repository that asks. text_hash: hash of its text.
tier: 0 in the pool, the first 100 of each arm; 1 in the first 200, 2 in the first 400, and so on.
Lower tiers rank first, so that p_limit, on which the number of tiers depends, does not change the
order.
distance, vector_rank: cosine distance, and rank by it; null without an embedding of the model.
text_score, text_rank: BM25 score, and rank by it; null without a term of the query.
relevance: 0 to 1 (_relevance).
score: fused score; higher is better.';

commit;
