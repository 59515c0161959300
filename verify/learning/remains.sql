-- Verify kodiai:learning/remains on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_list_text_columns', '
  stable parallel safe security invoker (p_relkind text)
  returns TABLE(table_name text, column_name text, type text, base_type text)
');

select _verify_function('_name_pattern', '
  immutable parallel safe security invoker (p_name text, p_kind text)
  returns text
');

select _verify_function('_mention_condition', '
  immutable parallel safe security invoker (p_kind text, p_type text, p_base_type
  text, p_value text)
  returns text
');

select _verify_table('mention', array[
  'column name text',
  'column pattern text',
  'column json_name text',
  'column json_pattern text',
  'column lexemes tsquery'
]);

select _verify_function('_count_column_mentions', '
  stable parallel safe security invoker (p_kind text, p_mention mention)
  returns TABLE(table_name text, column_name text, rows bigint)
');

select _verify_function('_count_sample_mentions', '
  stable parallel safe security invoker (p_kind text, p_mention mention)
  returns TABLE(table_name text, column_name text, rows bigint)
');

select _verify_function('_mention', '
  stable parallel safe security invoker (p_kind text, p_name text)
  returns mention
');

select _verify_function('_count_remaining_postings', '
  stable parallel safe security invoker (p_repo text, p_owner text)
  returns bigint
  set plan_cache_mode=force_custom_plan
');

rollback;
