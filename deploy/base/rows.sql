-- Deploy kodiai:base/rows to pg
--
-- Row operations that functions on several tables share.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _current_repo(p_repo text)
returns text
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return coalesce(
    (select n.new_repo::text from repo_renames as n where n.old_repo = p_repo), p_repo
  );
end
$$;

comment on function _current_repo is
'Return the current name of a repository that was renamed. A new repository may have taken the old
name, so use this to recognize a delivery or a key from before the rename, not to redirect calls.
Argument: p_repo, owner/name.
Result: its current name; p_repo itself unless it was renamed.';

create function _find_row(p_table text, p_row jsonb, p_key text[])
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_key text;
  v_id bigint;
begin
  -- IS NOT DISTINCT FROM could not use an index.
  select
    string_agg(
      case
        when p_row ->> k.key is null then format('e.%I is null', k.key)
        else format('e.%I = %L', k.key, p_row ->> k.key)
      end,
      ' and '
    )
  into v_key
  from unnest(p_key) as k (key);
  -- Dynamic: the table and its key vary.
  execute format('select e.id from %I as e where %s', p_table, v_key) into v_id;
  return v_id;
end
$$;

comment on function _find_row is
'Find the row of a table that has a unique key.
Arguments: p_table; p_row, an object with columns as keys; p_key, the columns of the unique
constraint.
Result: its id; null if there is none.';

create function _check_created_at(p_created_at timestamptz)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if p_created_at > _now() then
    perform _reject_argument(
      'p_created_at', 'a time that is not in the future', to_jsonb(p_created_at)::text
    );
  end if;
end
$$;

comment on function _check_created_at is
'Reject a p_created_at in the future.
Argument: p_created_at, an event_time (_check_arguments); may be null.
Errors: 22023.';

create function _insert_or_get(p_table text, p_row jsonb, p_key text[])
returns table (id bigint, inserted boolean)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_repo text;
  v_columns text;
  v_types text;
  v_id bigint;
  v_inserted boolean;
begin
  perform _check_arguments(p_table, p_row);
  perform _check_created_at((p_row ->> 'created_at')::timestamptz);
  p_row := p_row || jsonb_strip_nulls(
    jsonb_build_object(
      'repo', _fold_name(p_row ->> 'repo'), 'pr_author', _fold_name(p_row ->> 'pr_author')
    )
  );

  -- A delivery from before a rename still carries the old name.
  v_repo := _current_repo(p_row ->> 'repo');
  if v_repo <> p_row ->> 'repo' and p_row ->> 'delivery_id' is not null then
    v_id := _find_row(
      p_table, p_row || jsonb_build_object('repo', v_repo), p_key || array['delivery_id']
    );
    if v_id is not null then
      return query select v_id, false;
      return;
    end if;
  end if;

  -- Omit nulls, so that their columns get the default.
  select
    string_agg(format('%I', a.attname), ', '),
    string_agg(format('%I %s', a.attname, a.atttypid::regtype), ', ')
  into v_columns, v_types
  from pg_attribute as a
  where a.attrelid = p_table::regclass and p_row -> a.attname::text <> 'null';

  -- Dynamic: the table and its columns vary.
  execute format(
    'insert into %I (%s) select %s from jsonb_to_record($1) as r (%s)
    on conflict do nothing returning id',
    p_table, v_columns, v_columns, v_types
  )
  into v_id
  using p_row;
  v_inserted := v_id is not null;

  if not v_inserted then
    v_id := _find_row(p_table, p_row, p_key);
    if v_id is null then
      raise exception using
        errcode = 'serialization_failure',
        message = 'the existing row was deleted concurrently',
        hint = 'Retry the transaction.';
    end if;
  end if;

  return query select v_id, v_inserted;
end
$$;

comment on function _insert_or_get is
'Insert a row or get the existing one with the same key, for events that may be reported twice,
the second time under a former name of the repository.
Arguments: p_table; p_row, an object with columns as keys, including repo; p_key, the columns of
the unique constraint.
Result: one row. id, of the new or existing row; inserted, whether it is new.
Errors: 22004 and 22023 as in _check_arguments and _check_created_at; 40001 if the existing row was
deleted concurrently.';

create function _purge_older(
  p_table text,
  p_column text,
  p_older_than interval,
  p_limit bigint
)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_purged bigint;
begin
  -- Dynamic: the table and the column vary. An array of ids, so that rows are always deleted
  -- by primary key; locked rows are left for a later batch.
  execute format(
    'delete from %1$I where id = any (
      array(
        select d.id from %1$I as d where d.%2$I < $1
        order by d.%2$I limit $2 for update skip locked
      )
    )',
    p_table, p_column
  )
  using _now() - p_older_than, p_limit;
  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;

comment on function _purge_older is
'Delete one batch of the oldest rows of a table.
Arguments: p_table; p_column, the indexed time from which age is measured; p_older_than; p_limit,
the batch size.
Result: number of deleted rows.';

commit;
