-- Deploy kodiai:knowledge/functions/search_findings to pg

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
as $$
#variable_conflict use_column
declare
  v_question record;
  v_finding_ids bigint[];
  v_scores double precision[];
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_query_text', p_query_text, 'long_text');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  select q.lexemes, q.frequencies, q.phrases, q.excluded
  into v_question
  from _parse_question(p_query_text) as q;

  select array_agg(t.document_id), array_agg(t.score)
  into v_finding_ids, v_scores
  from _search_text(
    'findings', p_repo, null, v_question.lexemes, v_question.frequencies, v_question.phrases,
    format(
      'exists (select from reviews as r where r.id = d.review_id and r.repo = %L)'
      ' and (d.search_tsv @@ %L::tsquery) is not true',
      p_repo, v_question.excluded
    ),
    'true',
    p_limit
  ) as t;

  return query
  select
    f.finding_id, s.score, f.review_id, f.repo, f.pr_number, f.head_sha, f.file_path,
    f.start_line, f.end_line, f.severity, f.category, f.confidence, f.title,
    f.suppressed, f.suppression_pattern, f.comment_id, f.comment_surface,
    f.review_output_key, f.created_at
  from _get_findings(v_finding_ids) as f
  inner join unnest(v_finding_ids, v_scores) as s (id, score) on f.finding_id = s.id
  order by s.score desc, f.finding_id;
end
$$;

comment on function search_findings(text, text, integer) is
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
