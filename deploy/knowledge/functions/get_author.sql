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
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  p_author_login := _check_argument('p_author_login', p_author_login, 'login_name');
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
'Return the cached data about an author in a repository, unless too old.

Arguments:
  p_repo: owner/name; repository of the cache entry
  p_author_login: 1 to 200 characters; GitHub login of the author
  p_max_age: 0, or 1 minute to 1000 years; maximum age of the cache entry

Result: one row or none, an Author.
  author_login: GitHub login of the author, in lower case
  tier: first-time | regular | core; how established the author is in the repository
  author_association: GitHub author association, such as MEMBER
  pr_count: number of the author''s pull requests merged in the repository; null if not counted
  cached_at: when the entry was last written

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_author_login => ''ann''';

grant execute on function get_author to :"app", :"reader";

commit;
