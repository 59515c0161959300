-- Deploy kodiai:learning/functions/report_embedding_failures to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function report_embedding_failures(
  p_embedding_model text,
  p_memory_ids bigint[],
  p_lease uuid,
  p_reason text,
  p_max_attempts bigint default 5
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  c_first_wait constant interval := '10 seconds';
  v_reported bigint;
begin
  perform _check_wanted_model(p_embedding_model);
  perform _check_worker_arguments(p_memory_ids, p_lease);
  perform _check_argument('p_reason', p_reason, 'short_text');
  perform _check_argument('p_max_attempts', p_max_attempts::text, 'row_limit');

  perform _lock_memories(p_memory_ids);
  update embedding_leases as l
  set
    reason = p_reason,
    lease = gen_random_uuid(),
    expires_at = case
      when l.attempts >= p_max_attempts then 'infinity'
      else _now() + least(c_first_wait * 2 ^ (l.attempts - 1), '1 hour')
    end
  where
    l.memory_id = any (p_memory_ids)
    and l.embedding_model = p_embedding_model
    and l.lease = p_lease;
  get diagnostics v_reported = row_count;
  return v_reported;
end
$$;

comment on function report_embedding_failures is
'Report that memories could not be embedded, and end their leases.

They can be claimed again after 10 seconds, then 20, 40 and so on up to an hour; after
p_max_attempts not before retry_embeddings. get_reembedding_progress counts them by reason.

Arguments:
  p_embedding_model: 1 to 200 bytes; as in claim_memories_to_embed
  p_memory_ids: at most 10000 ids of memories
  p_lease: lease of claim_memories_to_embed
  p_reason: 1 to 500 characters; what went wrong, in the same words for the same fault
  p_max_attempts: 1 to 1000; how often to try

Result: number of memories that were still leased under p_lease.

Errors:
  22004: a required argument is null
  22023: an argument is invalid, or the model is neither active nor being re-embedded into; the
    message names it

Example:
  p_embedding_model => ''text-embedding-4''
  p_memory_ids => ''{1}''
  p_lease => ''00000000-0000-4000-8000-000000000000''
  p_reason => ''HTTP 429''';

grant execute on function report_embedding_failures to :"app";

commit;
