-- Deploy kodiai:base/arguments to pg
--
-- Argument checks of the public functions. The domain of a column is the one definition of its
-- valid values; every function rejects others with the same wording, before it writes anything.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _reject_argument(p_argument text, p_expected text, p_got text)
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  raise exception using
    errcode = case
      when p_got is null then 'null_value_not_allowed' else 'invalid_parameter_value'
    end,
    message = case
      when p_got is null then format('%s is missing: expected %s', p_argument, p_expected)
      else format(
        '%s: expected %s, got %s', p_argument, p_expected,
        case
          when length(p_got) > 80
            then format('%s... (%s characters)', left(p_got, 60), length(p_got))
          else p_got
        end
      )
    end,
    -- The first of 'p_repo or p_owner'.
    column = substring(p_argument from '^[^ ,]+');
end
$$;

comment on function _reject_argument is
'Reject an argument of a public function, always with the same wording.
Arguments: p_argument, its name, with the index and key of an element; p_expected, what is valid;
p_got, its value, null if it is missing.
Errors: always, 22004 if p_got is null, else 22023, with p_argument as the column of the error.';

create function _reject_unknown(
  p_code text, p_argument text, p_kind text, p_key jsonb, p_repo text default null
)
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  raise exception using
    errcode = p_code,
    message = format(
      '%s: %s %s does not exist%s', p_argument, p_kind, p_key, ' in ' || p_repo
    ),
    column = p_argument;
end
$$;

comment on function _reject_unknown is
'Reject an argument that refers to a row that does not exist, always with the same wording.
Arguments: p_code, the SQLSTATE; p_argument, its name; p_kind, what the row is, such as review;
p_key, its value; p_repo, where it was looked for, null for everywhere.
Errors: always p_code, with p_argument as the column of the error.';

create function _describe_domain(p_domain text)
returns text
language sql stable parallel safe
return case p_domain::regtype
  when 'text'::regtype then 'text'
  when 'boolean'::regtype then 'true or false'
  when 'integer'::regtype then 'a 32-bit integer'
  when 'bigint'::regtype then 'a 64-bit integer'
  when 'double precision'::regtype then 'a number'
  when 'jsonb'::regtype then 'JSON'
  when 'vector'::regtype then format('an array of %s numbers', _embedding_dim())
  else obj_description(p_domain::regtype, 'pg_type')
end;

comment on function _describe_domain is
'Return what a domain accepts, in words for an error message: its comment.
Argument: p_domain, its name, or one of a few built-in types.
Errors: 42704 if the type does not exist.';

create function _fold_value(p_value text, p_type text)
returns text
language sql immutable parallel safe
return case
  when p_type in ('repo_name', 'owner_name', 'login_name') then _fold_name(p_value) else p_value
end;

comment on function _fold_value is
'Return a value as a column of a domain stores it: names folded (_fold_name), others unchanged.
Arguments: p_value; p_type, the domain.';

create function _check_argument(p_argument text, p_value text, p_type text)
returns text
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  -- || '': pg_input_is_valid treats a bare parameter as a constant and, within a transaction,
  -- would keep using the type that the first call named.
  if not coalesce(pg_input_is_valid(_fold_value(p_value, p_type), p_type || ''), false) then
    perform _reject_argument(
      p_argument, _describe_domain(p_type),
      case when pg_input_is_valid(p_value, 'numeric') then p_value else to_jsonb(p_value)::text end
    );
  end if;
  return _fold_value(p_value, p_type);
end
$$;

comment on function _check_argument is
'Reject an argument of a public function that is null or outside a domain.
Arguments: p_argument, its name; p_value, its value as text; p_type, the domain.
Result: the value as it is stored (_fold_value). Names must be assigned from it.
Errors: 22004 if p_value is null, 22023 if it is outside the domain.';

create function _check_optional(p_argument text, p_value text, p_type text)
returns text
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return case when p_value is not null then _check_argument(p_argument, p_value, p_type) end;
end
$$;

comment on function _check_optional is
'Reject an argument of a public function that is outside a domain, but may be null.
Arguments: as in _check_argument.
Result: the value as it is stored (_fold_value); null for null. Names must be assigned from it.
Errors: 22023 if p_value is outside the domain.';

create function _check_size(p_argument text, p_size integer)
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_max_size constant integer := 10000;
begin
  if p_size > c_max_size then
    perform _reject_argument(p_argument, format('at most %s elements', c_max_size), p_size::text);
  end if;
end
$$;

comment on function _check_size is
'Reject an array with too many elements: calls are meant to be short, and their work is checked to
be linear up to this size. The limit of all array arguments.
Arguments: p_argument, its name; p_size, its number of elements; null if it is null.
Errors: 22023 naming the argument.';

create function _check_array(p_argument text, p_values text[], p_domain text)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_size(p_argument, cardinality(p_values));
  if exists (
    select
    from unnest(p_values) as v (value)
    where
      not coalesce(pg_input_is_valid(_fold_value(v.value, p_domain), p_domain || ''), false)
  )
  then
    perform _reject_argument(p_argument, _describe_domain(p_domain), to_jsonb(p_values)::text);
  end if;
end
$$;

