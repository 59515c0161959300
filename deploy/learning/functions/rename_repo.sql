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
  v_delete_new text;
  v_set text;
  v_attempts integer;
  v_renamed bigint;
  v_dropped bigint;
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_new_repo', p_new_repo, 'repo_name');
  if p_new_repo = p_repo then
    perform _reject_argument('p_new_repo', 'a name other than p_repo', to_jsonb(p_new_repo)::text);
  end if;

  -- Memories first, because they take longest: the other tables, whose rows other calls wait
  -- for, are then locked only briefly.
  for v_table, v_key, v_delete_new, v_set in
    values
    (
      'learning_memories', array['finding_id', 'outcome'], '(n.stale and not o.stale)',
      ', owner = split_part($2, ''/'', 1)
      , source_repo = case o.source_repo when $1 then $2 else o.source_repo end'
    ),
    -- Waits for transactions that are recording reactions to the findings of the reviews.
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
    v_attempts := 0;
    loop
      begin
        -- Dynamic: the table, its key and the other columns to set vary.
        -- Lock in id order, like mark_stale_memories, so that the two do not deadlock.
        execute format('select from %I as o where o.repo = $1 order by o.id for update', v_table)
        using p_repo;
        if v_key is not null then
          -- Of two rows with the same key, delete that of the old (o) or of the new name (n).
          execute format(
            'with duplicates as (
              select case when %s then n.id else o.id end as id
              from %I as o inner join %2$I as n on %s
              where o.repo = $1 and n.repo = $2
            )
            delete from %2$I where id = any (array(select d.id from duplicates as d))',
            v_delete_new, v_table,
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
        -- A row with the same key was just written under the new name.
        v_attempts := v_attempts + 1;
        if v_attempts = 5 then
          raise exception using
            errcode = 'serialization_failure',
            message = format('rows with the same keys kept being written to %s', v_table),
            hint = 'Retry the transaction.';
        end if;
      end;
    end loop;
    return query select v_table, v_renamed, v_dropped;
  end loop;
end
$$;

comment on function rename_repo is
'Rename a repository in every table, after a rename or transfer on GitHub.

Runs in one transaction and takes about as long as writing the memories of the repository did. A
source_repo equal to p_repo is renamed too; keys that the agent derived from the name, such as
run_key, are not.

If both names have a row with the same unique key, the row of p_new_repo is kept, except for an
author cached later under p_repo, and for a memory that is stale under p_new_repo only. Repeating
the call is harmless, and renames rows written under the old name in the meantime.

Arguments:
  p_repo: owner/name; the old name
  p_new_repo: owner/name; the new name

Result: rows, each a RenamedRows, one per table.
  table_name: name of the table
  renamed: number of rows moved to the new name
  dropped: number of rows deleted because both names had a row with the same unique key

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid, or both names are the same; the message names it
  40001: rows with the same keys kept being written under the new name or, under repeatable read
    or serializable, a concurrent transaction changed one of the rows; retry the transaction
  40P01: a deadlock with a concurrent transaction; retry the transaction

Example:
  p_repo => ''acme/api''
  p_new_repo => ''acme/service''';

grant execute on function rename_repo to :"app";

commit;
