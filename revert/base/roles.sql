-- Revert kodiai:base/roles from pg
--
-- Drops roles that deploy created (marked by their comment) if this role may, unless another
-- database of the cluster still has objects or privileges of the role.

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader

select format('drop role %I', r.rolname)
from pg_roles as r
where
  r.rolname in (:'owner', :'app', :'reader')
  and shobj_description(r.oid, 'pg_authid') like 'kodiai: %'
  and pg_has_role(r.oid, 'member with admin option')
  and not exists (
    select from pg_shdepend as d
    where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid
  )
\gexec

commit;
