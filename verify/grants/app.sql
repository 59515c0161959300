-- Verify kodiai:grants/app on pg

begin;

\set app :schema _app
set local search_path = :"schema", public;

-- Has it: every public function.
select 1 / has_schema_privilege(:'app', :'schema', 'usage')::integer;

select 1 / bool_and(has_function_privilege(:'app', f.oid, 'execute'))::integer
from
  unnest(
    array[
      'get_memories', 'has_memory', 'search_memories', 'set_embedding_model',
      'write_memories', 'write_memory'
    ]::regproc[]
  ) as f (oid);

-- Has not: any helper, any table or sequence, anything of its own in the schema.
select 1 / (count(*) = 0)::integer
from pg_proc as p
where
  p.pronamespace = quote_ident(:'schema')::regnamespace
  and has_function_privilege(:'app', p.oid, 'execute')
  and p.proname like '\_%';

select 1 / (count(*) = 0)::integer
from pg_class as c
where
  c.relnamespace = quote_ident(:'schema')::regnamespace
  and case
    when c.relkind = 'S'
      then has_sequence_privilege(:'app', c.oid, 'usage, select, update')
    when c.relkind in ('r', 'p', 'v', 'm')
      then has_table_privilege(
        :'app', c.oid, 'select, insert, update, delete, truncate, references, trigger'
      ) or has_any_column_privilege(:'app', c.oid, 'select, insert, update, references')
  end;

select 1 / (not has_schema_privilege(:'app', :'schema', 'create'))::integer;

rollback;
