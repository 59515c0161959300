-- Deploy kodiai:learning/functions/get_reembedding_progress to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_reembedding_progress(p_embedding_model text default null)
returns table (
  embedding_model text,
  state text,
  total bigint,
  embedded bigint,
  waiting bigint,
  leased bigint,
  failed bigint,
  failures jsonb,
  began_at timestamptz,
  per_second double precision,
  seconds_left double precision
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_model embedding_models;
  v_counts record;
  v_rate double precision;
begin
  perform _check_optional('p_embedding_model', p_embedding_model, 'model_name');
  select m.*
  into v_model
  from embedding_models as m
  where
    case
      when p_embedding_model is null then m.state in ('active', 'next')
      else m.embedding_model = p_embedding_model
    end
  order by m.state = 'next' desc
  limit 1;
  if not found then
    return;
  end if;

  v_counts := _count_embedded(v_model.embedding_model);
  if v_model.state = 'next' then
    v_rate := (v_counts.embedded - v_model.began_with)
    / nullif(extract(epoch from _now() - v_model.began_at), 0);
  end if;
  return query
  select
    v_model.embedding_model::text,
    v_model.state::text,
    v_counts.total,
    v_counts.embedded,
    v_counts.total - v_counts.embedded,
    f.leased,
    f.failed,
    f.failures,
    v_model.began_at,
    v_rate,
    (v_counts.total - v_counts.embedded) / nullif(v_rate, 0)
  from _summarize_leases(v_model.embedding_model) as f;
end
$$;

comment on function get_reembedding_progress is
'Return how far re-embedding has come.

Counts all memories, which takes longer the more there are.

Arguments:
  p_embedding_model: 1 to 200 bytes; the model; null for the one that begin_reembedding named, or
    else the active one

Result: one row or none, a ReembeddingProgress; none if there is no such model.
  embedding_model: name of the model
  state: active | next | former | inactive; as in list_embedding_models
  total: number of memories, whatever their state
  embedded: how many of them have an embedding of the model
  waiting: how many have none, including those that are leased or failed
  leased: how many workers are embedding now
  failed: how many could not be embedded when last tried
  failures: array of EmbeddingFailure objects; the reasons, most frequent first
    - reason (text, required): what went wrong
    - memories (bigint, required): how many memories
    - given_up (bigint, required): how many of them are not tried again before retry_embeddings
  began_at: when re-embedding into it began; null if it never did
  per_second: memories embedded per second since then; null unless the state is next
  seconds_left: time that the others take at that rate; null likewise, or if none was embedded

Errors:
  22023: p_embedding_model is invalid

Example:
  p_embedding_model => ''text-embedding-4''';

grant execute on function get_reembedding_progress to :"app", :"reader";

commit;
