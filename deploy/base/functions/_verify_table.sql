-- Deploy kodiai:base/functions/_verify_table to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _verify_table(p_table text, p_contract text[])
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_table regclass := p_table;
  v_found text[];
  v_lost text[];
begin
  select array_agg(d.line)
  into v_found
  from (
    select
      'column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attnotnull then ' not null' else '' end
      || case a.attidentity when 'a' then ' identity' else '' end
      || coalesce(
        case a.attgenerated when '' then ' default ' else ' generated ' end
        || pg_get_expr(d.adbin, d.adrelid),
        ''
      ) as line
    from pg_attribute as a
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = v_table and a.attnum > 0 and not a.attisdropped
    union all
    -- PostgreSQL 18 lists not null here too ('n'); the columns show it already.
    select 'constraint ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
    from pg_constraint as c
    where c.conrelid = v_table and c.contype <> 'n'
    union all
    select
      'index ' || c.relname || ' '
      || regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '')
    from pg_index as i
    inner join pg_class as c on c.oid = i.indexrelid
    where i.indrelid = v_table and i.indisvalid
    union all
    select
      'trigger ' || t.tgname || ' '
      || regexp_replace(
        pg_get_triggerdef(t.oid),
        '^CREATE TRIGGER \S+ (.*?) ON (?:"[^"]*"|[^ "])+ (.*)$',
        '\1 \2'
      )
      || case t.tgenabled when 'O' then '' else ' disabled' end
    from pg_trigger as t
    where t.tgrelid = v_table and not t.tgisinternal
    union all
    select 'with ' || o.option
    from pg_class as c
    cross join unnest(c.reloptions) as o (option)
    where c.oid = v_table
  ) as d;

  select array_agg(l.line)
  into v_lost
  from unnest(p_contract) as l (line)
  where l.line <> all (v_found);

  if exists (
    select from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    where c.oid = v_table and c.relowner <> n.nspowner
  ) then
    raise exception '% does not belong to the owner of the schema', p_table;
  end if;
  if v_lost is not null then
    raise exception '% has no %', p_table, array_to_string(v_lost, e'\nnor ')
      using hint = e'It has\n' || array_to_string(v_found, e'\n');
  end if;
end
$$;

comment on function _verify_table(text, text[]) is
'For verify scripts: fails unless the table belongs to the owner of the schema and has
all that the contract lists.
Arguments: p_table, its name; p_contract, lines such as "column id bigint not null
identity", "constraint reviews_pkey PRIMARY KEY (id)", "index reviews_pkey btree (id)",
"trigger name BEFORE INSERT FOR EACH ROW EXECUTE FUNCTION f()", "with fillfactor=80", as
the system catalog words them.
Errors: P0001 with the lines that are missing; 42P01 without the table.';

commit;
