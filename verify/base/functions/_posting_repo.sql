-- Verify kodiai:base/functions/_posting_repo on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_posting_repo', '
  immutable parallel safe security invoker (p_repo text)
  returns bigint
');

-- What is stored depends on it.
select 1 / (_posting_repo('acme/api') = -1721975939229314641)::integer;

rollback;
