-- Verify kodiai:base/arguments on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_reject_argument', '
  immutable parallel safe security invoker (p_argument text, p_expected text, p_got
  text)
  returns void
');

select _verify_function('_reject_unknown', '
  immutable parallel safe security invoker (p_code text, p_argument text, p_kind
  text, p_key jsonb, p_repo text DEFAULT NULL::text)
  returns void
');

select _verify_function('_describe_domain', '
  stable parallel safe security invoker (p_domain text)
  returns text
');

select _verify_function('_fold_value', '
  immutable parallel safe security invoker (p_value text, p_type text)
  returns text
');

select _verify_function('_check_argument', '
  stable parallel safe security invoker (p_argument text, p_value text, p_type text)
  returns text
');

select _verify_function('_check_optional', '
  stable parallel safe security invoker (p_argument text, p_value text, p_type text)
  returns text
');

select _verify_function('_check_size', '
  immutable parallel safe security invoker (p_argument text, p_size integer)
  returns void
');

select _verify_function('_check_array', '
  stable parallel safe security invoker (p_argument text, p_values text[],
  p_domain text)
  returns void
');

select _verify_function('_check_columns', '
  stable parallel safe security invoker (p_table text, p_objects jsonb, p_keys
  text[], p_format text)
  returns void
');

select _verify_function('_check_arguments', '
  stable parallel safe security invoker (p_table text, p_arguments jsonb)
  returns void
');

select _verify_function('_check_objects', '
  stable parallel safe security invoker (p_table text, p_argument text, p_objects
  jsonb, p_keys text[])
  returns void
');

select _verify_function('_check_scope', '
  stable parallel safe security invoker (p_repo text, p_owner text, OUT repo text, OUT owner text)
  returns record
');

rollback;
