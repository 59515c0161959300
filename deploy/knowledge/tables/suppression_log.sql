-- Deploy kodiai:knowledge/tables/suppression_log to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table suppression_log (
  id bigint not null generated always as identity,
  review_id bigint not null,
  pattern short_text not null,
  matched_count natural_number not null default 0,
  finding_ids bigint[] not null default '{}',
  constraint suppression_log_pkey primary key (id),
  constraint suppression_log_review_id_fkey foreign key (review_id)
  references reviews (id) on delete cascade,
  constraint suppression_log_key unique (review_id, pattern)
);

comment on table suppression_log is 'One row per suppression rule that a review applied.';
comment on column suppression_log.id is 'Entry id.';
comment on column suppression_log.review_id is 'Review that applied the rule.';
comment on column suppression_log.pattern is 'Suppression rule, as the team wrote it.';
comment on column suppression_log.matched_count is 'Number of findings that the rule suppressed.';
comment on column suppression_log.finding_ids is 'Ids of the findings that the rule suppressed.';

commit;
