-- Deploy kodiai:telemetry/tables/rate_limit_events to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table rate_limit_events (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  delivery_id short_name,
  repo repo_name not null,
  pr_number positive_number,
  event_type short_name not null,
  cache_hit_rate ratio not null,
  skipped_queries natural_number not null,
  retry_attempts natural_number not null,
  degradation_path short_text not null,
  constraint rate_limit_events_pkey primary key (id),
  -- Nulls are distinct: events without a delivery are never duplicates.
  constraint rate_limit_events_key unique (repo, delivery_id, event_type)
);

create index rate_limit_events_created_at_idx on rate_limit_events (created_at);

create index rate_limit_events_repo_created_at_idx
on rate_limit_events (repo, created_at desc);

comment on table rate_limit_events is
'One row per GitHub rate limit that degraded the work of the agent.';
comment on column rate_limit_events.id is 'Event id.';
comment on column rate_limit_events.created_at is
'When the event happened: when it was recorded, unless another time was given.';
comment on column rate_limit_events.delivery_id is
'Webhook delivery that hit the limit.';
comment on column rate_limit_events.repo is 'Repository, owner/name in lower case.';
comment on column rate_limit_events.pr_number is
'Pull request number.';
comment on column rate_limit_events.event_type is 'What the agent was doing, such as review.';
comment on column rate_limit_events.cache_hit_rate is
'Fraction of the queries answered from the cache, 0 to 1.';
comment on column rate_limit_events.skipped_queries is
'Number of queries skipped.';
comment on column rate_limit_events.retry_attempts is
'Number of queries retried.';
comment on column rate_limit_events.degradation_path is 'What the agent did instead.';

commit;
