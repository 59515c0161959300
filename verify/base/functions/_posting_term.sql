-- Verify kodiai:base/functions/_posting_term on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_posting_term', '
  immutable parallel safe security invoker (p_table text, p_owner text, p_lexeme
  text)
  returns bigint
');

-- What is stored depends on it.
select 1 / (_posting_term('learning_memories', 'acme', 'cache') = 813409584482523200)::integer;

rollback;
