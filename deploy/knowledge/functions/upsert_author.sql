-- Deploy kodiai:knowledge/functions/upsert_author to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function upsert_author(
  p_repo text,
  p_author_login text,
  p_tier text,
  p_author_association text,
  p_pr_count bigint default null
)
returns table (author_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_arguments(
    'author_cache',
    jsonb_build_object(
      'repo', p_repo,
      'author_login', p_author_login,
      'tier', p_tier,
      'author_association', p_author_association,
      'pr_count', p_pr_count
    )
  );
  p_repo := _fold_name(p_repo);
  p_author_login := _fold_name(p_author_login);

  return query
  insert into author_cache as c (repo, author_login, tier, author_association, pr_count)
  values (p_repo, p_author_login, p_tier, p_author_association, p_pr_count)
  on conflict (repo, author_login) do update
  set
    tier = excluded.tier,
    author_association = excluded.author_association,
    pr_count = excluded.pr_count,
    cached_at = excluded.cached_at
  returning c.id, c.xmax = 0; -- zero only if inserted, not updated
end
$$;

comment on function upsert_author is
'Cache data about an author in a repository, replacing earlier data.

Arguments:
  p_repo: owner/name; repository of the cache entry
  p_author_login: 1 to 200 characters; GitHub login of the author
  p_tier: first-time | regular | core; how established the author is in the repository
  p_author_association: 1 to 200 characters; GitHub author association, such as MEMBER
  p_pr_count: 0 to 10^15; number of the author''s pull requests merged in the repository; null if
    not counted

Result: one row, an UpsertedAuthor.
  author_id: id of the cache entry
  inserted: false if it replaced an earlier entry

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction wrote the same entry;
    retry the transaction

Example:
  p_repo => ''acme/api''
  p_author_login => ''ann''
  p_tier => ''core''
  p_author_association => ''MEMBER''';

grant execute on function upsert_author to :"app";

commit;
