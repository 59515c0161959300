-- Deploy kodiai:learning/functions/verify_forgotten to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function verify_forgotten(
  p_repo text default null,
  p_owner text default null,
  p_login text default null,
  p_text text default null
)
returns table (table_name text, column_name text, rows bigint)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_kinds text[];
  v_given text[];
  v_name text;
  v_mention mention;
  v_postings bigint;
begin
  select array_agg(g.kind order by g.ord), array_agg(g.given order by g.ord)
  into v_kinds, v_given
  from (
    values (1, 'repo', p_repo), (2, 'owner', p_owner), (3, 'login', p_login), (4, 'text', p_text)
  ) as g (ord, kind, given)
  where g.given is not null;
  if v_kinds is null then
    perform _reject_argument('p_repo, p_owner, p_login or p_text', 'a value', null);
  elsif cardinality(v_kinds) > 1 then
    perform _reject_argument(
      'p_' || v_kinds[2], format('null, because p_%s is given', v_kinds[1]),
      to_jsonb(v_given[2])::text
    );
  end if;
  v_name := _check_argument(
    'p_' || v_kinds[1], v_given[1],
    case v_kinds[1] when 'text' then 'long_text' else v_kinds[1] || '_name' end
  );

  v_mention := _mention(v_kinds[1], v_name);
  return query
  select c.table_name, c.column_name, c.rows
  from _count_column_mentions(v_kinds[1], v_mention) as c;
  return query
  select s.table_name, s.column_name, s.rows
  from _count_sample_mentions(v_kinds[1], v_mention) as s;
  v_postings := _count_remaining_postings(_fold_name(p_repo), _fold_name(p_owner));
  if v_postings > 0 then
    return query select 'postings', 'repo_hash', v_postings;
  end if;
end
$$;

comment on function verify_forgotten is
'Count what still mentions a repository, an owner, a person or a text.

Looks through all columns that can contain text, as the catalog lists them, through the samples in
the planner statistics, and through the hashes of the inverted index. Nothing is found if forget_
has done its work and no free text mentions the name. It reads every row of every table, about a
second per 100000 memories: call it after forgetting, not in between.

Names are compared as a whole in columns of names, and found in texts where they are not part of a
longer name. In lexemes (search_tsv) they may also be part of one: ann of ann_smith. A text is found
in any letter case, in lexemes as a phrase. Deleted rows that are not yet vacuumed are not seen;
docs/guides/forgetting.md says what removes them.

Arguments:
  p_repo: owner/name; repository to look for; null for none; exactly one argument is given
  p_owner: owner name; owner to look for; null for none
  p_login: 1 to 200 characters; login of the person to look for; null for none
  p_text: 1 to 100000 characters; text to look for; null for none

Result: rows, each a Remains, one per column; none if nothing remains.
  table_name: name of the table; pg_stats for the planner statistics
  column_name: name of the column; of pg_stats, table and column
  rows: number of rows; of pg_stats, number of samples

Errors:
  22004: all arguments are null
  22023: an argument is invalid, or several are given; the message names it

Example:
  p_repo => ''acme/api''';

grant execute on function verify_forgotten to :"app", :"reader";

commit;
