-- Deploy kodiai:learning/functions/list_embedding_models to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_embedding_models()
returns table (
  embedding_model text,
  embedding_dim integer,
  state text,
  created_at timestamptz,
  began_at timestamptz,
  activated_at timestamptz,
  calibrated_at timestamptz,
  pairs bigint,
  mean_similarity double precision,
  deviation double precision
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select
    m.embedding_model::text, m.embedding_dim, m.state::text, m.created_at, m.began_at,
    m.activated_at, m.calibrated_at, m.pairs::bigint, m.mean_similarity, m.deviation
  from embedding_models as m
  order by array_position('{active, next, former, inactive}', m.state::text), m.id;
end
$$;

comment on function list_embedding_models is
'List the embedding models that were active, re-embedded into or calibrated.

Result: rows, each an EmbeddingModelState, the active one first.
  embedding_model: name of the model
  embedding_dim: number of dimensions of its embeddings
  state: active | next | former | inactive; active: searches and writes use it unless they name
    another. next: memories are being re-embedded into it. former: its embeddings are to be deleted
    (purge_embeddings). inactive: none of these
  created_at: when the model was first named
  began_at: when re-embedding into it began; null if it never did
  activated_at: when it last became active; null if it never was
  calibrated_at: when its similarity was last calibrated; null if never
  pairs: number of pairs of memories that were compared then; null likewise
  mean_similarity: -1 to 1; as in calibrate_similarity; null likewise
  deviation: as in calibrate_similarity; null likewise

Errors: none.';

grant execute on function list_embedding_models to :"app", :"reader";

commit;
