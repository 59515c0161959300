-- Deploy kodiai:learning/functions/list_repos to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_repos(
  p_owner text default null,
  p_limit bigint default 100,
  p_after_repo text default null
)
returns table (repo text, owner text, memories bigint, last_memory_at timestamptz)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
-- Compiling takes longer than counting.
set jit = off
as $$
#variable_conflict use_column
begin
  p_owner := _check_optional('p_owner', p_owner, 'owner_name');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');
  p_after_repo := _check_optional('p_after_repo', p_after_repo, 'repo_name');

  return query
  -- From each repository to the next one in the index, past all its memories.
  with recursive repos as (
    (
      select m.repo::text, 1 as ord
      from learning_memories as m
      where
        (p_owner is null or m.owner = p_owner)
        and (p_after_repo is null or m.repo > p_after_repo)
      order by m.repo
      limit 1
    )
    union all
    select n.repo, r.ord + 1
    from repos as r
    cross join lateral (
      select m.repo::text
      from learning_memories as m
      where (p_owner is null or m.owner = p_owner) and m.repo > r.repo
      order by m.repo
      limit 1
    ) as n
    where r.ord < p_limit
  )

  select r.repo, split_part(r.repo, '/', 1), c.memories, c.last_memory_at
  from repos as r
  cross join lateral (
    select count(*) as memories, max(m.created_at) as last_memory_at
    from learning_memories as m
    where m.owner = split_part(r.repo, '/', 1) and m.repo = r.repo and m.state = 'active'
  ) as c
  order by r.ord;
end
$$;

comment on function list_repos is
'List the repositories that have memories, page by page.

To read the next page, pass the last repo as p_after_repo, until a page has fewer than p_limit rows.
Counts the memories of the repositories that it returns, which takes longer the more there are.

Arguments:
  p_owner: owner name; only repositories of this owner; null for any
  p_limit: 1 to 1000; maximum number of rows
  p_after_repo: owner/name; only repositories after this one; null to begin with the first

Result: rows, each a Repo, by repo, in the order of the database''s collation.
  repo: owner/name, in lower case
  owner: owner of repo, in lower case
  memories: number of active memories, including stale ones and those without an embedding; 0 if all
    are pending or retired
  last_memory_at: when the newest of them was learned; null if there are none

Errors:
  22004: p_limit is null
  22023: an argument is invalid; the message names it

Example:
  p_owner => ''acme''';

grant execute on function list_repos to :"app", :"reader";

commit;
