-- Verify kodiai:grants/reader on pg

begin;

\set reader :schema _reader
set local search_path = :"schema", public;

-- Has it: the reading functions.
select 1 / has_schema_privilege(:'reader', :'schema', 'usage')::integer;

select 1 / bool_and(has_function_privilege(:'reader', f.oid, 'execute'))::integer
from
  unnest(
    array[
      'check_search', 'count_recent_timeouts', 'get_author',
      'get_checkpoint', 'get_finding_by_comment',
      'get_last_reviewed_sha', 'get_memories', 'get_repo_stats',
      'get_retrieval_quality', 'has_memory', 'list_cost_by_day',
      'list_cost_by_model', 'list_feedback_patterns',
      'list_finding_comments', 'list_open_runs', 'list_prior_findings',
      'list_repo_trends', 'search_findings', 'search_memories'
    ]::regproc[]
  ) as f (oid);

-- Has not: any helper, any function that writes, any table or sequence, anything of its
-- own in the schema.
select 1 / (count(*) = 0)::integer
from pg_proc as p
where
  p.pronamespace = quote_ident(:'schema')::regnamespace
  and has_function_privilege(:'reader', p.oid, 'execute')
  and (p.proname like '\_%' or p.provolatile = 'v');

select 1 / (count(*) = 0)::integer
from pg_class as c
where
  c.relnamespace = quote_ident(:'schema')::regnamespace
  and case
    when c.relkind = 'S'
      then has_sequence_privilege(:'reader', c.oid, 'usage, select, update')
    when c.relkind in ('r', 'p', 'v', 'm')
      then has_table_privilege(
        :'reader', c.oid, 'select, insert, update, delete, truncate, references, trigger'
      ) or has_any_column_privilege(:'reader', c.oid, 'select, insert, update, references')
  end;

select 1 / (not has_schema_privilege(:'reader', :'schema', 'create'))::integer;

rollback;
