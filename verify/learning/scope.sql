-- Verify kodiai:learning/scope on pg

begin;

set local search_path = :"schema", public;

select _verify_table('search_scope', array[
  'column owner text',
  'column repo text',
  'column outcomes text[]',
  'column severities text[]',
  'column categories text[]',
  'column excluded_repos text[]',
  'column path_prefix text',
  'column created_after timestamp with time zone',
  'column states text[]',
  'column metadata jsonb',
  'column embedding_model text',
  'column embedding_slot integer',
  'column excluded tsquery'
]);

select _verify_function('_make_scope', '
  immutable parallel safe security invoker (p_repo text, p_owner text, p_outcomes
  text[] DEFAULT NULL::text[], p_severities text[] DEFAULT NULL::text[], p_categories
  text[] DEFAULT NULL::text[], p_path_prefix text DEFAULT NULL::text, p_created_after
  timestamp with time zone DEFAULT NULL::timestamp with time zone, p_metadata jsonb
  DEFAULT NULL::jsonb, p_states text[] DEFAULT ''{active}''::text[])
  returns search_scope
');

select _verify_function('_in_scope', '
  immutable parallel safe security invoker (p_scope search_scope, p_owner text, p_repo
  text, p_outcome text, p_severity text, p_category text, p_file_path text,
  p_created_at timestamp with time zone)
  returns boolean
');

select _verify_function('_has_metadata', '
  immutable parallel safe security invoker (p_scope search_scope, p_metadata jsonb)
  returns boolean
');

select _verify_function('_with_model', '
  stable parallel safe security invoker (p_scope search_scope, p_embedding_model text
  DEFAULT NULL::text)
  returns search_scope
');

select _verify_function('_slot_code', '
  immutable parallel safe security invoker (p_scope search_scope, p_code bit varying,
  p_second_code bit varying)
  returns bit varying
');

select _verify_function('_slot_embedding', '
  immutable parallel safe security invoker (p_scope search_scope, p_embedding vector,
  p_second vector)
  returns vector
');

select _verify_function('_is_comparable', '
  immutable parallel safe security invoker (p_scope search_scope, p_embedding_model
  text, p_embedding_code bit varying, p_second_code bit varying)
  returns boolean
');

select _verify_function('_shown_model', '
  immutable parallel safe security invoker (p_scope search_scope, p_embedding_model
  text, p_second_code bit varying)
  returns text
');

select _verify_function('_shown_embedding', '
  immutable parallel safe security invoker (p_scope search_scope, p_embedding vector,
  p_second vector)
  returns vector
');

rollback;
