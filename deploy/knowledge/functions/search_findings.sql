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
  v_any_word tsquery;
  v_all_words tsquery;
  v_finding_ids bigint[];
  v_scores double precision[];
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_query_text', p_query_text, 'long_text');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  v_any_word := _search_tsquery(p_query_text, '|');
  v_all_words := _search_tsquery(p_query_text, '&');

  -- As in search_memories: any word makes a row match, all words add 1. Dynamic, because
  -- a generic plan does not know whether the words or the repository leave fewer rows.
  execute '
    select
      array_agg(t.id order by t.score desc, t.id),
      array_agg(t.score order by t.score desc, t.id)
    from (
      select
        f.id,
        ts_rank(f.search_tsv, $2, 1)::double precision + (f.search_tsv @@ $3)::integer as score
      from findings as f
      inner join reviews as r on r.id = f.review_id
      where r.repo = $1 and f.search_tsv @@ $2
      order by score desc, f.id
      limit $4
    ) as t'
  into v_finding_ids, v_scores
  using p_repo, v_any_word, v_all_words, p_limit;

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
'Searches the titles of the findings of a repository, suppressed findings too.
Arguments: p_repo, owner/name. p_query_text: a question in plain words, 1 to 100000
characters, of which the first 256 different words count. p_limit: how many rows at most,
1 to 1000.
Result: best first, ties by finding_id; none where no word matches. score: ts_rank, 0 to
1, and 1 more with all words. finding_id, review_id, repo, pr_number and head_sha of its
review; the other columns are those of findings.
Errors: 22004 and 22023 with the argument.';

commit;
