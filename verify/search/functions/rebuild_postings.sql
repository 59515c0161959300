-- Verify kodiai:search/functions/rebuild_postings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('rebuild_postings', '
  volatile parallel unsafe security definer ()
  returns bigint
  set lock_timeout=10s
');

rollback;
