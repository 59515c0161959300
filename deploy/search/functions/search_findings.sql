-- Deploy kodiai:search/functions/search_findings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function search_findings(
  p_repo text,
  p_query_text text,
  p_limit integer default 10
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
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_query_text', p_query_text, 'long_text');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  v_query := _parse_query(p_query_text);
  v_scope.owner := split_part(p_repo, '/', 1);
  v_scope.repo := p_repo;
  v_scope.excluded := v_query.excluded;
  select t.matches
  into v_matches
  from _search_text(
    _measure_corpus('findings', v_scope.owner, v_scope.repo), v_scope, v_query, p_limit
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
'Searches the titles of the findings of a repository, suppressed findings too: the text arm
of search_memories.
Arguments: p_repo, owner/name. p_query_text: a question in plain words, 1 to 100000
characters, of which the first 256 different words count; "quoted words" are a phrase, and
rows that have all phrases come first; -word or -"quoted words" leave out every row that
has them. p_limit: how many rows at most, 1 to 1000.
Result: best first, rows with all the words before rows with any, ties by finding_id; none
where no word matches. score: BM25 (_rank_bm25). finding_id, review_id, repo, pr_number and
head_sha of its review; the other columns are those of findings.
Errors: 22004 and 22023 with the argument.';

\set app :schema _app
\set reader :schema _reader
grant execute on function search_findings to :"app", :"reader";

commit;
