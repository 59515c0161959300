-- Verify kodiai:knowledge/tables/global_patterns on pg

begin;

set local search_path = :"schema", public;

select _verify_table('global_patterns', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column severity severity not null',
  'column category category not null',
  'column confidence_band confidence_band not null',
  'column pattern_fingerprint short_text not null',
  'column count bigint not null default 0',
  'constraint global_patterns_count_check CHECK ((count >= 0))',
  'constraint global_patterns_key UNIQUE (severity, category, confidence_band, '
  'pattern_fingerprint)',
  'constraint global_patterns_pkey PRIMARY KEY (id)',
  'index global_patterns_pkey btree (id)',
  'index global_patterns_key btree (severity, category, confidence_band, '
  'pattern_fingerprint)',
  'index global_patterns_count_idx btree (count DESC, id)'
]);

rollback;
