-- Import what the fourteen tables of the original schema hold, through the public functions.
--
-- Usage: psql -X -v source=public -v schema=kodiai -v embeddings=on -f scripts/import-original.sql
--
-- The variables and their defaults are
--   source      schema with the fourteen tables, in the same database (public)
--   schema      schema of kodiai (kodiai)
--   embeddings  off for tables whose embeddings have another width: embed again afterwards (on)
--
-- The role that runs it may read the source, is a member of the application role, and may create
-- temporary tables. Rows that the functions refuse are listed at the end, with the reason, and
-- nothing else is left out; docs/guides/transfer.md says what changes. The script can be
-- interrupted, and run again without effect on what it has imported.

\set ON_ERROR_STOP on
\set QUIET on
\if :{?source} \else \set source public \endif
\if :{?schema} \else \set schema kodiai \endif
\if :{?embeddings} \else \set embeddings on \endif
set search_path = :"schema", public;
set timezone = 'UTC';
set client_min_messages = warning;

-- As JSON, because each function gets the columns that are among its arguments.
create temp view original_reviews as
select t.id, to_jsonb(t) as columns from :"source".reviews as t;
create temp view original_findings as
select t.id, t.review_id, to_jsonb(t) as columns from :"source".findings as t;
create temp view original_suppression_log as
select t.id, t.review_id, t.pattern from :"source".suppression_log as t;
create temp view original_feedback_reactions as
select t.id, t.finding_id, to_jsonb(t) as columns from :"source".feedback_reactions as t;
create temp view original_run_state as
select t.id, to_jsonb(t) as columns from :"source".run_state as t;
create temp view original_learning_memories as
select t.id, t.finding_id, t.review_id, to_jsonb(t) as columns
from :"source".learning_memories as t;
create temp view original_rows as
select 'global_patterns' as name, 'record_global_pattern' as function, t.id, to_jsonb(t) as columns
from :"source".global_patterns as t
union all
select 'author_cache', 'upsert_author', t.id, to_jsonb(t) from :"source".author_cache as t
union all
select 'dep_bump_merge_history', 'record_dep_bump_merge', t.id, to_jsonb(t)
from :"source".dep_bump_merge_history as t
union all
select 'review_checkpoints', 'save_checkpoint', t.id, to_jsonb(t)
from :"source".review_checkpoints as t
union all
select 'telemetry_events', 'record_telemetry_event', t.id, to_jsonb(t)
from :"source".telemetry_events as t
union all
select 'rate_limit_events', 'record_rate_limit_event', t.id, to_jsonb(t)
from :"source".rate_limit_events as t
union all
select 'retrieval_quality_events', 'record_retrieval_quality_event', t.id, to_jsonb(t)
from :"source".retrieval_quality_events as t
union all
select 'resilience_events', 'record_resilience_event', t.id, to_jsonb(t)
from :"source".resilience_events as t;

create temp table original_settings as
select :'schema'::text as schema, :'embeddings'::boolean as has_embeddings;
create temp table new_reviews (id bigint primary key, new_id bigint);
create temp table new_findings (id bigint primary key, new_id bigint);
create temp table imported (name text, id bigint, problem text);

-- The call of a function with those columns that are among its arguments; columns that are null
-- get the default.
create function pg_temp.call_of(p_function text, p_columns jsonb) returns text
language sql as $$
select
  format(
    'select * from %I(%s)', p_function,
    string_agg(
      format(
        case a.type when 'jsonb' then '%I => $1 -> %L' else '%I => ($1 ->> %L)::%s' end,
        a.name, substr(a.name, 3), a.type
      ),
      ', '
    )
  )
from pg_proc as p
cross join lateral (
  select n.name, format_type(n.type, null) as type
  from unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) as n (name, type)
) as a
where
  p.proname = p_function
  and p.pronamespace = quote_ident((select s.schema from original_settings as s))::regnamespace
  and p_columns -> substr(a.name, 3) <> 'null'
$$;

create function pg_temp.call(p_function text, p_columns jsonb) returns void
language plpgsql as $$
begin
  execute pg_temp.call_of(p_function, p_columns) using p_columns;
end
$$;

-- Call a function, and note whether it refused the row.
create procedure pg_temp.import(p_name text, p_id bigint, p_function text, p_columns jsonb)
language plpgsql as $$
declare
  v_problem text;
