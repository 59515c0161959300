-- Deploy kodiai:base/roles to pg
--
-- Roles are cluster-wide: another database may already use them, or an administrator may have
-- created them for a deploying role without CREATEROLE. Existing roles are used unchanged; a
-- comment marks those that revert may drop.

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader

select
  octet_length(:'schema') > 56 as is_too_long,
  :'embedding_dim' !~ '^([1-9][0-9]{0,2}|[12][0-9]{3}|30[0-6][0-9]|307[0-2])$' as is_bad_dim,
  :'cosine_index' not in ('on', 'off') as is_bad_cosine_index,
  :'schema_sharding' not in ('on', 'off') as is_bad_sharding
\gset

\if :is_too_long
do $$ begin
  raise 'schema: expected at most 56 bytes, because role names add 7 and are limited to 63';
end $$;
\endif

\if :is_bad_dim
do $$ begin
  raise 'embedding_dim: expected 1 to 3072, because wider codes do not fit into an index';
end $$;
\endif

\if :is_bad_cosine_index
do $$ begin
  raise 'cosine_index: expected on or off';
end $$;
\endif

\if :is_bad_sharding
do $$ begin
  raise 'schema_sharding: expected on or off';
end $$;
\endif

select :'cosine_index' = 'on' and :'embedding_dim'::integer > 2000 as is_too_wide
\gset

\if :is_too_wide
do $$ begin
  raise 'cosine_index: expected off with an embedding_dim above 2000, the limit of HNSW indexes';
end $$;
\endif

-- Citus connects to other nodes as the owner role, and runs the statements of a trigger there
-- nested in the statement that fired it. Unless Citus is loaded, only a superuser can set this.
select
  format('create role %I %s', r.rolname, case when r.is_sharded then 'login' else 'nologin' end)
    as creation,
  format('comment on role %I is %L', r.rolname, 'kodiai: ' || r.purpose) as comment,
  case
    when
      r.is_sharded
      and current_setting('citus.allow_nested_distributed_execution', true) is not null
      then format('alter role %I set citus.allow_nested_distributed_execution = on', r.rolname)
  end as setting
from
  (
    values
    (:'owner', 'owns all objects of the schema; no user logs in as it', :'schema_sharding' = 'on'),
    (:'app', 'may execute the public functions of the schema', false),
    (:'reader', 'may execute the read-only functions of the schema', false)
  ) as r (rolname, purpose, is_sharded)
where
  not exists (
    select from pg_roles as p
    where p.rolname = r.rolname
  )
\gexec

select :'schema_sharding' = 'on' and not r.rolcanlogin as lacks_login
from pg_roles as r
where r.rolname = :'owner'
\gset

\if :lacks_login
do $$ begin
  raise 'schema_sharding: expected the owner role to have LOGIN, because Citus connects as it';
end $$;
\endif

-- The scripts create everything as the owner role. Only a superuser can do so without being a
-- member with the SET option (PostgreSQL 16).
select format('grant %I to current_user with inherit true, set true', :'owner')
where
  not pg_has_role(:'owner', 'usage')
  or not pg_has_role(:'owner', 'set')
\gexec

commit;
