-- Deploy kodiai:learning/functions/record_recall to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_recall(
  p_repo text, p_delivery_id text, p_memory_ids bigint[], p_pr_number bigint default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_recorded bigint;
begin
  perform _check_arguments(
    'recalled_memories',
    jsonb_build_object('repo', p_repo, 'delivery_id', p_delivery_id, 'pr_number', p_pr_number)
  );
  if p_memory_ids is null then
    perform _reject_argument('p_memory_ids', 'an array of ids', null);
  end if;
  perform _check_size('p_memory_ids', cardinality(p_memory_ids));
  p_repo := _fold_name(p_repo);

  insert into recalled_memories (repo, delivery_id, pr_number, memory_id)
  select p_repo, p_delivery_id, p_pr_number, m.id
  from learning_memories as m
  where m.id = any (p_memory_ids) and m.owner = split_part(p_repo, '/', 1)
  order by m.id
  for key share
  on conflict do nothing;
  get diagnostics v_recorded = row_count;
  return v_recorded;
end
$$;

comment on function record_recall is
'Record which memories a review was given, for list_memory_usage.

Idempotent: a memory of a delivery is recorded once. Memories that do not exist, or belong to
another owner, are ignored.

Arguments:
  p_repo: owner/name; repository of the review
  p_delivery_id: 1 to 200 characters; webhook delivery of the review
  p_memory_ids: at most 10000 ids of memories
  p_pr_number: 1 or more; pull request number; null if unknown

Result: number of memories that are new to this delivery.

Errors:
  22004: p_repo, p_delivery_id or p_memory_ids is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_delivery_id => ''d1''
  p_memory_ids => ''{1}''';

grant execute on function record_recall to :"app";

commit;
