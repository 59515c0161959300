-- Verify kodiai:base/vector on pg

begin;

set local search_path = :"schema", public;

select 'public.vector'::regtype;

-- Iterative index scans need 0.8.0.
select _verify_none(
  'extension vector older than 0.8.0',
  array(
    select e.extversion
    from pg_extension as e
    where
      e.extname = 'vector'
      and string_to_array(e.extversion, '.')::integer[] < '{0,8,0}'
  )
);

select _verify_function('_embedding_dim', '
  immutable parallel safe security invoker ()
  returns integer
');

select _verify_function('_verify_embedding_dim', '
  immutable parallel safe security invoker (p_embedding_dim integer)
  returns void
');

select _verify_embedding_dim(:embedding_dim);

rollback;