begin
  begin
    perform pg_temp.call(p_function, p_columns);
  exception when others then
    v_problem := sqlerrm;
  end;
  insert into imported values (p_name, p_id, v_problem);
end
$$;

create function pg_temp.findings_of(p_ids bigint[]) returns jsonb
language sql as $$
select
  coalesce(
    jsonb_agg(
      (
        select jsonb_object_agg(c.key, c.value)
        from jsonb_each(f.columns) as c (key, value)
        where
          c.key = any (
            '{file_path, start_line, end_line, severity, category, confidence, title, suppressed,
            suppression_pattern, comment_id, comment_surface, review_output_key}'::text[]
          )
      )
      order by f.id
    ),
    '[]'
  )
from original_findings as f
where f.id = any (p_ids)
$$;

-- Import a review with those of its findings that are valid.
create procedure pg_temp.import_review(p_id bigint, p_columns jsonb)
language plpgsql as $$
declare
  v_id bigint;
  v_ids bigint[] := '{}';
  v_new record;
begin
  begin
    -- Without findings, and undone, to know what is refused.
    perform pg_temp.call('record_review', p_columns);
    raise exception using errcode = 'OK000';
  exception
    when sqlstate 'OK000' then null;
    when others then
      insert into imported values ('reviews', p_id, sqlerrm);
      insert into imported
      select 'findings', f.id, format('review %s was refused', p_id)
      from original_findings as f where f.review_id = p_id;
      return;
  end;

  for v_id in select f.id from original_findings as f where f.review_id = p_id order by f.id loop
    begin
      perform pg_temp.call(
        'record_review',
        p_columns
        || jsonb_build_object('findings', pg_temp.findings_of(array[v_id]), 'delivery_id', null)
      );
      raise exception using errcode = 'OK000';
    exception
      when sqlstate 'OK000' then
        v_ids := v_ids || v_id;
        insert into imported values ('findings', v_id, null);
      when others then
        insert into imported values ('findings', v_id, sqlerrm);
    end;
  end loop;

  p_columns := p_columns || jsonb_build_object(
    'findings', pg_temp.findings_of(v_ids),
    'suppressions', (
      select coalesce(jsonb_agg(distinct jsonb_build_object('pattern', s.pattern)), '[]')
      from original_suppression_log as s where s.review_id = p_id
    )
  );
  begin
    execute pg_temp.call_of('record_review', p_columns) into v_new using p_columns;
    insert into new_reviews values (p_id, v_new.review_id);
    insert into new_findings
    select o.id, o.new_id
    from unnest(v_ids, v_new.finding_ids) as o (id, new_id)
    where num_nonnulls(o.id, o.new_id) = 2;
    insert into imported values ('reviews', p_id, null);
    insert into imported
    select 'suppression_log', s.id, null
    from original_suppression_log as s where s.review_id = p_id;
  exception when others then
    insert into imported values ('reviews', p_id, sqlerrm);
  end;
end
$$;

-- Import a memory. One of a finding may be known, with another outcome, which is one more voice;
-- one without a finding is recognized by its id.
create procedure pg_temp.import_memory(p_id bigint, p_columns jsonb)
language plpgsql as $$
declare
  v_memory jsonb := p_columns - '{id, search_tsv, embedding, embedding_dim, owner}'::text[]
  || jsonb_build_object(
    'finding_id', (
      select n.new_id from new_findings as n where n.id = (p_columns ->> 'finding_id')::bigint
    ),
    'review_id', (
      select n.new_id from new_reviews as n where n.id = (p_columns ->> 'review_id')::bigint
    )
  );
  v_embeddings vector[];
  v_problem text;
begin
  begin
    if (select s.has_embeddings from original_settings as s) then
      v_embeddings := array[(p_columns ->> 'embedding')::vector];
    end if;
    if v_memory ->> 'finding_id' is not null then
      perform write_memories(jsonb_build_array(v_memory), v_embeddings);
    else
      perform import_memories(
        jsonb_build_array(v_memory || jsonb_build_object('memory_id', p_id)), v_embeddings
      );
    end if;
  exception when others then
    v_problem := sqlerrm;
  end;
  insert into imported values ('learning_memories', p_id, v_problem);
end
$$;

-- Commits now and then, because the locks of a transaction are limited.
do $$
declare
  v_row record;
