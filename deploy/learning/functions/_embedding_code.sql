-- Deploy kodiai:learning/functions/_embedding_code to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _embedding_code(p_embedding vector)
returns bit varying
language plpgsql immutable strict parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_repeated vector := l2_normalize(p_embedding);
begin
  -- Twice as wide each time.
  while vector_dims(v_repeated) < vector_dims(_code_thresholds()) loop
    v_repeated := v_repeated || subvector(
      v_repeated, 1, least(vector_dims(v_repeated), vector_dims(_code_thresholds()) - vector_dims(v_repeated))
    );
  end loop;
  return binary_quantize(v_repeated - _code_thresholds());
end
$$;

comment on function _embedding_code(vector) is
'A short code for a vector. The Hamming distance of two codes is the sum, over the
coordinates, of how many levels (_code_thresholds) lie between the two: an estimate of how
far the vectors are apart that is cheap to compare and fits into an index. Among the nearest
200 by code are 99.9 % of the nearest 10 by cosine distance (docs/benchmarks.md); with the
usual single level, the sign, it would be 98 %.
Argument: p_embedding, embedding_dim wide. Result: the thermometer code, level by level, a
bit for each coordinate. Null for null.';

commit;
