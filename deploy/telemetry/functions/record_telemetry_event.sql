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
  p_stop_reason text default null
)
returns table (event_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
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
      'stop_reason', p_stop_reason
    ),
    array['delivery_id', 'event_type', 'session_id']
  ) as r;
end
$$;

comment on function record_telemetry_event is
'Record a run of the language model: what it used and what it cost.

Idempotent: p_delivery_id, p_event_type and p_session_id identify a run, and recording it
again changes nothing. Without p_delivery_id, each call records a new event.

Null stands for the default of p_provider, the token counts, p_duration_ms and p_cost_usd.

Arguments:
  p_repo: owner/name; repository the run was for
  p_event_type: 1 to 200 characters; what the agent was doing, such as review
  p_model: 1 to 200 characters; model that ran
  p_conclusion: 1 to 200 characters; how the run ended, as reported by the agent
  p_delivery_id: 1 to 200 characters; webhook delivery that caused the run; null: none, the
    event is always new
  p_session_id: 1 to 200 characters; agent session, needed to tell apart several runs for one
    delivery; null: unknown
  p_pr_number: 1 or more; pull request number; null: unknown
  p_pr_author: 1 to 200 characters; GitHub login of the pull request author; null: unknown
  p_provider: 1 to 200 characters; provider of the model
  p_input_tokens: 0 or more; input tokens, not counting cached ones
  p_output_tokens: 0 or more; output tokens
  p_cache_read_tokens: 0 or more; input tokens read from the cache
  p_cache_creation_tokens: 0 or more; input tokens written to the cache
  p_duration_ms: 0 or more; duration in milliseconds
  p_cost_usd: 0 to 1000000; cost in US dollars
  p_num_turns: 0 or more; turns in the session; null: unknown
  p_stop_reason: 1 to 200 characters; why the model stopped; null: unknown

Result: one row, a RecordedEvent.
  event_id: id of the event, new or existing
  inserted: whether the event is new; if false, the existing event was left unchanged

Errors:
  22004: a required argument is null
  22023: an argument is invalid; the message names it
  40001: the same event was recorded concurrently (only under repeatable read or
    serializable) or deleted concurrently; retry the transaction

Example:
  p_repo => ''acme/api''
  p_event_type => ''review''
  p_model => ''claude-sonnet-4-5''
  p_conclusion => ''success''
  p_delivery_id => ''delivery-1''
  p_output_tokens => 1200
  p_cost_usd => 0.08';

grant execute on function record_telemetry_event to :"app";

commit;
