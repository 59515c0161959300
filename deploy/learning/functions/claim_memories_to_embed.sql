-- Deploy kodiai:learning/functions/claim_memories_to_embed to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function claim_memories_to_embed(
  p_embedding_model text,
  p_limit bigint default 100,
  p_lease_time interval default '10 minutes'
)
returns table (
  memory_id bigint,
  repo text,
  finding_text text,
  attempt bigint,
  lease uuid,
  expires_at timestamptz
)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  c_lease constant uuid := gen_random_uuid();
  v_waiting bigint[];
  v_leased bigint[] := '{}';
begin
  perform _check_argument('p_embedding_model', p_embedding_model, 'model_name');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');
  perform _check_argument('p_lease_time', p_lease_time::text, 'lease_time');
  perform _require_wanted_model(p_embedding_model);

  loop
    v_waiting := case _embedding_slot(p_embedding_model)
      when 2 then _lock_without_second(p_embedding_model, p_limit::integer)
      else _lock_without_first(p_embedding_model, p_limit::integer)
    end;
    v_leased := _lease_memories(
      v_waiting, p_embedding_model, c_lease, _now() + p_lease_time
    );
    -- Another call may have leased all of them since this one found them waiting.
    exit when cardinality(v_leased) > 0 or cardinality(v_waiting) = 0;
  end loop;

  return query
  select l.memory_id, m.repo::text, m.finding_text::text, l.attempts::bigint, l.lease, l.expires_at
  from unnest(v_leased) as i (id)
  inner join learning_memories as m on i.id = m.id
  inner join embedding_leases as l
    on i.id = l.memory_id and l.embedding_model = p_embedding_model
  order by i.id;
end
$$;

comment on function claim_memories_to_embed is
'Claim memories that have no embedding of a model yet, to embed them.

For workers, of which any number may run, at any time. Each memory is claimed by one worker at a
time, until save_embeddings, report_embedding_failures or the end of the lease. So a worker that
dies loses nothing: others claim its memories afterwards. Memories that other transactions are
changing are skipped; none is skipped for long.

Memories wait whatever their state: those that were written without an embedding or with one of
another model, and those whose text was corrected.

Arguments:
  p_embedding_model: 1 to 200 bytes; the active model, or the one that begin_reembedding named
  p_limit: 1 to 1000; maximum number of memories
  p_lease_time: 1 minute or more; time to embed and save them, at most a day

Result: rows, each a ClaimedMemory, by memory_id; none if no memory waits or others embed all that
    do.
  memory_id: id of the memory
  repo: owner/name, in lower case; its repository
  finding_text: the text to embed
  attempt: how often it has been claimed, this time included
  lease: names the claim, for save_embeddings; the same for all rows
  expires_at: when others can claim it

Errors:
  22004: a required argument is null
  22023: an argument is invalid; the message names it
  KB009: the model is neither active nor being re-embedded into

Example:
  p_embedding_model => ''text-embedding-4''
  p_limit => 50';

grant execute on function claim_memories_to_embed to :"app";

commit;
