-- Verify kodiai:base/functions/_bm25_setting on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_bm25_setting', '
  stable parallel safe security invoker (p_name text, p_default double
  precision, p_domain text)
  returns double precision
');

rollback;
