-- Deploy kodiai:learning/functions/rename_repo to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function rename_repo(
  p_repo text,
  p_new_repo text
)
returns table (table_name text, renamed bigint, dropped bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_table text;
  v_key text[];
  v_older text;
  v_set text;
  v_tries integer;
  v_renamed bigint;
  v_dropped bigint;
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_new_repo', p_new_repo, 'repo_name');
  if p_new_repo = p_repo then
    perform _reject_argument('p_new_repo', 'another name than p_repo', to_jsonb(p_new_repo)::text);
  end if;

  -- Memories first, because they take longest: the small tables, which others wait for,
  -- are then held only briefly.
  for v_table, v_key, v_older, v_set in
    values
    (
      'learning_memories', array['finding_id', 'outcome'], '(n.stale and not o.stale)',
      ', owner = split_part($2, ''/'', 1)
      , source_repo = case o.source_repo when $1 then $2 else o.source_repo end'
    ),
    -- Waits for reactions to its findings that are being recorded.
    ('reviews', null, null, ''),
    ('feedback_reactions', array['comment_id', 'reaction_id'], 'false', ''),
    ('author_cache', array['author_login'], 'n.cached_at < o.cached_at', ''),
    ('dep_bump_merge_history', array['pr_number'], 'false', ''),
    ('review_checkpoints', null, null, ''),
    ('telemetry_events', null, null, ''),
    ('rate_limit_events', null, null, ''),
    ('retrieval_quality_events', null, null, ''),
    ('resilience_events', null, null, ''),
    ('run_state', null, null, '')
  loop
    v_dropped := 0;
    v_tries := 0;
    loop
      begin
        -- Dynamic: the table, its key and what else it renames vary.
        -- By id, as mark_stale_memories does.
        execute format('select from %I as o where o.repo = $1 order by o.id for update', v_table)
        using p_repo;
        if v_key is not null then
          -- What both names have is one thing.
          execute format(
            'with twins as (
              select case when %s then n.id else o.id end as id
              from %I as o inner join %2$I as n on %s
              where o.repo = $1 and n.repo = $2
            )
            delete from %2$I where id = any (array(select t.id from twins as t))',
            v_older, v_table,
            (
              select string_agg(format('o.%1$I = n.%1$I', k.key), ' and ')
              from unnest(v_key) as k (key)
            )
          )
          using p_repo, p_new_repo;
          get diagnostics v_dropped = row_count;
        end if;
        execute format('update %I as o set repo = $2 %s where o.repo = $1', v_table, v_set)
        using p_repo, p_new_repo;
        get diagnostics v_renamed = row_count;
        exit;
      exception when unique_violation then
        -- Somebody has just written a twin under the new name.
        v_tries := v_tries + 1;
        if v_tries = 5 then
          raise exception using
            errcode = 'serialization_failure',
            message = format('%s of the new name were written meanwhile', v_table),
            hint = 'Try the transaction again.';
        end if;
      end;
    end loop;
    return query select v_table, v_renamed, v_dropped;
  end loop;
end
$$;

comment on function rename_repo is
'Follows the renaming of a repository, or its transfer to another owner, in every table:
one transaction, which takes about as long as writing its memories did. source_repo of
its memories follows where it is the same; keys that the agent made of the name, such as
run_key, do not. Of what both names have, by the unique key, that of the new one stays;
but an author noted later, or a memory that is not stale, goes before. Repeating it is
harmless, and picks up what was written under the old name meanwhile.
Arguments: p_repo: the old owner/name. p_new_repo: the new one.
Result: one row per table. table_name. renamed: rows that have the new name now. dropped:
rows deleted because both names had the same one.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 where the same
rows are written under the new name again and again meanwhile, and 40P01: try again.';

grant execute on function rename_repo to :"app";

commit;
