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
  c_rows constant text := case when tg_nargs > 2 then tg_argv[2] else '(select ($1).*)' end;
  -- The postings of rows d: one for each lexeme, and one more for the row itself.
  c_postings constant text := format(
    '
    select
      _posting_term(%L, d.owner, l.lexeme) + d.sample as term,
      d.repo_hash,
      d.id as document_id,
      l.frequency,
      least(l.length, 32767) as length
    from (
      select
        d.id,
        d.search_tsv,
        split_part(d.repo, ''/'', 1) as owner,
        _posting_repo(d.repo) as repo_hash,
        hashint8(d.id) & 31 as sample
      from (select d.id, d.search_tsv, %s as repo from %%s as d) as d
      -- Once for the row, not for each lexeme.
      offset 0
    ) as d
    cross join lateral (
      select l.lexeme, l.frequency, sum(l.frequency) over () as length
      from (
        -- An identifier as a whole has no position.
        select l.lexeme, coalesce(cardinality(l.positions), 1) as frequency
        from unnest(d.search_tsv) as l
        union all
        select '''', 0
      ) as l
    ) as l',
    tg_argv[0], tg_argv[1]
  );
begin
  if tg_op in ('UPDATE', 'DELETE') then
    execute format(
      'delete from postings as p
      using (%s) as d
      where p.term = d.term and p.repo_hash = d.repo_hash and p.document_id = d.document_id',
      format(c_postings, case tg_level when 'STATEMENT' then 'old_rows' else c_rows end)
    )
    using old;
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    execute format(
      'insert into postings (term, repo_hash, document_id, frequency, length)
      select d.term, d.repo_hash, d.document_id, d.frequency, d.length
      from (%s) as d
      order by d.term, d.repo_hash',
      format(c_postings, case tg_level when 'STATEMENT' then 'new_rows' else c_rows end)
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
