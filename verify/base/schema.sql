-- Verify kodiai:base/schema on pg

begin;

\set owner :schema _owner

select
  1 / (
    nspowner = quote_ident(:'owner')::regrole
    and obj_description(oid, 'pg_namespace') is not null
  )::integer
from pg_namespace
where oid = quote_ident(:'schema')::regnamespace;

-- What the owner creates is open to nobody else.
select 1 / (count(*) = 0)::integer
from
  aclexplode(
    coalesce(
      (
        select defaclacl
        from pg_default_acl
        where
          defaclrole = quote_ident(:'owner')::regrole
          and defaclnamespace = 0
          and defaclobjtype = 'f'
      ),
      acldefault('f', quote_ident(:'owner')::regrole)
    )
  ) as acl
where acl.grantee <> quote_ident(:'owner')::regrole;

rollback;
