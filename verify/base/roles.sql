-- Verify kodiai:base/roles on pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader

select 1 / (count(*) = 3)::integer
from pg_roles
where
  rolname in (:'owner', :'app', :'reader')
  and not rolsuper
  and not rolbypassrls
  and not rolcreaterole
  and (rolname <> :'owner' or rolcanlogin = (:'schema_sharding' = 'on'));

select
  1 / (
    pg_has_role(:'owner', 'set')
    and not pg_has_role(:'app', :'owner', 'member')
    and not pg_has_role(:'reader', :'owner', 'member')
    and not pg_has_role(:'reader', :'app', 'member')
  )::integer;

rollback;
