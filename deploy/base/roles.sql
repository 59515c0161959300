-- Deploy kodiai:base/roles to pg
--
-- Roles belong to the whole cluster and may serve several databases, or have
-- been made by an administrator where the deploying role may not create any:
-- what is there is used as it is. The comment marks what revert may drop again.

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader

select format('create role %I nologin', r.rolname)
from (values (:'owner'), (:'app'), (:'reader')) as r (rolname)
where
  not exists (
    select from pg_roles as p
    where p.rolname = r.rolname
  )
\gexec

select format('comment on role %I is %L', r.rolname, 'kodiai: ' || r.purpose)
from
  (
    values
    (:'owner', 'owns every object of the memory; nobody logs in as it'),
    (:'app', 'may execute all public functions of the memory'),
    (:'reader', 'may execute the reading functions of the memory')
  ) as r (rolname, purpose)
inner join pg_roles as p on r.rolname = p.rolname
where shobj_description(p.oid, 'pg_authid') is null
\gexec

-- The scripts create everything as the owner. A superuser may do so anyway; any
-- other role needs to be a member that can also change to it (PostgreSQL 16).
select format('grant %I to current_user with inherit true, set true', :'owner')
where
  not pg_has_role(:'owner', 'usage')
  or not pg_has_role(:'owner', 'set')
\gexec

commit;
