-- Deploy kodiai:learning/functions/rename_owner to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function rename_owner(
  p_owner text,
  p_new_owner text
)
returns table (table_name text, renamed bigint, dropped bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_owner constant text := _check_argument('p_owner', p_owner, 'owner_name');
  v_new_owner constant text := _check_argument('p_new_owner', p_new_owner, 'owner_name');
  v_repos text[];
  v_new_repos text[];
  v_too_long text;
begin
  if p_new_owner = p_owner then
    perform _reject_argument(
      'p_new_owner', 'a name other than p_owner', to_jsonb(p_new_owner)::text
    );
  end if;
  if v_new_owner = v_owner then
    return;
  end if;

  v_repos := _list_repos(v_owner);
  v_new_repos := array(
    select v_new_owner || substr(r.repo, length(v_owner) + 1)
    from unnest(v_repos) with ordinality as r (repo, ord)
    order by r.ord
  );
  v_too_long := (
    select min(r.repo)
    from unnest(v_repos, v_new_repos) as r (repo, new_repo)
    where not pg_input_is_valid(r.new_repo, 'repo_name')
  );
  if v_too_long is not null then
    perform _reject_argument(
      'p_new_owner', format('a name short enough for %s', to_jsonb(v_too_long)),
      to_jsonb(p_new_owner)::text
    );
  end if;

  return query
  select r.table_name, r.renamed, r.dropped
  from _rename_repos(v_repos, v_new_repos) as r;

  update learning_policies as p set owner = v_new_owner
  where
    p.owner = v_owner and p.repo is null
    and not exists (
      select from learning_policies as n where n.owner = v_new_owner and n.repo is null
    );
  -- Memories that one repository of the owner has from another.
  update learning_memories as m
  set source_repo = v_new_owner || substr(m.source_repo, length(v_owner) + 1)
  where m.owner = v_new_owner and split_part(m.source_repo, '/', 1) = v_owner;
end
$$;

comment on function rename_owner is
'Rename an owner and all its repositories, after a rename on GitHub.

Does for every repository of p_owner what rename_repo does for one, in one transaction. In the
memories of these repositories, any source_repo of p_owner is renamed too. The learning policy of
p_owner becomes that of p_new_owner, unless that has its own.

Repeating the call is harmless, and renames rows written under the old name in the meantime.

Arguments:
  p_owner: owner name; the old name
  p_new_owner: owner name; the new name

Result: rows, each a RenamedRows, one per table; none if the names differ in letter case only.
  table_name: name of the table
  renamed: number of rows moved to the new name
  dropped: number of rows deleted because both names had a row with the same unique key

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid, both are equal, or p_new_owner would make the name of a repository
    too long; the message names it
  40001: rows with the same keys kept being written under the new name or, under repeatable read
    or serializable, a concurrent transaction changed one of the rows; retry the transaction
  40P01: a deadlock with a concurrent transaction; retry the transaction

Example:
  p_owner => ''acme''
  p_new_owner => ''globex''';

grant execute on function rename_owner to :"app";

commit;
