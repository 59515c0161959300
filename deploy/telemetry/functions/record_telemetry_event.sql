-- Deploy kodiai:telemetry/functions/record_telemetry_event to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_telemetry_event(
  p_repo text,
  p_event_type text,
  p_model text,
  p_conclusion text,
  p_delivery_id text default null,
  p_session_id text default null,
  p_pr_number bigint default null,
  p_pr_author text default null,
  p_provider text default 'anthropic',
  p_input_tokens bigint default 0,
  p_output_tokens bigint default 0,
  p_cache_read_tokens bigint default 0,
  p_cache_creation_tokens bigint default 0,
  p_duration_ms bigint default 0,
  p_cost_usd numeric default 0,
  p_num_turns bigint default null,
  p_stop_reason text default null,
  p_created_at timestamptz default null
)
returns table (event_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Times pass through JSON, which not every time zone allows.
set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  select r.id, r.inserted
  from _insert_or_get(
    'telemetry_events',
    jsonb_build_object(
      'repo', p_repo,
      'event_type', p_event_type,
      'model', p_model,
      'conclusion', p_conclusion,
      'delivery_id', p_delivery_id,
      'session_id', p_session_id,
      'pr_number', p_pr_number,
      'pr_author', p_pr_author,
      'provider', p_provider,
      'input_tokens', p_input_tokens,
      'output_tokens', p_output_tokens,
      'cache_read_tokens', p_cache_read_tokens,
      'cache_creation_tokens', p_cache_creation_tokens,
      'duration_ms', p_duration_ms,
      'cost_usd', p_cost_usd,
      'num_turns', p_num_turns,
      'stop_reason', p_stop_reason,
      'created_at', p_created_at
    ),
    array['repo', 'delivery_id', 'event_type', 'session_id']
  ) as r;
end
$$;

comment on function record_telemetry_event is
'Record a run of the language model, with its usage and cost.

Idempotent: p_repo, p_delivery_id, p_event_type and p_session_id identify the run, and recording
it again changes nothing, not even under the name that the repository had before rename_repo.
Without p_delivery_id, each call records a new event.

Null means the default for p_provider, the token counts, p_duration_ms and p_cost_usd.

Arguments:
  p_repo: owner/name; repository the run was for
  p_event_type: 1 to 200 characters; what the agent was doing, such as review
  p_model: 1 to 200 characters; model that ran
  p_conclusion: 1 to 200 characters; how the run ended; free text
  p_delivery_id: 1 to 200 characters; webhook delivery that caused the run; null to record a new
    event on each call
  p_session_id: 1 to 200 characters; agent session; distinguishes several runs for one delivery;
    null if unknown
  p_pr_number: 1 or more; pull request number; null if unknown
  p_pr_author: 1 to 200 characters; GitHub login of the pull request author; null if unknown
  p_provider: 1 to 200 characters; provider of the model
  p_input_tokens: 0 to 10^15; input tokens, not counting cached ones
  p_output_tokens: 0 to 10^15; output tokens
  p_cache_read_tokens: 0 to 10^15; input tokens read from the cache
  p_cache_creation_tokens: 0 to 10^15; input tokens written to the cache
  p_duration_ms: 0 to 10^15; duration of the run in milliseconds
  p_cost_usd: 0 to 1000000; cost of the run in US dollars
  p_num_turns: 0 to 10^15; number of turns in the session; null if unknown
  p_stop_reason: 1 to 200 characters; why the model stopped; null if unknown
  p_created_at: years 1 to 9999; when it happened, to bring in history, so not in the future; null
    for now

Result: one row, a RecordedEvent.
  event_id: id of the event, new or existing
  inserted: false if the event was already recorded

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: a concurrent transaction deleted the existing event or, under repeatable read or
    serializable, recorded the same event; retry the transaction

Example:
  p_repo => ''acme/api''
  p_event_type => ''review''
  p_model => ''claude-sonnet-4-5''
  p_conclusion => ''success''
  p_delivery_id => ''d1''
  p_output_tokens => 1200
  p_cost_usd => 0.08';

grant execute on function record_telemetry_event to :"app";

commit;
