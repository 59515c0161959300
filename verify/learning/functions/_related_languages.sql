-- Verify kodiai:learning/functions/_related_languages on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_related_languages', '
  immutable parallel safe security invoker (p_languages text[])
  returns text[]
');

rollback;
