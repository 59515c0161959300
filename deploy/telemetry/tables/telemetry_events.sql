-- Deploy kodiai:telemetry/tables/telemetry_events to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table telemetry_events (
  id bigint not null generated always as identity,
  created_at timestamptz not null default now(),
  delivery_id text,
  repo repo_name not null,
  pr_number bigint,
  pr_author text,
  event_type text not null,
  provider text not null default 'anthropic',
  model text not null,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cache_read_tokens bigint not null default 0,
  cache_creation_tokens bigint not null default 0,
  duration_ms bigint not null default 0,
  cost_usd numeric not null default 0,
  conclusion text not null,
  session_id text,
  num_turns integer,
  stop_reason text,
  constraint telemetry_events_pkey primary key (id),
  constraint telemetry_events_counts_check check (
    least(
      input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens,
      duration_ms, num_turns
    ) >= 0
  ),
  constraint telemetry_events_cost_usd_check check (
    cost_usd >= 0 and cost_usd < 'infinity'
  )
);

create index telemetry_events_created_at_idx on telemetry_events (created_at);
create index telemetry_events_repo_created_at_idx
on telemetry_events (repo, created_at desc);

comment on table telemetry_events is
'One row per run of the language model: what it did and what it cost.';
comment on column telemetry_events.id is 'Number of the event.';
comment on column telemetry_events.created_at is 'When the event was recorded.';
comment on column telemetry_events.delivery_id is
'Webhook delivery that caused the run.';
comment on column telemetry_events.repo is 'Repository, owner/name.';
comment on column telemetry_events.pr_number is
'Number of the pull request in its repository.';
comment on column telemetry_events.pr_author is
'GitHub login of the author of the pull request.';
comment on column telemetry_events.event_type is 'What the agent was asked to do.';
comment on column telemetry_events.provider is 'Who ran the model.';
comment on column telemetry_events.model is 'Model that ran.';
comment on column telemetry_events.input_tokens is 'Tokens read, outside the cache.';
comment on column telemetry_events.output_tokens is 'Tokens written.';
comment on column telemetry_events.cache_read_tokens is 'Tokens read from the cache.';
comment on column telemetry_events.cache_creation_tokens is
'Tokens written to the cache.';
comment on column telemetry_events.duration_ms is
'How long the run took, in milliseconds.';
comment on column telemetry_events.cost_usd is 'What the run cost, in US dollars.';
comment on column telemetry_events.conclusion is
'How the run ended, in the word of the agent.';
comment on column telemetry_events.session_id is 'Session of the agent.';
comment on column telemetry_events.num_turns is 'How many turns the session took.';
comment on column telemetry_events.stop_reason is 'Why the model stopped.';

commit;
