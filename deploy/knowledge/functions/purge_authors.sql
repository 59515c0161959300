-- Deploy kodiai:knowledge/functions/purge_authors to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_authors(
  p_older_than interval,
  p_limit integer default 1000
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_older_than', p_older_than::text, 'age');
  perform _check_argument('p_limit', p_limit::text, 'batch_size');
  return _purge_older('author_cache', 'cached_at', p_older_than, p_limit);
end
$$;

comment on function purge_authors is
'Deletes what is known of authors and oldest, a batch of it: call it until it returns less
than p_limit.
Arguments: p_older_than: how long ago it was noted. p_limit: how many entries at most, 1
to 100000.
Result: how many were deleted.
Errors: 22004 and 22023 with the argument.';

grant execute on function purge_authors to :"app";

commit;
