-- Deploy kodiai:knowledge/functions/list_feedback_patterns to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_feedback_patterns(
  p_repo text,
  p_days bigint default 365,
  p_min_reactions bigint default 1,
  p_limit bigint default 100
)
returns table (
  title text,
  severity text,
  category text,
  thumbs_up bigint,
  thumbs_down bigint,
  reactors bigint,
  reactors_up bigint,
  reactors_down bigint,
  pull_requests bigint,
  pull_requests_up bigint,
  pull_requests_down bigint,
  last_reaction_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_min_reactions', p_min_reactions::text, 'positive_number');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    b.title::text,
    b.severity::text,
    b.category::text,
    count(*) filter (where b.reaction_content = '+1'),
    count(*) filter (where b.reaction_content = '-1'),
    count(distinct b.reactor_login),
    count(distinct b.reactor_login) filter (where b.reaction_content = '+1'),
    count(distinct b.reactor_login) filter (where b.reaction_content = '-1'),
    count(distinct b.pr_number),
    count(distinct b.pr_number) filter (where b.reaction_content = '+1'),
    count(distinct b.pr_number) filter (where b.reaction_content = '-1'),
    max(b.created_at)
  from feedback_reactions as b
  where
    b.repo = p_repo and b.created_at >= _day_start(_period_start(p_days))
  group by b.title, b.severity, b.category
  having count(*) >= p_min_reactions
  order by count(*) desc, b.title, b.severity, b.category
  limit p_limit;
end
$$;

comment on function list_feedback_patterns is
'Summarize the reactions to findings by title, severity and category.

Findings that several people gave thumbs down on several pull requests (reactors_down,
pull_requests_down) are candidates for a suppression rule.

Arguments:
  p_repo: owner/name; repository of the findings
  p_days: 1 to 3660; only reactions recorded in the last p_days UTC days, including today
  p_min_reactions: 1 or more; minimum number of reactions per row
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a FeedbackPattern, most reactions first; ties are broken by title, severity and
    category.
  title: title of the findings
  severity: critical | major | medium | minor; severity of the findings
  category: security | correctness | performance | style | documentation; category of the findings
  thumbs_up: number of +1 reactions
  thumbs_down: number of -1 reactions
  reactors: number of people who reacted
  reactors_up: number of people with a +1
  reactors_down: number of people with a -1
  pull_requests: number of pull requests with a reaction
  pull_requests_up: number of pull requests with a +1
  pull_requests_down: number of pull requests with a -1
  last_reaction_at: when the newest reaction was recorded

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_min_reactions => 3';

grant execute on function list_feedback_patterns to :"app", :"reader";

commit;
