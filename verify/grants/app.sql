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
      'check_search', 'claim_run', 'complete_run',
      'count_recent_timeouts', 'delete_checkpoint', 'get_author',
      'get_checkpoint', 'get_finding_by_comment',
      'get_last_reviewed_sha', 'get_memories', 'get_repo_stats',
      'get_retrieval_quality', 'has_memory', 'list_cost_by_day',
      'list_cost_by_model', 'list_feedback_patterns',
      'list_finding_comments', 'list_open_runs', 'list_prior_findings',
      'list_repo_trends', 'mark_stale_memories', 'purge_authors',
      'purge_runs', 'purge_stale_memories', 'purge_telemetry',
      'rebuild_postings', 'record_dep_bump_merge',
      'record_feedback_reactions', 'record_findings',
      'record_global_pattern', 'record_rate_limit_event',
      'record_resilience_event', 'record_retrieval_quality_event',
      'record_review', 'record_suppressions', 'record_telemetry_event',
      'release_run', 'rename_repo', 'save_checkpoint',
      'search_findings', 'search_memories', 'set_checkpoint_comment',
      'set_embedding_model', 'set_finding_comment', 'upsert_author',
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
