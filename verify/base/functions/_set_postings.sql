-- Verify kodiai:base/functions/_set_postings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_set_postings', '
  volatile parallel unsafe security invoker ()
  returns trigger
  set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
');

rollback;
