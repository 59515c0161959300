-- Deploy kodiai:base/roles to pg
--
-- Roles belong to the whole cluster and may serve several databases, or have
-- been made by an administrator where the deploying role may not create any:
-- what is there is used as it is. The comment marks what revert may drop again.

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader

select
  octet_length(:'schema') > 56 as is_too_long,
  :'embedding_dim' !~ '^([1-9]\d{0,2}|[12]\d{3}|30[0-6]\d|307[0-2])$' as is_no_width,
  :'cosine_index' not in ('on', 'off') as is_no_switch,
  :'schema_sharding' not in ('on', 'off') as is_no_sharding
\gset

\if :is_too_long
do $$ begin
  raise 'schema: expected at most 56 bytes, so that the names of its roles fit into 63';
end $$;
\endif

\if :is_no_width
do $$ begin
  raise 'embedding_dim: expected 1 to 3072, whose codes an index can hold';
end $$;
\endif

\if :is_no_switch
do $$ begin
  raise 'cosine_index: expected on or off';
end $$;
\endif

\if :is_no_sharding
do $$ begin
  raise 'schema_sharding: expected on or off';
end $$;
\endif

select :'cosine_index' = 'on' and :'embedding_dim'::integer > 2000 as is_too_wide
\gset

\if :is_too_wide
do $$ begin
  raise 'cosine_index: expected off with an embedding_dim above 2000, the most that HNSW indexes';
end $$;
\endif

-- Citus connects to other nodes as the owner, and there the statements of a trigger are nested
-- in the one that fired it. Where Citus is not loaded, only a superuser could name the setting.
select
  format('create role %I %s', r.rolname, case when r.is_sharded then 'login' else 'nologin' end)
    as creation,
  format('comment on role %I is %L', r.rolname, 'kodiai: ' || r.purpose) as mark,
  case
    when
      r.is_sharded
      and current_setting('citus.allow_nested_distributed_execution', true) is not null
      then format('alter role %I set citus.allow_nested_distributed_execution = on', r.rolname)
  end as nesting
from
  (
    values
    (:'owner', 'owns every object of the memory; no user logs in as it', :'schema_sharding' = 'on'),
    (:'app', 'may execute all public functions of the memory', false),
    (:'reader', 'may execute the reading functions of the memory', false)
  ) as r (rolname, purpose, is_sharded)
where
  not exists (
    select from pg_roles as p
    where p.rolname = r.rolname
  )
\gexec

select :'schema_sharding' = 'on' and not r.rolcanlogin as is_shut_out
from pg_roles as r
where r.rolname = :'owner'
\gset

\if :is_shut_out
do $$ begin
  raise 'schema_sharding: expected the owner role to have login, since Citus connects as it';
end $$;
\endif

-- The scripts create everything as the owner. A superuser may do so anyway; any
-- other role needs to be a member that can also change to it (PostgreSQL 16).
select format('grant %I to current_user with inherit true, set true', :'owner')
where
  not pg_has_role(:'owner', 'usage')
  or not pg_has_role(:'owner', 'set')
\gexec

commit;
