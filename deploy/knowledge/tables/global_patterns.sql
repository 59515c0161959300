-- Deploy kodiai:knowledge/tables/global_patterns to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table global_patterns (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  severity severity not null,
  category category not null,
  confidence_band confidence_band not null,
  pattern_fingerprint short_text not null,
  count bigint not null default 0,
  constraint global_patterns_pkey primary key (id),
  constraint global_patterns_key unique (
    severity, category, confidence_band, pattern_fingerprint
  ),
  constraint global_patterns_count_check check (count >= 0)
);

create index global_patterns_count_idx on global_patterns (count desc, id);

comment on table global_patterns is
'Counts of kinds of findings across all repositories; anonymous, without repository, file or '
'person.';
comment on column global_patterns.id is 'Pattern id.';
comment on column global_patterns.created_at is 'When the pattern was first recorded.';
comment on column global_patterns.severity is 'Severity of the findings.';
comment on column global_patterns.category is 'Category of the findings.';
comment on column global_patterns.confidence_band is 'How sure the agent was.';
comment on column global_patterns.pattern_fingerprint is 'Hash shared by equal patterns.';
comment on column global_patterns.count is 'Number of findings with this pattern.';

commit;
