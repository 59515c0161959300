-- Deploy kodiai:learning/functions/rename_repo to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function rename_repo(
  p_repo text,
  p_new_repo text
)
returns table (table_name text, renamed bigint, dropped bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  if p_new_repo = p_repo then
    perform _reject_argument('p_new_repo', 'a name other than p_repo', to_jsonb(p_new_repo)::text);
  end if;
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  p_new_repo := _check_argument('p_new_repo', p_new_repo, 'repo_name');
  if p_new_repo = p_repo then
    return;
  end if;

  return query
  select r.table_name, r.renamed, r.dropped
  from _rename_repos(array[p_repo], array[p_new_repo]) as r;
end
$$;

comment on function rename_repo is
'Rename a repository in every table, after a rename or transfer on GitHub.

Runs in one transaction and takes about as long as writing the memories of the repository did. A
source_repo equal to p_repo is renamed too; keys that the agent derived from the name, such as
run_key, are not.

If both names have a row with the same unique key, the row of p_new_repo is kept, except for an
author cached later under p_repo, a newer reaction of the same person under p_repo, and a memory
that is stale under p_new_repo only. The memory that is kept gets the voices and the history of the
other, and is retired if one of them was. Of a delivery recorded under both names, the row recorded
first is kept. Of several open runs of a pull request, the one claimed last stays open; it
supersedes the others.

Deliveries that still carry the old name are recognized afterwards: what they recorded before is
not recorded again. Anything else under the old name belongs to the old name, because a new
repository may have taken it. Repeating the call is harmless, and renames rows written under the
old name in the meantime.

Arguments:
  p_repo: owner/name; the old name
  p_new_repo: owner/name; the new name

Result: rows, each a RenamedRows, one per table; none if the names differ in letter case only.
  table_name: name of the table
  renamed: number of rows moved to the new name
  dropped: number of rows deleted because both names had a row with the same unique key

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid, or both are equal; the message names it
  40001: rows with the same keys kept being written under the new name or, under repeatable read
    or serializable, a concurrent transaction changed one of the rows; retry the transaction
  40P01: a deadlock with a concurrent transaction; retry the transaction

Example:
  p_repo => ''acme/api''
  p_new_repo => ''acme/service''';

grant execute on function rename_repo to :"app";

commit;