begin
  for v_row in
    select
      r.id,
      r.columns || jsonb_build_object(
        'delivery_id',
        case
          when r.columns ->> 'delivery_id' is null then format('original review %s', r.id)
          when
            row_number() over (
              partition by
                lower(r.columns ->> 'repo'), r.columns ->> 'pr_number', r.columns ->> 'delivery_id'
              order by r.id
            ) > 1
            then format('%s, review %s', r.columns ->> 'delivery_id', r.id)
          else r.columns ->> 'delivery_id'
        end
      ) as columns
    from original_reviews as r
    order by r.id
  loop
    call pg_temp.import_review(v_row.id, v_row.columns);
    commit;
  end loop;
  insert into imported
  select 'findings', f.id, format('review %s does not exist', f.review_id)
  from original_findings as f
  where not exists (select from imported as i where i.name = 'findings' and i.id = f.id);
  insert into imported
  select 'suppression_log', s.id, format('review %s was not imported', s.review_id)
  from original_suppression_log as s
  where not exists (select from imported as i where i.name = 'suppression_log' and i.id = s.id);

  for v_row in
    select
      r.id,
      jsonb_build_object(
        'reactions', jsonb_build_array(
          (
            select jsonb_object_agg(c.key, c.value)
            from jsonb_each(r.columns) as c (key, value)
            where
              c.key = any (
                '{comment_id, comment_surface, reaction_id, reaction_content, reactor_login,
                reacted_at}'::text[]
              )
          ) || jsonb_build_object(
            'finding_id',
            (select n.new_id from new_findings as n where n.id = r.finding_id)
          )
        )
      ) as columns
    from original_feedback_reactions as r
    order by r.id
  loop
    call pg_temp.import(
      'feedback_reactions', v_row.id, 'record_feedback_reactions', v_row.columns
    );
    commit;
  end loop;

  for v_row in select r.id, r.columns from original_run_state as r order by r.id loop
    call pg_temp.import('run_state', v_row.id, 'claim_run', v_row.columns);
    if v_row.columns ->> 'status' = 'completed' then
      perform complete_run(v_row.columns ->> 'run_key')
      from imported as i
      where i.name = 'run_state' and i.id = v_row.id and i.problem is null;
    end if;
    commit;
  end loop;

  for v_row in
    select r.name, r.function, r.id, r.columns
    from original_rows as r
    where r.name <> 'global_patterns'
    order by r.name, r.id
  loop
    call pg_temp.import(v_row.name, v_row.id, v_row.function, v_row.columns);
    commit;
  end loop;
end
$$;

-- At once, because recording a pattern again adds to its count.
do $$
declare
  v_row record;
  v_has_patterns constant boolean := exists (
    select from list_global_patterns(p_min_count => 0, p_limit => 1)
  );
begin
  for v_row in
    select r.name, r.function, r.id, r.columns
    from original_rows as r
    where r.name = 'global_patterns'
    order by r.id
  loop
    if v_has_patterns then
      insert into imported
      values (v_row.name, v_row.id, 'not imported: the schema has patterns already');
    else
      call pg_temp.import(v_row.name, v_row.id, v_row.function, v_row.columns);
    end if;
  end loop;
end
$$;

do $$
declare
  v_row record;
begin
  -- Not that of the first memory, which may be an older model.
  perform set_embedding_model(m.model)
  from (
    select r.columns ->> 'embedding_model' as model
    from original_learning_memories as r
    where
      r.columns ->> 'embedding' is not null
      and (select s.has_embeddings from original_settings as s)
    group by 1
    order by count(*) desc, 1
    limit 1
  ) as m
  where not exists (select from get_info() as i where i.active_model is not null);
  for v_row in select r.id, r.columns from original_learning_memories as r order by r.id loop
    call pg_temp.import_memory(v_row.id, v_row.columns);
    commit;
  end loop;
end
$$;

\echo 'Imported and refused rows:'
select
  i.name,
  count(*) filter (where i.problem is null) as imported,
  count(i.problem) as refused
from imported as i
group by i.name
order by i.name;

\echo 'Refused:'
\pset format unaligned
\pset tuples_only on
select format('%s %s: %s', i.name, i.id, i.problem)
from imported as i
where i.problem is not null
order by i.name, i.id;
