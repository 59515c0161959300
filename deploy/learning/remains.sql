-- Deploy kodiai:learning/remains to pg
--
-- Where a name or a text still occurs, for verify_forgotten.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _list_text_columns(p_relkind text)
returns table (table_name text, column_name text, type text, base_type text)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select c.relname::text, a.attname::text, a.atttypid::regtype::text, b.oid::regtype::text
  from pg_class as c
  inner join pg_attribute as a on a.attrelid = c.oid
  inner join pg_type as t on t.oid = a.atttypid
  inner join pg_type as b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
  left join pg_type as e on e.oid = b.typelem and b.typcategory = 'A'
  where
    c.relnamespace = quote_ident(current_schema())::regnamespace
    and c.relkind::text = p_relkind
    and a.attnum > 0
    and not a.attisdropped
    -- Neither booleans, times, intervals, numbers, bits nor arrays of them.
    and coalesce(e.typcategory, b.typcategory) not in ('B', 'D', 'T', 'N', 'V')
    and b.oid <> 'vector'::regtype
  order by c.relname, a.attnum;
end
$$;

comment on function _list_text_columns is
'List the columns of the schema that can contain text in any form, by the catalog: a new column is
listed by itself.
Argument: p_relkind, r for tables, i for indexes.
Result: rows, by table. type, the domain; base_type, the type under it.';

create function _name_pattern(p_name text, p_kind text)
returns text
language sql immutable parallel safe
return format(
  -- acme/api is not in acme/api.js, but ann is in "Ask ann."
  case p_kind
    when 'repo' then e'(?<![[:alnum:]_-])%s(?!\\.?[[:alnum:]_-])'
    else e'(?<![[:alnum:]_-])%s(?![[:alnum:]_-])'
  end,
  regexp_replace(p_name, e'[!-/:-@\\[-`{-~]', e'\\\\\\&', 'g')
);

comment on function _name_pattern is
'Return a regular expression for a name in a text, where it is not part of a longer one.
Arguments: p_name, folded; p_kind, repo, owner or login.';

create function _mention_condition(p_kind text, p_type text, p_base_type text, p_value text)
returns text
language sql immutable parallel safe
return format(
  case
    when p_kind = 'owner' and p_type = 'repo_name' then 'split_part(%s, ''/'', 1) = $1'
    when p_type = p_kind || '_name' then '%s = $1'
    when p_base_type = 'tsvector' then '%s @@ $5'
    when p_kind = 'text' and p_base_type = 'jsonb' then 'strpos(_fold_name(%s::text), $3) > 0'
    when p_kind = 'text' then 'strpos(_fold_name(%s::text), $1) > 0'
    when p_base_type = 'jsonb' then '_fold_name(%s::text) ~ $4'
    else '_fold_name(%s::text) ~ $2'
  end,
  p_value
);

comment on function _mention_condition is
'Return the condition under which a value mentions a name or a text.
Arguments: p_kind, repo, owner, login or text; p_type and p_base_type, from _list_text_columns;
p_value, an SQL expression.
Result: an SQL expression with the parameters $1, what is searched, folded; $2, a pattern for it;
$3 and $4, the same as in JSON; $5, its lexemes.';

create type mention as (
  name text,
  pattern text,
  json_name text,
  json_pattern text,
  lexemes tsquery
);

comment on type mention is
'What verify_forgotten looks for: a folded name or text, a pattern for it, both in JSON, and its
lexemes.';

create function _count_column_mentions(p_kind text, p_mention mention)
returns table (table_name text, column_name text, rows bigint)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_table text;
  v_columns text[];
  v_counts text;
  v_found bigint[];
begin
  for v_table, v_columns, v_counts in
    select
      c.table_name,
      array_agg(c.column_name),
      string_agg(
        format(
          'count(*) filter (where %s)',
          _mention_condition(p_kind, c.type, c.base_type, format('e.%I', c.column_name))
        ),
        ', '
      )
    from _list_text_columns('r') as c
    group by c.table_name
    order by c.table_name
  loop
    -- Dynamic: the table and its columns vary.
    execute format('select array[%s] from %I as e', v_counts, v_table)
    into v_found
    using
      p_mention.name, p_mention.pattern, p_mention.json_name, p_mention.json_pattern,
      p_mention.lexemes;
    return query
    select v_table, u.column_name, u.found
    from unnest(v_columns, v_found) as u (column_name, found)
    where u.found > 0;
  end loop;
end
$$;

comment on function _count_column_mentions is
'Count the rows of each column that mention a name or a text. Reads every table.
Arguments: p_kind, repo, owner, login or text; p_mention.
Result: as in verify_forgotten.';

create function _count_sample_mentions(p_kind text, p_mention mention)
returns table (table_name text, column_name text, rows bigint)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_table text;
  v_column text;
  v_condition text;
  v_found bigint;
begin
  for v_table, v_column, v_condition in
    select
      c.table_name,
      c.column_name,
      _mention_condition(p_kind, c.type, replace(c.base_type, 'tsvector', 'text'), 's.value')
    -- Of indexes, there are samples of expressions.
    from (
      select r.* from _list_text_columns('r') as r
      union all
      select i.* from _list_text_columns('i') as i
    ) as c
    order by c.table_name
  loop
    -- Dynamic: the condition varies.
    execute format(
      'select count(*)
      from (
        select v.value
        from pg_stats as s
        cross join unnest(
          s.most_common_vals::text::text[] || s.histogram_bounds::text::text[]
          || s.most_common_elems::text::text[]
        ) as v (value)
        where s.schemaname = current_schema() and s.tablename = $6 and s.attname = $7
      ) as s
      where %s',
      v_condition
    )
    into v_found
    using
      p_mention.name, p_mention.pattern, p_mention.json_name, p_mention.json_pattern,
      p_mention.lexemes, v_table, v_column;
    if v_found > 0 then
      return query select 'pg_stats', format('%s.%s', v_table, v_column), v_found;
    end if;
  end loop;
end
$$;

comment on function _count_sample_mentions is
'Count the samples in the planner statistics that mention a name or a text.
Arguments: as in _count_column_mentions.
Result: as in verify_forgotten.';

create function _mention(p_kind text, p_name text)
returns mention
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_name constant text := _fold_name(p_name);
  v_json constant text := substr(to_jsonb(v_name)::text, 2, length(to_jsonb(v_name)::text) - 2);
begin
  return row(
    v_name, _name_pattern(v_name, p_kind), v_json, _name_pattern(v_json, p_kind),
    _phrase_to_tsquery(p_name)
  )::mention;
end
$$;

comment on function _mention is
'Return what to look for.
Arguments: p_kind, repo, owner, login or text; p_name, the name or the text.';

create function _count_remaining_postings(p_repo text, p_owner text)
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
as $$
begin
  return (
    select count(*) from postings as p
    where
      p.repo_hash = _posting_repo(p_repo)
      -- Of an owner, each document has a posting of the empty lexeme.
      or p.term = any (
        _posting_slots('learning_memories', p_owner, '') || _posting_slots('findings', p_owner, '')
      )
  );
end
$$;

comment on function _count_remaining_postings is
'Count the postings of a repository, or of the documents of an owner. Reads the whole table.
Arguments: p_repo; p_owner; the other one null, or both.';

commit;
