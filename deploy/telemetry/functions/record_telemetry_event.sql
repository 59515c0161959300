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
'Records a run of the language model: what it did and what it cost. The same run, which is
that of one delivery, event type and session, can be recorded again without effect.
Arguments: p_repo, owner/name. p_event_type: what the agent was asked to do. p_model:
model that ran. p_conclusion: how it ended, in the word of the agent. p_delivery_id:
webhook delivery; without one the event is always new. p_session_id: session of the agent;
a delivery that runs the model twice needs it to tell the runs apart. p_pr_number,
p_pr_author. p_provider: who ran the model. p_input_tokens, p_output_tokens,
p_cache_read_tokens, p_cache_creation_tokens: how many, from 0. p_duration_ms, in
milliseconds. p_cost_usd, in US dollars. p_num_turns: of the session. p_stop_reason: why
the model stopped.
Result: one row. event_id. inserted: false where the run was there already; that row is
not changed.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 under
repeatable read, when another transaction has just recorded the same: try again.';

grant execute on function record_telemetry_event to :"app";

commit;
