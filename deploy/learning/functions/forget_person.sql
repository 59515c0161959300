-- Deploy kodiai:learning/functions/forget_person to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function forget_person(p_login text)
returns table (table_name text, deleted bigint, anonymized bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  p_login := _check_argument('p_login', p_login, 'login_name');
  perform _lock_statistics();
  return query
  select v.table_name, v.deleted, v.anonymized from _forget_voices(p_login) as v;
  return query
  select a.table_name, a.deleted, a.anonymized from _forget_authors(p_login) as a;
  perform _refresh_statistics();
end
$$;

comment on function forget_person is
'Forget a person in all repositories: delete or anonymize what names them.

Deleted are their reactions, what is cached about them as an author, and their voices. A voice
stays as an anonymous count if it is neither withdrawn nor pending and at least three other people
speak on the same side of the memory (for, against, or without a verdict): its login becomes
"anonymous" and a random number, its association, text, link and finding are removed, its times are
rounded down to the day. The outcomes and states of the memories follow what remains.

Their login and their reasons are removed from the history of memories; a memory that they retired
stays retired, with the reason "forgotten". Costs and timeouts of their pull requests stay, without
an author. What they taught stays: it is about code. Free texts may still mention them, which
verify_forgotten finds.

If the agent reports their reactions again, they are recorded again.

Arguments:
  p_login: 1 to 200 characters; login of the person

Result: rows, each a ForgottenRows, one per table that names people.
  table_name: name of the table
  deleted: number of rows deleted
  anonymized: number of rows that stay, without a name; 0 for a repository

Errors:
  22004: p_login is null
  22023: p_login is invalid
  40001: under repeatable read or serializable, a concurrent transaction changed one of the rows;
    retry the transaction
  40P01: a deadlock with a concurrent transaction; retry the transaction
  55P03: a lock was not granted within 10 seconds, for example because of a vacuum, an index
    rebuild or another call that forgets; retry the transaction

Example:
  p_login => ''ann''';

grant execute on function forget_person to :"app";

commit;
