-- Deploy kodiai:knowledge/functions/purge_authors to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_authors(
  p_older_than interval,
  p_limit bigint default 1000
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_older_than', p_older_than::text, 'retention');
  perform _check_argument('p_limit', p_limit::text, 'batch_size');
  return _purge_older('author_cache', 'cached_at', p_older_than, p_limit);
end
$$;

comment on function purge_authors is
'Delete one batch of the oldest cached authors.

Call it repeatedly until it returns less than p_limit. Rows locked by other transactions are left
for a later call.

Arguments:
  p_older_than: 0, or 1 hour to 1000 years; minimum age of an entry
  p_limit: 1 to 100000; maximum number of entries to delete

Result: number of deleted entries.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    entries; retry the transaction

Example:
  p_older_than => interval ''30 days''';

grant execute on function purge_authors to :"app";

commit;
