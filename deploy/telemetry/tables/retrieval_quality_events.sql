-- Deploy kodiai:telemetry/tables/retrieval_quality_events to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table retrieval_quality_events (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  delivery_id short_name,
  repo repo_name not null,
  pr_number positive_number,
  event_type short_name not null,
  top_k natural_number,
  distance_threshold cosine_distance,
  result_count natural_number not null,
  avg_distance cosine_distance,
  language_match_ratio ratio,
  threshold_method threshold_method,
  constraint retrieval_quality_events_pkey primary key (id),
  -- Nulls are distinct: events without a delivery are never duplicates.
  constraint retrieval_quality_events_key unique (repo, delivery_id)
);

create index retrieval_quality_events_created_at_idx
on retrieval_quality_events (created_at);

create index retrieval_quality_events_repo_created_at_idx
on retrieval_quality_events (repo, created_at desc);

comment on table retrieval_quality_events is
'One row per memory search: how many memories it returned and how close they were.';
comment on column retrieval_quality_events.id is 'Event id.';
comment on column retrieval_quality_events.created_at is
'When the event happened: when it was recorded, unless another time was given.';
comment on column retrieval_quality_events.delivery_id is
'Webhook delivery that the search was for.';
comment on column retrieval_quality_events.repo is 'Repository, owner/name in lower case.';
comment on column retrieval_quality_events.pr_number is
'Pull request number.';
comment on column retrieval_quality_events.event_type is
'What the agent was doing, such as review.';
comment on column retrieval_quality_events.top_k is 'Number of memories requested.';
comment on column retrieval_quality_events.distance_threshold is
'Maximum cosine distance accepted, 0 to 2.';
comment on column retrieval_quality_events.result_count is
'Number of memories used.';
comment on column retrieval_quality_events.avg_distance is
'Mean cosine distance of the memories used, 0 to 2.';
comment on column retrieval_quality_events.language_match_ratio is
'Fraction of the memories used that are in the preferred language, 0 to 1.';
comment on column retrieval_quality_events.threshold_method is
'How the threshold was chosen.';

commit;
