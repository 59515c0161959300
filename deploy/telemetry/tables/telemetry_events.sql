-- Deploy kodiai:telemetry/tables/telemetry_events to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table telemetry_events (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  delivery_id short_name,
  repo repo_name not null,
  pr_number positive_number,
  pr_author login_name,
  event_type short_name not null,
  provider short_name not null default 'anthropic',
  model short_name not null,
  input_tokens natural_number not null default 0,
  output_tokens natural_number not null default 0,
  cache_read_tokens natural_number not null default 0,
  cache_creation_tokens natural_number not null default 0,
  duration_ms natural_number not null default 0,
  cost_usd usd_amount not null default 0,
  conclusion short_name not null,
  session_id short_name,
  num_turns natural_number,
  stop_reason short_name,
  constraint telemetry_events_pkey primary key (id)
);

-- One delivery may run the model several times, in different sessions. Nulls are not distinct:
-- without a session, a delivery has at most one run per event type.
create unique index telemetry_events_key
on telemetry_events (repo, delivery_id, event_type, session_id) nulls not distinct
where delivery_id is not null;

create index telemetry_events_created_at_idx on telemetry_events (created_at);
create index telemetry_events_repo_created_at_idx
on telemetry_events (repo, created_at desc);

comment on table telemetry_events is
'One row per run of the language model, with its usage and cost.';
comment on column telemetry_events.id is 'Event id.';
comment on column telemetry_events.created_at is
'When the event happened: when it was recorded, unless another time was given.';
comment on column telemetry_events.delivery_id is
'Webhook delivery that caused the run.';
comment on column telemetry_events.repo is 'Repository, owner/name in lower case.';
comment on column telemetry_events.pr_number is
'Pull request number.';
comment on column telemetry_events.pr_author is
'GitHub login of the pull request author, in lower case.';
comment on column telemetry_events.event_type is 'What the agent was doing, such as review.';
comment on column telemetry_events.provider is 'Provider of the model.';
comment on column telemetry_events.model is 'Model that ran.';
comment on column telemetry_events.input_tokens is 'Input tokens, not counting cached ones.';
comment on column telemetry_events.output_tokens is 'Output tokens.';
comment on column telemetry_events.cache_read_tokens is 'Input tokens read from the cache.';
comment on column telemetry_events.cache_creation_tokens is
'Input tokens written to the cache.';
comment on column telemetry_events.duration_ms is
'Duration of the run in milliseconds.';
comment on column telemetry_events.cost_usd is 'Cost of the run in US dollars.';
comment on column telemetry_events.conclusion is
'How the run ended; free text.';
comment on column telemetry_events.session_id is
'Agent session; distinguishes several runs for one delivery.';
comment on column telemetry_events.num_turns is 'Number of turns in the session.';
comment on column telemetry_events.stop_reason is 'Why the model stopped.';

commit;
