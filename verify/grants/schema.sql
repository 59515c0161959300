-- Verify kodiai:grants/schema on pg

begin;

\set app :schema _app
\set reader :schema _reader
set local search_path = :"schema", public;

-- Grantee 0 is public.
select _verify_none(
  'granted to public',
  array(
    select o.name
    from (
      select
        'schema ' || n.nspname as name,
        coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
      from pg_namespace as n
      where n.oid = quote_ident(:'schema')::regnamespace
      union all
      select
        c.oid::regclass::text as name,
        coalesce(
          c.relacl,
          acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)
        ) as acl
      from pg_class as c
      where
        c.relnamespace = quote_ident(:'schema')::regnamespace
        and c.relkind in ('r', 'p', 'v', 'm', 'S')
      union all
      select
        p.oid::regprocedure::text as name,
        coalesce(p.proacl, acldefault('f', p.proowner)) as acl
      from pg_proc as p
      where p.pronamespace = quote_ident(:'schema')::regnamespace
    ) as o
    cross join aclexplode(o.acl) as a
    where a.grantee = 0
  )
);

select _verify_none(
  'role without usage on the schema',
  array(
    select r.name from unnest(array[:'app', :'reader']) as r (name)
    where not has_schema_privilege(r.name, :'schema', 'usage')
  )
);
select _verify_none(
  'role that may create objects in the schema',
  array(
    select r.name from unnest(array[:'app', :'reader']) as r (name)
    where has_schema_privilege(r.name, :'schema', 'create')
  )
);

select _verify_none(
  'table or sequence on which a role has privileges',
  array(
    select format('%s (%s)', c.oid::regclass, r.name)
    from pg_class as c
    cross join unnest(array[:'app', :'reader']) as r (name)
    where
      c.relnamespace = quote_ident(:'schema')::regnamespace
      and case
        when c.relkind = 'S'
          then has_sequence_privilege(r.name, c.oid, 'usage, select, update')
        when c.relkind in ('r', 'p', 'v', 'm')
          then has_table_privilege(
            r.name, c.oid, 'select, insert, update, delete, truncate, references, trigger'
          ) or has_any_column_privilege(r.name, c.oid, 'select, insert, update, references')
      end
  )
);

select _verify_none(
  'helper that a role may execute',
  array(
    select format('%s (%s)', p.proname, r.name)
    from pg_proc as p
    cross join unnest(array[:'app', :'reader']) as r (name)
    where
      p.pronamespace = quote_ident(:'schema')::regnamespace
      and starts_with(p.proname, '_')
      and has_function_privilege(r.name, p.oid, 'execute')
  )
);
select _verify_none(
  'volatile function that the reader role may execute',
  array(
    select p.proname::text
    from pg_proc as p
    where
      p.pronamespace = quote_ident(:'schema')::regnamespace
      and p.provolatile = 'v'
      and has_function_privilege(:'reader', p.oid, 'execute')
  )
);

rollback;
