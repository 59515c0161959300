-- Deploy kodiai:base/functions/_check_objects to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_objects(
  p_table text,
  p_argument text,
  p_objects jsonb,
  p_keys text[]
)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_argument text;
  v_got text;
  v_keys text[] := string_to_array(replace(array_to_string(p_keys, ','), '?', ''), ',');
begin
  if p_objects is null or jsonb_typeof(p_objects) <> 'array' then
    perform _reject_argument(p_argument, 'an array of objects', jsonb_typeof(p_objects));
  end if;

  select format('%s[%s]', p_argument, o.n), o.object::text
  into v_argument, v_got
  from jsonb_array_elements(p_objects) with ordinality as o (object, n)
  where jsonb_typeof(o.object) <> 'object'
  order by o.n
  limit 1;
  if found then
    perform _reject_argument(v_argument, 'an object', v_got);
  end if;

  select format('%s[%s]', p_argument, o.n), k.key
  into v_argument, v_got
  from jsonb_array_elements(p_objects) with ordinality as o (object, n)
  cross join lateral jsonb_object_keys(o.object) as k (key)
  where k.key <> all (v_keys)
  order by o.n, k.key
  limit 1;
  if found then
    perform _reject_argument(
      v_argument, format('no keys but %s', array_to_string(v_keys, ', ')),
      format('the key %s', to_jsonb(v_got))
    );
  end if;

  perform _check_columns(p_table, p_objects, p_keys, p_argument || '[%1$s].%2$s');
end
$$;

comment on function _check_objects(text, text, jsonb, text[]) is
'Refuses an argument that is not an array of objects with the columns of a table as
keys (_check_columns).
Arguments: p_table, its name; p_argument, the name of the argument; p_objects, its
value; p_keys, the columns that may be given.
Errors: 22004 for what is missing, 22023 for what cannot be or must not be there; the
message names the place from 1 and the key.';

commit;
