-- Deploy kodiai:base/functions/_postings_of to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _postings_of(p_table text, p_repo text, p_rows text)
returns text
language sql immutable parallel safe
return format(
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
    from (select d.id, d.search_tsv, %s as repo from %s as d) as d
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
  p_table, p_repo, p_rows
);

comment on function _postings_of(text, text, text) is
'A query for the postings of rows: one for each lexeme, and one more for the row itself.
Arguments: p_table, whose postings they are; p_repo, SQL for the repo of its row d; p_rows, SQL
for the rows d. Result: SQL, with the columns of postings.';

commit;
