-- Deploy kodiai:base/verify to pg
--
-- Helpers of the verify and revert scripts of all later changes, and the first check of the
-- database itself.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _verify_registry(p_registry text, p_deployed_by text default :'registry')
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if p_registry <> p_deployed_by then
    raise 'this schema was deployed with the registry %, not %', p_deployed_by, p_registry
      using hint = 'Pass the --registry and the --set schema=... of the same deployment.';
  end if;
end
$$;

comment on function _verify_registry is
'For revert scripts: fail unless this schema was deployed with the Sqitch registry in use.
Otherwise, with two schemas in one database, passing the registry of one without its schema would
revert the other.
Arguments: p_registry, the one in use; p_deployed_by, the one used at deploy, always left at its
default.
Errors: P0001 if they differ.';

create function _verify_function(
  p_function text,
  p_contract text,
  p_roles text[] default '{}'
)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_function regproc := p_function;
  v_found text;
  v_flaw text;
begin
  select
    concat_ws(
      ' ',
      case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      'parallel',
      case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
      case when p.prosecdef then 'security definer' else 'security invoker' end,
      '(' || pg_get_function_arguments(p.oid) || ')',
      'returns',
      pg_get_function_result(p.oid),
      (
        select string_agg('set ' || c.setting, ' ' order by c.ord)
        from unnest(p.proconfig) with ordinality as c (setting, ord)
        where c.setting not like 'search_path=%'
      )
    ),
    concat_ws(
      ', ',
      case when p.proowner <> n.nspowner then 'is not owned by the owner of the schema' end,
      case
        when
          p.prosqlbody is null
          and format('search_path=%I, public, pg_temp', n.nspname)
          <> all (coalesce(p.proconfig, '{}'))
          then 'does not pin search_path'
      end,
      case when obj_description(p.oid, 'pg_proc') is null then 'has no comment' end,
      (
        select
          string_agg(
            case
              when r.name = any (p_roles) then 'is not granted to ' else 'is granted to '
            end || n.nspname || '_' || r.name,
            ', '
          )
        from unnest(array['app', 'reader']) as r (name)
        where
          has_function_privilege(n.nspname || '_' || r.name, p.oid, 'execute')
          <> (r.name = any (p_roles))
      ),
      (
        select 'is granted to public'
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
        where a.grantee = 0
      )
    )
  into v_found, v_flaw
  from pg_proc as p
  inner join pg_namespace as n on n.oid = p.pronamespace
  where p.oid = v_function;

  if v_flaw <> '' then
    raise exception '% %', p_function, v_flaw;
  end if;
  if v_found <> btrim(regexp_replace(p_contract, '[[:space:]]+', ' ', 'g')) then
    raise exception e'% is\n%\nexpected\n%', p_function, v_found, p_contract;
  end if;
end
$$;

comment on function _verify_function is
'For verify scripts: fail unless the function matches its contract and follows the rules for all
functions: it is owned by the owner of the schema, pins search_path (or has a body that was parsed
at creation), has a comment and is not granted to public.
Arguments: p_function, its name; p_contract, as PostgreSQL prints it, with any white space, such
as "stable parallel safe security definer (p_id bigint) returns boolean set jit=off"; p_roles,
which of app and reader may execute it: {} for a helper.
Errors: P0001 with the difference; 42883 if the function does not exist, 42725 if it is
overloaded.';

create function _verify_table(p_table text, p_contract text[])
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_table regclass := p_table;
  v_found text[];
  v_missing text[];
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
    -- PostgreSQL 18 lists not-null constraints too ('n'); the columns already show them.
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
        '^CREATE TRIGGER [^ ]+ (.*?) ON (?:"[^"]*"|[^ "])+ (.*)$',
        e'\\1 \\2'
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
  into v_missing
  from unnest(p_contract) as l (line)
  where l.line <> all (v_found);

  if exists (
    select from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    where c.oid = v_table and c.relowner <> n.nspowner
  ) then
    raise exception '% is not owned by the owner of the schema', p_table;
  end if;
  -- Row constructors fill composite types by position.
  if v_missing is null and v_found <> p_contract and exists (
    select from pg_class as c where c.oid = v_table and c.relkind = 'c'
  ) then
    v_missing := array['field list identical to the contract'];
  end if;
  if v_missing is not null or cardinality(p_contract) = 0 then
    raise exception '% has no %', p_table,
      array_to_string(coalesce(v_missing, array['contract']), e'\nnor ')
      using hint = e'It has\n' || array_to_string(v_found, e'\n');
  end if;
