-- Deploy kodiai:telemetry/functions/record_retrieval_quality_event to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_retrieval_quality_event(
  p_repo text,
  p_event_type text,
  p_result_count bigint,
  p_delivery_id text default null,
  p_pr_number bigint default null,
  p_top_k bigint default null,
  p_distance_threshold double precision default null,
  p_avg_distance double precision default null,
  p_language_match_ratio double precision default null,
  p_threshold_method text default null
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
    'retrieval_quality_events',
    jsonb_build_object(
      'repo', p_repo,
      'event_type', p_event_type,
      'result_count', p_result_count,
      'delivery_id', p_delivery_id,
      'pr_number', p_pr_number,
      'top_k', p_top_k,
      'distance_threshold', p_distance_threshold,
      'avg_distance', p_avg_distance,
      'language_match_ratio', p_language_match_ratio,
      'threshold_method', p_threshold_method
    ),
    array['delivery_id']
  ) as r;
end
$$;

comment on function record_retrieval_quality_event is
'Records how much a search of the memory found, and how near. One event per delivery: the
same can be recorded again without effect.
Arguments: p_repo, owner/name. p_event_type: what the agent was doing. p_result_count: how
many memories were used, from 0. p_delivery_id: webhook delivery; without one the event
is always new. p_pr_number. p_top_k: how many were asked for. p_distance_threshold:
largest cosine distance accepted, 0 to 2. p_avg_distance: their mean, 0 to 2.
p_language_match_ratio: share of them in the language asked about, 0 to 1.
p_threshold_method: adaptive, percentile or configured.
Result: one row. event_id. inserted: false where it was there already; that row is not
changed.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 under
repeatable read, when another transaction has just recorded the same: try again.';

grant execute on function record_retrieval_quality_event to :"app";

commit;
