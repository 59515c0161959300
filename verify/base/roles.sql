-- Verify kodiai:base/roles on pg

begin;

-- psql does not interpolate variables into the block below.
set local "kodiai.schema" = :'schema';
set local "kodiai.schema_sharding" = :'schema_sharding';

do $$
declare
  v_schema constant text := current_setting('kodiai.schema');
  v_owner constant text := v_schema || '_owner';
  v_app constant text := v_schema || '_app';
  v_reader constant text := v_schema || '_reader';
  v_is_sharded constant boolean := current_setting('kodiai.schema_sharding') = 'on';
  v_flaws text;
begin
  select string_agg(format('role %s does not exist', r.name), e'\n')
  into v_flaws
  from unnest(array[v_owner, v_app, v_reader]) as r (name)
  where to_regrole(quote_ident(r.name)) is null;
  if v_flaws is not null then
    raise exception '%', v_flaws;
  end if;

  select string_agg(f.flaw, e'\n')
  into v_flaws
  from (
    select format('role %s is %s', p.rolname, a.attribute)
    from pg_roles as p
    cross join lateral (
      values
      ('superuser', p.rolsuper),
      ('bypassrls', p.rolbypassrls),
      ('createrole', p.rolcreaterole),
      ('login', p.rolcanlogin and p.rolname = v_owner and not v_is_sharded),
      ('nologin', not p.rolcanlogin and p.rolname = v_owner and v_is_sharded)
    ) as a (attribute, is_set)
    where p.rolname in (v_owner, v_app, v_reader) and a.is_set
    union all
    select format('role %s is a member of %s', m.role, m.of_role)
    from (values (v_app, v_owner), (v_reader, v_owner), (v_reader, v_app)) as m (role, of_role)
    where pg_has_role(m.role, m.of_role, 'member')
    union all
    select format('role %s cannot set role %s', current_user, v_owner)
    where not pg_has_role(v_owner, 'set')
  ) as f (flaw);
  if v_flaws is not null then
    raise exception '%', v_flaws;
  end if;
end
$$;

rollback;