comment on function _check_array is
'Reject an array that is too long (_check_size) or has an element that is null or outside a domain.
The array itself may be null or empty.
Arguments: p_argument, its name; p_values, the array; p_domain, the domain.
Errors: 22023 naming the argument.';

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
    format(p_format, o.ord, c.key),
    _describe_domain(c.type),
    case when o.object -> c.key <> 'null' then (o.object -> c.key)::text end
  into v_argument, v_expected, v_got
  from (
    select
      a.attname::text as key,
      k.ord,
      case
        when a.atttypid = 'timestamptz'::regtype then 'event_time' else a.atttypid::regtype::text
      end as type,
      a.attnotnull and not a.atthasdef and k.key not like '%?' as is_required,
      b.typname,
      case b.typcategory
        when 'N' then 'number' when 'B' then 'boolean' else 'string'
      end as json_type
    from unnest(p_keys) with ordinality as k (key, ord)
    inner join pg_attribute as a on a.attrelid = p_table::regclass and a.attname = rtrim(k.key, '?')
    inner join pg_type as t on t.oid = a.atttypid
    inner join pg_type as b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
    -- Optimization fence: otherwise the catalog is read once per object.
    offset 0
  ) as c
  cross join jsonb_array_elements(p_objects) with ordinality as o (object, ord)
  where
    case
      when coalesce(o.object -> c.key, 'null') = 'null' then c.is_required
      when c.typname = 'jsonb' then not pg_input_is_valid((o.object -> c.key)::text, c.type)
      -- The type vector reports invalid input by an error that pg_input_is_valid does not catch.
      when c.typname = 'vector' then not jsonb_path_match(
        o.object -> c.key,
        'strict $.type() == "array" && $.size() == $dim
        && !exists($[*] ? (@.type() != "number" || @.abs() > 3.4e38))',
        jsonb_build_object('dim', _embedding_dim())
      )
      when jsonb_typeof(o.object -> c.key) <> c.json_type then true
      -- Reject special date strings such as 'tomorrow' and 'infinity'.
      when
        c.typname = 'timestamptz'
        and o.object ->> c.key !~ '^[0-9]{4,}-[0-9]{2}-[0-9]{2}'
        then true
      else not pg_input_is_valid(_fold_value(o.object ->> c.key, c.type), c.type)
    end
  order by o.ord, c.ord
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;
end
$$;

comment on function _check_columns is
'Reject objects with values that the columns of a table would reject. The types of the table
define the valid values, and event_time defines those of times; a column that is not null and has
no default is required. An absent key is equivalent to a null one.
Arguments: p_table, its name; p_objects, an array of objects; p_keys, the columns to check,
followed by ? if the function supplies a default; p_format, how an error names a value:
format(p_format, 1-based position of the object, key).
Errors: 22004 for a missing value, 22023 for an invalid one.';

create function _check_arguments(p_table text, p_arguments jsonb)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_columns(
    p_table, jsonb_build_array(p_arguments),
    array(select a.key from jsonb_each(p_arguments) as a (key)), 'p_%2$s'
  );
end
$$;

comment on function _check_arguments is
'Reject arguments of a public function that the columns of the same names would reject
(_check_columns).
Arguments: p_table, its name; p_arguments, an object with the arguments, without p_.
Errors: 22004 for a missing value, 22023 for an invalid one.';

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
  perform _check_size(p_argument, jsonb_array_length(p_objects));

  select format('%s[%s]', p_argument, o.ord), o.object::text
  into v_argument, v_got
  from jsonb_array_elements(p_objects) with ordinality as o (object, ord)
  where jsonb_typeof(o.object) <> 'object'
  order by o.ord
  limit 1;
  if found then
    perform _reject_argument(v_argument, 'an object', v_got);
  end if;

  select format('%s[%s]', p_argument, o.ord), k.key
  into v_argument, v_got
  from jsonb_array_elements(p_objects) with ordinality as o (object, ord)
  cross join lateral jsonb_object_keys(o.object) as k (key)
  where k.key <> all (v_keys)
  order by o.ord, k.key
  limit 1;
  if found then
    perform _reject_argument(
      v_argument, format('only the keys %s', array_to_string(v_keys, ', ')),
      format('the key %s', to_jsonb(v_got))
    );
  end if;

  perform _check_columns(p_table, p_objects, p_keys, p_argument || '[%1$s].%2$s');
end
$$;

comment on function _check_objects is
'Reject an argument unless it is an array of objects, not too long (_check_size), whose keys are
columns of a table (_check_columns).
Arguments: p_table, its name; p_argument, the name of the argument; p_objects, its value; p_keys,
the allowed columns.
Errors: 22004 for a missing value, 22023 for an invalid value or an unknown key; the message names
the 1-based position of the object and the key.';

create function _check_scope(
  p_repo text,
  p_owner text,
  out repo text,
  out owner text
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if coalesce(p_repo, p_owner) is null then
    perform _reject_argument('p_repo or p_owner', 'a repository or an owner', null);
  end if;
  if p_repo is not null then
    repo := _check_argument('p_repo', p_repo, 'repo_name');
  end if;
  if p_owner is not null then
    owner := _check_argument('p_owner', p_owner, 'owner_name');
  end if;
  if owner <> split_part(repo, '/', 1) then
    perform _reject_argument(
      'p_owner', format('%s, the owner of p_repo', to_jsonb(split_part(p_repo, '/', 1))),
      to_jsonb(p_owner)::text
    );
  end if;
end
$$;

comment on function _check_scope is
'Reject a scope that is not a repository, an owner, or a repository with its owner.
Arguments: p_repo, owner/name; p_owner, the part before the first slash.
Result: repo and owner, as they are stored (_fold_name).
Errors: 22004 if both are null, 22023 if either is invalid.';

commit;
