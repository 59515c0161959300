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

  return query
  insert into author_cache as c (repo, author_login, tier, author_association, pr_count)
  values (p_repo, p_author_login, p_tier, p_author_association, p_pr_count)
  on conflict (repo, author_login) do update
  set
    tier = excluded.tier,
    author_association = excluded.author_association,
    pr_count = excluded.pr_count,
    cached_at = excluded.cached_at
  returning c.id, c.xmax = 0; -- a row version that replaces none
end
$$;

comment on function upsert_author is
'Notes what is known of an author in a repository, in place of what was.
Arguments: p_repo, owner/name. p_author_login: GitHub login. p_tier: first-time, regular
or core. p_author_association: what GitHub calls the author there, such as MEMBER.
p_pr_count: pull requests merged there, from 0; null where it was not counted.
Result: one row. author_id: number of the entry. inserted: false where there was one.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 under
repeatable read, when another transaction has just noted the same author: try again.';

grant execute on function upsert_author to :"app";

commit;
