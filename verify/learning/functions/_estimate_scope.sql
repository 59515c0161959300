-- Verify kodiai:learning/functions/_estimate_scope on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_estimate_scope', '
  stable parallel safe security invoker (p_repo text, p_owner text, p_scope
  text, p_conditions text, p_sampled_above double precision)
  returns TABLE(rows double precision, share_in_scope double precision, share
  double precision)
  set enable_seqscan=off set enable_bitmapscan=off set
  plan_cache_mode=force_generic_plan
');

rollback;
