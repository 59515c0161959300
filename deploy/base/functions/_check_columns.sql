-- Deploy kodiai:base/functions/_check_columns to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_columns(
  p_table text,
  p_objects jsonb,
  p_keys text[],
  p_format text
)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_argument text;
  v_expected text;
  v_got text;
begin
  select
    format(p_format, o.n, c.key),
    _domain_words(c.type),
    case when o.object -> c.key <> 'null' then (o.object -> c.key)::text end
  into v_argument, v_expected, v_got
  from (
    select
      a.attname::text as key,
      k.n,
      a.atttypid::regtype::text as type,
      a.attnotnull and not a.atthasdef and k.key not like '%?' as is_required,
      b.typname,
      case b.typcategory
        when 'N' then 'number' when 'B' then 'boolean' else 'string'
      end as json_type
    from unnest(p_keys) with ordinality as k (key, n)
    inner join pg_attribute as a on a.attrelid = p_table::regclass and a.attname = rtrim(k.key, '?')
    inner join pg_type as t on t.oid = a.atttypid
    inner join pg_type as b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
    offset 0 -- looked up once, not for each object
  ) as c
  cross join jsonb_array_elements(p_objects) with ordinality as o (object, n)
  where
    case
      when coalesce(o.object -> c.key, 'null') = 'null' then c.is_required
      when c.typname = 'jsonb' then not pg_input_is_valid((o.object -> c.key)::text, c.type)
      when jsonb_typeof(o.object -> c.key) <> c.json_type then true
      -- Not tomorrow, not infinity.
      when c.typname = 'timestamptz' and o.object ->> c.key !~ '^\d{4,}-\d\d-\d\d' then true
      else not pg_input_is_valid(o.object ->> c.key, c.type)
    end
  order by o.n, c.n
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;
end
$$;

comment on function _check_columns(text, jsonb, text[], text) is
'Refuses objects whose values the columns of a table would refuse. The table is the
contract: its types say what a value may be, and a column that is not null and has no
default is required. A key that is absent and one that is null are the same.
Arguments: p_table, its name; p_objects, an array of objects; p_keys, the columns to
check, with ? at the end where the function has a default of its own; p_format, how an
error names a value: what format(p_format, place from 1, key) gives.
Errors: 22004 for a missing value, 22023 for one that cannot be.';

commit;
