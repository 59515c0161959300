-- Deploy kodiai:learning/functions/forget_repo to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function forget_repo(p_repo text)
returns table (table_name text, deleted bigint, anonymized bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _lock_statistics();
  return query
  select f.table_name, sum(f.deleted)::bigint, sum(f.anonymized)::bigint
  from _forget_repos(array[p_repo]) as f
  group by f.table_name
  order by f.table_name;
  perform _refresh_statistics();
end
$$;

comment on function forget_repo is
'Forget a repository: delete everything about it, for good.

Deletes its rows in every table: reviews, findings, runs, reactions, costs, assessments, memories
with their voices, history, lexemes, codes and embeddings, its policy and its renames. Memories
that other repositories have from it (source_repo) are deleted too. The planner statistics, which
are samples of the rows, are replaced. Former names are other names: forget them too.

Runs in one transaction. What is recorded under the name meanwhile or afterwards stays, so stop
recording first. The bytes of deleted rows remain in the files of the server until a vacuum full,
and in backups; docs/guides/forgetting.md lists the steps. verify_forgotten checks the result.

Arguments:
  p_repo: owner/name; repository to forget

Result: rows, each a ForgottenRows, one per table, by name.
  table_name: name of the table
  deleted: number of rows deleted
  anonymized: number of rows that stay, without a name; 0 for a repository

Errors:
  22004: p_repo is null
  22023: p_repo is invalid
  40001: under repeatable read or serializable, a concurrent transaction changed one of the rows;
    retry the transaction
  40P01: a deadlock with a concurrent transaction; retry the transaction
  55P03: a lock was not granted within 10 seconds, for example because of a vacuum, an index
    rebuild or another call that forgets; retry the transaction

Example:
  p_repo => ''acme/api''';

grant execute on function forget_repo to :"app";

commit;
