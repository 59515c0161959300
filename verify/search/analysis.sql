-- Verify kodiai:search/analysis on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_normalize_unicode', '
  immutable parallel safe security invoker (p_text text)
  returns text
');

select _verify_function('_split_scripts', '
  immutable parallel safe security invoker (p_text text)
  returns text
');

select _verify_function('_list_letters', '
  immutable parallel safe security invoker (p_text text)
  returns text[]
');

select _verify_function('_drop_contractions', '
  immutable parallel safe security invoker (p_text text)
  returns text
');

select _verify_function('_normalize_text', '
  immutable parallel safe security invoker (p_text text)
  returns text
');

select _verify_function('_boundary_pattern', '
  immutable parallel safe security invoker ()
  returns text
');

select _verify_function('_split_identifiers', '
  immutable parallel safe security invoker (p_text text)
  returns text
');

select _verify_function('_extract_identifiers', '
  immutable parallel safe security invoker (p_text text)
  returns tsvector
');

select _verify_function('_cut_words', '
  immutable parallel safe security invoker (p_text text)
  returns text
');

select _verify_function('_stem_words', '
  immutable parallel safe security invoker (p_text text)
  returns tsvector
');

select _verify_function('_to_tsvector', '
  immutable parallel safe security invoker (p_text text)
  returns tsvector
');

select _verify_function('_path_lexemes', '
  immutable parallel safe security invoker (p_path text)
  returns tsvector
');

select _verify_function('_document_lexemes', '
  immutable parallel safe security invoker (p_text text, p_path text DEFAULT NULL::text)
  returns tsvector
');

rollback;