end
$$;

comment on function _verify_table is
'For verify scripts: fail unless the table or composite type is owned by the owner of the schema
and has everything that the contract lists; a composite type must have nothing else, in the same
order.
Arguments: p_table, its name; p_contract, lines as PostgreSQL prints them, such as "column id
bigint not null identity", "constraint reviews_pkey PRIMARY KEY (id)", "index reviews_pkey btree
(id)", "trigger name BEFORE INSERT FOR EACH ROW EXECUTE FUNCTION f()", "with fillfactor=80".
Errors: P0001 with the missing lines; 42P01 if the table does not exist.';

create function _verify_none(p_flaw text, p_objects text[])
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if p_objects <> '{}' then
    raise exception '%: %', p_flaw, array_to_string(p_objects, ', ');
  end if;
end
$$;

comment on function _verify_none is
'For verify scripts: fail if any object is listed.
Arguments: p_flaw, what is wrong with them; p_objects, their names.
Errors: P0001 with both.';

create function _verify_database()
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_owner constant oid := (
    select n.nspowner from pg_namespace as n where n.nspname = current_schema()
  );
  v_message text;
  v_hint text;
begin
  select
    format(
      'database %I: expected encoding UTF8, got %s', d.datname, pg_encoding_to_char(d.encoding)
    ),
    'Create one that has it: create database ... template template0 encoding ''UTF8''.'
  into v_message, v_hint
  from pg_database as d
  where d.datname = current_database() and pg_encoding_to_char(d.encoding) <> 'UTF8';

  if v_message is null then
    -- Who may act as the owner role anyway, like a superuser, gains nothing.
    select
      'schema public: expected CREATE for its owner only, but it is granted to '
      || string_agg(g.name, ', ' order by g.name),
      string_agg(format('revoke create on schema public from %s;', g.name), ' ' order by g.name)
    into v_message, v_hint
    from pg_namespace as n
    cross join aclexplode(n.nspacl) as a
    cross join lateral (
      select case a.grantee when 0 then 'public' else a.grantee::regrole::text end as name
    ) as g
    where
      n.nspname = 'public'
      and a.privilege_type = 'CREATE'
      and a.grantee <> n.nspowner
      and (a.grantee = 0 or not pg_has_role(a.grantee, v_owner, 'member'))
    having count(*) > 0;
  end if;

  if v_message is null then
    select
      'schema public: expected no functions or operators of others than its owner, but it has '
      || string_agg(o.name, ', ' order by o.name),
      'Drop them, move them to another schema, or make the owner of the database their owner.'
    into v_message, v_hint
    from (
      select
        'pg_proc'::regclass as class, p.oid, p.proowner as owner,
        p.oid::regprocedure::text as name
      from pg_proc as p
      where p.pronamespace = 'public'::regnamespace
      union all
      select
        'pg_operator'::regclass as class, p.oid, p.oprowner as owner,
        p.oid::regoperator::text as name
      from pg_operator as p
      where p.oprnamespace = 'public'::regnamespace
    ) as o
    inner join pg_namespace as n on n.nspname = 'public'
    where
      not pg_has_role(o.owner, n.nspowner, 'member')
      and not pg_has_role(o.owner, v_owner, 'member')
      and not exists (
        select from pg_depend as d
        where d.classid = o.class and d.objid = o.oid and d.deptype = 'e'
      )
    having count(*) > 0;
  end if;

  if v_message is not null then
    raise exception using
      errcode = 'object_not_in_prerequisite_state', message = v_message, hint = v_hint;
  end if;
end
$$;

comment on function _verify_database is
'Fail unless the database is one that kodiai is safe and correct in: of encoding UTF8, and with a
schema public, which all functions have in their search_path, in which nobody else can have put a
function or operator. A function such as public.lower(short_name) would be a better match than
that of PostgreSQL, and would run as the owner role.
Errors: 55000 with what was found; the hint says what to do.';

select _verify_database() as verified
\gset

commit;
