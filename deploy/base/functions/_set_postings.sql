-- Deploy kodiai:base/functions/_set_postings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _set_postings()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- One posting at a time by the primary key, whatever the planner thinks of the rest.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  c_row constant text := case when tg_nargs > 2 then tg_argv[2] else '(select ($1).*)' end;
  c_old constant text := _postings_of(
    tg_argv[0], tg_argv[1], case tg_level when 'STATEMENT' then 'old_rows' else c_row end
  );
  c_new constant text := _postings_of(
    tg_argv[0], tg_argv[1], case tg_level when 'STATEMENT' then 'new_rows' else c_row end
  );
begin
  if tg_op in ('UPDATE', 'DELETE') then
    execute format(
      'delete from postings as p
      using (%s) as d
      where p.term = d.term and p.repo_hash = d.repo_hash and p.document_id = d.document_id',
      c_old
    )
    using old;
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    execute format(
      'insert into postings (term, repo_hash, document_id, frequency, length)
      select d.term, d.repo_hash, d.document_id, d.frequency, d.length
      from (%s) as d
      order by d.term, d.repo_hash',
      c_new
    )
    using new;
  end if;
  return old;
end
$$;

comment on function _set_postings() is
'Trigger of the tables that the text arm searches, and of what they depend on: keeps their
postings. A trigger for each statement names its rows new_rows and old_rows.
Arguments of the trigger: the table whose postings they are; an expression for the repo of
its row d; and, where rows d are not those of the trigger itself, a subquery for them, in
which $1 is the row of the trigger.';

commit;
