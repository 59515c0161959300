-- Verify kodiai:grants/public on pg

begin;

-- 0 is PUBLIC.
select 1 / (count(*) = 0)::integer
from (
  select coalesce(nspacl, acldefault('n', nspowner)) as acl
  from pg_namespace
  where oid = quote_ident(:'schema')::regnamespace
  union all
  select coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
  from pg_class
  where relnamespace = quote_ident(:'schema')::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
  union all
  select coalesce(proacl, acldefault('f', proowner))
  from pg_proc
  where pronamespace = quote_ident(:'schema')::regnamespace
) as o
cross join aclexplode(o.acl) as a
where a.grantee = 0;

rollback;
