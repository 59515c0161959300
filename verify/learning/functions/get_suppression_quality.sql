-- Verify kodiai:learning/functions/get_suppression_quality on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_suppression_quality', '
  stable parallel safe security definer (p_repo text, p_days bigint DEFAULT 30)
  returns TABLE(category text, assessed bigint, suppressed bigint, checked bigint,
  settled bigint, unwanted bigint, estimated_precision double precision, precision_low
  double precision, precision_high double precision, contested bigint)
  set enable_seqscan=off
', '{app, reader}');

rollback;
