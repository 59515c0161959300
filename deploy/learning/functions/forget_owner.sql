-- Deploy kodiai:learning/functions/forget_owner to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function forget_owner(p_owner text)
returns table (table_name text, deleted bigint, anonymized bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  p_owner := _check_argument('p_owner', p_owner, 'owner_name');
  perform _lock_statistics();
  return query
  select f.table_name, sum(f.deleted)::bigint, sum(f.anonymized)::bigint
  from (
    select r.* from _forget_repos(_list_owner_repos(p_owner)) as r
    union all
    select 'learning_policies', _forget_rows('learning_policies', 'owner', array[p_owner]), 0
  ) as f
  group by f.table_name
  order by f.table_name;
  perform _refresh_statistics();
end
$$;

comment on function forget_owner is
'Forget an owner and all its repositories: delete everything about them.

Does for every repository of p_owner what forget_repo does for one, in one transaction, and deletes
the policy of the owner. Its login as a person is another matter: forget_person.

Arguments:
  p_owner: owner name; owner to forget

Result: rows, each a ForgottenRows, one per table, by name.
  table_name: name of the table
  deleted: number of rows deleted
  anonymized: number of rows that stay, without a name; 0 for a repository

Errors:
  22004: p_owner is null
  22023: p_owner is invalid
  40001: under repeatable read or serializable, a concurrent transaction changed one of the rows;
    retry the transaction
  40P01: a deadlock with a concurrent transaction; retry the transaction
  55P03: a lock was not granted within 10 seconds, for example because of a vacuum, an index
    rebuild or another call that forgets; retry the transaction

Example:
  p_owner => ''acme''';

grant execute on function forget_owner to :"app";

commit;
