-- Verify kodiai:base/schema on pg

begin;

-- psql does not interpolate variables into the block below.
set local "kodiai.schema" = :'schema';

do $$
declare
  v_schema constant regnamespace := quote_ident(current_setting('kodiai.schema'));
  v_owner constant regrole := quote_ident(current_setting('kodiai.schema') || '_owner');
  v_flaws text;
begin
  select string_agg(f.flaw, e'\n')
  into v_flaws
  from (
    select
      format(
        'schema %s is owned by %s, not by %s', n.oid::regnamespace, n.nspowner::regrole, v_owner
      )
    from pg_namespace as n
    where n.oid = v_schema and n.nspowner <> v_owner
    union all
    select format('schema %s has no comment', v_schema)
    where obj_description(v_schema, 'pg_namespace') is null
    union all
    select
      format(
        'new functions of %s are granted to %s', v_owner,
        case a.grantee when 0 then 'public' else a.grantee::regrole::text end
      )
    from
      aclexplode(
        coalesce(
          (
            select d.defaclacl
            from pg_default_acl as d
            where d.defaclrole = v_owner and d.defaclnamespace = 0 and d.defaclobjtype = 'f'
          ),
          acldefault('f', v_owner)
        )
      ) as a
    where a.grantee <> v_owner
  ) as f (flaw);
  if v_flaws is not null then
    raise exception '%', v_flaws;
  end if;
end
$$;

rollback;
