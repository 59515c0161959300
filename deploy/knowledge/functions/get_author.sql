-- Deploy kodiai:knowledge/functions/get_author to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_author(
  p_repo text,
  p_author_login text,
  p_max_age interval default interval '1 day'
)
returns table (
  author_login text,
  tier text,
  author_association text,
  pr_count bigint,
  cached_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_author_login', p_author_login, 'short_name');
  perform _check_argument('p_max_age', p_max_age::text, 'age');

  return query
  select
    c.author_login::text, c.tier::text, c.author_association::text, c.pr_count::bigint,
    c.cached_at
  from author_cache as c
  where
    c.repo = p_repo
    and c.author_login = p_author_login
    and c.cached_at >= _now() - p_max_age;
end
$$;

comment on function get_author is
'What is known of an author in a repository, unless it is too old.
Arguments: p_repo, owner/name. p_author_login: GitHub login. p_max_age: how old it may be,
0 or longer.
Result: one row, or none. author_login. tier: first-time, regular or core.
author_association: what GitHub calls the author there. pr_count: pull requests merged
there; null where it was not counted. cached_at: when this was found out.
Errors: 22004 and 22023 with the argument.';

grant execute on function get_author to :"app", :"reader";

commit;
