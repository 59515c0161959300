-- Deploy kodiai:learning/functions/purge_assessments to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_assessments(
  p_older_than interval default '365 days', p_limit bigint default 1000
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_purged bigint;
begin
  perform _check_argument('p_older_than', p_older_than::text, 'retention');
  perform _check_argument('p_limit', p_limit::text, 'batch_size');
  v_purged := _purge_older('assessments', 'created_at', p_older_than, p_limit);
  if v_purged < p_limit then
    v_purged := v_purged + _purge_older(
      'recalled_memories', 'created_at', p_older_than, p_limit - v_purged
    );
  end if;
  return v_purged;
end
$$;

comment on function purge_assessments is
'Delete one batch of old assessments and recalls.

Call it repeatedly until it returns less than p_limit. Rows locked by other transactions are left
for a later call. What they said about memories stays (list_memory_usage, trust).

Arguments:
  p_older_than: 0, or 1 hour to 1000 years; only rows recorded longer ago than this
  p_limit: 1 to 100000; maximum number of rows to delete

Result: number of deleted rows.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_older_than => interval ''365 days''
  p_limit => 1000';

grant execute on function purge_assessments to :"app";

commit;
