-- Deploy kodiai:base/functions/_insert_once to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _insert_once(p_table text, p_row jsonb, p_key text[])
returns table (id bigint, inserted boolean)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_columns text;
  v_types text;
  v_key text;
  v_id bigint;
  v_inserted boolean;
begin
  perform _check_arguments(p_table, p_row);

  -- What is null is left out: the default of its column holds then.
  select
    string_agg(format('%I', a.attname), ', '),
    string_agg(format('%I %s', a.attname, a.atttypid::regtype), ', ')
  into v_columns, v_types
  from pg_attribute as a
  where a.attrelid = p_table::regclass and p_row -> a.attname::text <> 'null';

  execute format(
    'insert into %I (%s) select %s from jsonb_to_record($1) as r (%s)
    on conflict do nothing returning id',
    p_table, v_columns, v_columns, v_types
  )
  into v_id
  using p_row;
  v_inserted := v_id is not null;

  if not v_inserted then
    -- Not "is not distinct from", which no index serves.
    select
      string_agg(
        case
          when p_row ->> k.key is null then format('e.%I is null', k.key)
          else format('e.%I = %L', k.key, p_row ->> k.key)
        end,
        ' and '
      )
    into v_key
    from unnest(p_key) as k (key);
    execute format('select e.id from %I as e where %s', p_table, v_key) into v_id;
    if v_id is null then
      raise exception using
        errcode = 'serialization_failure',
        message = 'a row was deleted while it was recorded again',
        hint = 'Try the transaction again.';
    end if;
  end if;

  return query select v_id, v_inserted;
end
$$;

comment on function _insert_once(text, jsonb, text[]) is
'Inserts a row, unless one with its key is there: what the functions share that record
an event which may be told twice.
Arguments: p_table; p_row, an object with columns as keys; p_key, the columns of the
unique constraint.
Result: one row. id: of the row, or of the one that was there. inserted: which of these.
Errors: 22004 and 22023 as by _check_arguments. 40001 where the row that was there is
deleted meanwhile.';

commit;
