-- Deploy kodiai:learning/functions/get_info to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_info()
returns table (
  schema_version text,
  embedding_dim integer,
  text_config text,
  active_model text,
  memories bigint,
  models jsonb
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Count in learning_memories_scope_idx, which is far smaller than the table.
set enable_seqscan = off
-- Compiling takes longer than counting.
set jit = off
as $$
#variable_conflict use_column
declare
  c_second_model constant text := (select m.embedding_model from embedding_models as m where m.slot = 2);
begin
  return query
  with counted as (
    select
      m.embedding_model,
      m.embedding_code is not null as has_embedding,
      m.second_code is not null as has_second,
      count(*) as memories
    from learning_memories as m
    group by m.embedding_model, m.embedding_code is not null, m.second_code is not null
  ),

  models as (
    select c.embedding_model, sum(c.memories) as embeddings
    from counted as c
    where c.has_embedding and c.embedding_model <> coalesce(c_second_model, '')
    group by c.embedding_model
    union all
    select c_second_model, sum(c.memories) from counted as c where c.has_second having count(*) > 0
  )

  select
    _schema_version(),
    _embedding_dim(),
    _text_config(),
    _active_model(),
    coalesce((select sum(c.memories) from counted as c), 0)::bigint,
    coalesce(
      (
        select
          jsonb_agg(
            jsonb_build_object('embedding_model', m.embedding_model, 'embeddings', m.embeddings)
            order by m.embeddings desc, m.embedding_model
          )
        from models as m
      ),
      '[]'
    );
end
$$;

comment on function get_info is
'Return what is deployed, and which embedding models are used.

Counts all memories, which takes longer the more there are.

Result: one row, an Info.
  schema_version: name of the last Sqitch change that was deployed; null if Sqitch''s registry is
    not in this database
  embedding_dim: number of dimensions of every embedding, chosen at deploy
  text_config: configuration of text search, chosen at deploy
  active_model: model that searches and writes use if they name none; null if none is active
  memories: number of memories, including stale ones and those without an embedding
  models: array of EmbeddingModel objects; the models that have embeddings, most first
    - embedding_model (text, required): name of the model
    - embeddings (bigint, required): number of memories with an embedding of the model, including
      stale ones

Errors: none.';

grant execute on function get_info to :"app", :"reader";

commit;
