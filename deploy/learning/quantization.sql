-- Deploy kodiai:learning/quantization to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _quantization_levels()
returns vector
language sql immutable parallel safe
return (
  select
    array_agg(
      ln(l.level / (l.levels + 1 - l.level)) / 1.702 / sqrt(_embedding_dim())
      order by l.level, n
    )::vector
  from (
    select
      l.levels::double precision as levels,
      generate_series(1, l.levels)::double precision as level
    from (select greatest(2, round(2048.0 / _embedding_dim())::integer) as levels) as l
  ) as l
  cross join generate_series(1, _embedding_dim()) as n
);

comment on function _quantization_levels is
'What each coordinate of a vector of length 1 is compared with, to make its code: the same
levels for all, so many that the code has about 2048 bits, and two at least. They cut a
normal distribution of the variance 1 / embedding_dim into parts of equal weight (its
quantiles are nearly those of the logistic distribution of the scale 1 / 1.702).
Result: embedding_dim elements for the first level, then those for the second, and so on.';

create function _quantize(p_embedding vector)
returns bit varying
language plpgsql immutable strict parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_repeated vector := l2_normalize(p_embedding);
begin
  -- Twice as wide each time.
  while vector_dims(v_repeated) < vector_dims(_quantization_levels()) loop
    v_repeated := v_repeated || subvector(
      v_repeated, 1,
      least(
        vector_dims(v_repeated), vector_dims(_quantization_levels()) - vector_dims(v_repeated)
      )
    );
  end loop;
  return binary_quantize(v_repeated - _quantization_levels());
end
$$;

comment on function _quantize is
'A short code for a vector. The Hamming distance of two codes is the sum, over the
coordinates, of how many levels (_quantization_levels) lie between the two: an estimate of how
far apart the vectors are that is cheap to compare and fits into an index. Among the nearest
200 by code are 99.9 % of the nearest 10 by cosine distance (docs/benchmarks.md); with the
usual single level, the sign, it would be 98 %.
Argument: p_embedding, embedding_dim wide. Result: the thermometer code, level by level, a
bit for each coordinate. Null for null.';

commit;
