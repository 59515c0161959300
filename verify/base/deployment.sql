-- Verify kodiai:base/deployment on pg

begin;

\set owner :schema _owner
set local search_path = :"schema", public;

select _verify_function('_text_config', '
  immutable parallel safe security invoker ()
  returns text
');

select _verify_function('_registry', '
  immutable parallel safe security invoker ()
  returns text
');

select _verify_function('_schema_version', '
  stable parallel safe security invoker ()
  returns text
');

select _verify_none(
  'not granted to the owner role',
  array(
    select 'usage on schema ' || r.name
    from (values (:'registry')) as r (name)
    where not has_schema_privilege(:'owner', r.name, 'usage')
    union all
    select 'select on ' || format('%I.changes', r.name)
    from (values (:'registry')) as r (name)
    where not has_table_privilege(:'owner', format('%I.changes', r.name), 'select')
  )
);

rollback;
