-- Deploy kodiai:search/functions/search_findings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function search_findings(
  p_repo text,
  p_query_text text,
  p_limit bigint default 10,
  p_query_syntax text default 'plain'
)
returns table (
  finding_id bigint,
  score double precision,
  review_id bigint,
  repo text,
  pr_number bigint,
  head_sha text,
  file_path text,
  start_line bigint,
  end_line bigint,
  severity text,
  category text,
  confidence integer,
  title text,
  suppressed boolean,
  suppression_pattern text,
  comment_id bigint,
  comment_surface text,
  review_output_key text,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
set jit = off
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
  v_query parsed_query;
  v_scope search_scope;
  v_matches search_match[];
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_query_text', p_query_text, 'long_text');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');
  perform _check_argument('p_query_syntax', p_query_syntax, 'query_syntax');

  v_query := _parse_query(p_query_text, p_query_syntax);
  v_scope := _make_scope(p_repo, null);
  v_scope.excluded := v_query.excluded;
  select t.matches
  into v_matches
  from _search_text(
    _measure_corpus('findings', v_scope.owner, v_scope.repo), v_scope, v_query, p_limit::integer
  ) as t;

  return query
  select
    f.finding_id, s.value, f.review_id, f.repo, f.pr_number, f.head_sha, f.file_path,
    f.start_line, f.end_line, f.severity, f.category, f.confidence, f.title,
    f.suppressed, f.suppression_pattern, f.comment_id, f.comment_surface,
    f.review_output_key, f.created_at
  from unnest(v_matches) as s
  inner join _get_findings(array(select m.id from unnest(v_matches) as m)) as f
    on s.id = f.finding_id
  order by s.rank;
end
$$;

comment on function search_findings is
'Search the titles of the findings of a repository.

Uses the text arm of search_memories. Suppressed findings are included. A finding matches if its
title contains a term of p_query_text, of which the first 256 distinct terms count. Matches are
ranked by BM25 (_rank_bm25); findings with all terms come before those with some. With
p_query_syntax => ''websearch'', two or more "quoted words" are a phrase: findings that contain all
phrases rank first; -word and -"quoted words" exclude findings that contain them.

Arguments:
  p_repo: owner/name; repository of the findings
  p_query_text: 1 to 100000 characters; text to search for
  p_limit: 1 to 1000; maximum number of rows
  p_query_syntax: plain | websearch; what p_query_text may contain: plain for words only, in which
    quotes and hyphens mean nothing, websearch for the operators of web search engines

Result: rows, each a FoundFinding, best first; ties are broken by finding_id.
  finding_id: id of the finding
  score: BM25, raised for findings with all terms or phrases so that they rank first
  review_id: id of its review
  repo: owner/name, in lower case; repository reviewed
  pr_number: pull request number
  head_sha: commit reviewed; null if unknown
  file_path: path of the file, relative to the repository root
  start_line: first line, from 1; null if unknown
  end_line: last line; null if unknown
  severity: critical | major | medium | minor; how bad it is
  category: security | correctness | performance | style | documentation; kind of problem
  confidence: 0 to 100; how sure the agent was
  title: the finding in one line
  suppressed: whether the finding was suppressed
  suppression_pattern: suppression rule that matched it; null if none
  comment_id: GitHub comment id; null if not posted
  comment_surface: kind of comment, such as pull_request_review_comment; null if not posted
  review_output_key: key of the review output that contains the finding; null if unknown
  created_at: when the finding was recorded

Errors:
  22004: an argument is null; the message names it
  22023: an argument or the setting kodiai.bm25_k1 or kodiai.bm25_b is invalid; the message names
    it

Example:
  p_repo => ''acme/api''
  p_query_text => ''connection pool leak''';

\set app :schema _app
\set reader :schema _reader
grant execute on function search_findings to :"app", :"reader";

commit;
