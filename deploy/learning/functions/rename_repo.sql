-- Deploy kodiai:learning/functions/rename_repo to pg

begin;

\set owner :schema _owner
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
  v_set text;
  v_renamed bigint;
  v_dropped bigint;
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_new_repo', p_new_repo, 'repo_name');
  if p_new_repo = p_repo then
    perform _reject_argument('p_new_repo', 'another name than p_repo', to_jsonb(p_new_repo)::text);
  end if;

  -- What both names have is one thing: what the new one has is the newer.
  for v_table, v_key, v_set in
    values
    ('reviews', null::text[], ''),
    ('feedback_reactions', array['comment_id', 'reaction_id'], ''),
    ('run_state', null, ''),
    ('author_cache', array['author_login'], ''),
    ('dep_bump_merge_history', array['pr_number'], ''),
    ('review_checkpoints', null, ''),
    ('telemetry_events', null, ''),
    ('rate_limit_events', null, ''),
    ('retrieval_quality_events', null, ''),
    ('resilience_events', null, ''),
    (
      'learning_memories', array['finding_id', 'outcome'],
      ', owner = split_part($2, ''/'', 1)
      , source_repo = case o.source_repo when $1 then $2 else o.source_repo end'
    )
  loop
    v_dropped := 0;
    if v_key is not null then
      execute format(
        'delete from %1$I as o using %1$I as n where o.repo = $1 and n.repo = $2 and %2$s',
        v_table,
        (select string_agg(format('o.%1$I = n.%1$I', k.key), ' and ') from unnest(v_key) as k (key))
      )
      using p_repo, p_new_repo;
      get diagnostics v_dropped = row_count;
    end if;
    execute format('update %I as o set repo = $2 %s where o.repo = $1', v_table, v_set)
    using p_repo, p_new_repo;
    get diagnostics v_renamed = row_count;
    return query select v_table, v_renamed, v_dropped;
  end loop;
end
$$;

comment on function rename_repo(text, text) is
'Follows the renaming of a repository, or its transfer to another owner, in all that is
known of it: one transaction, which takes about as long as writing its memories did. What
was recorded under the new name already stays. Repeating it is harmless, and picks up what
was written under the old name meanwhile.
Arguments: p_repo: the old owner/name. p_new_repo: the new one.
Result: one row per table. table_name. renamed: rows that have the new name now. dropped:
rows deleted because the new name had the same one (by the unique key) already.
Errors: 22004 and 22023 with the argument; nothing is written then.';

commit;
