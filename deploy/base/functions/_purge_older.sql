-- Deploy kodiai:base/functions/_purge_older to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _purge_older(
  p_table text,
  p_column text,
  p_older_than interval,
  p_limit integer
)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_purged bigint;
begin
  -- An array of numbers, so that the rows are reached by the primary key, whatever the
  -- planner believes of the table. Rows that others hold wait for the next batch.
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

comment on function _purge_older(text, text, interval, integer) is
'Deletes the oldest rows of a table, a batch of them.
Arguments: p_table; p_column, the time that makes a row old, which has an index;
p_older_than; p_limit, how many rows at most. Result: how many were deleted.';

commit;
