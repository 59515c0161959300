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
'Return the thresholds with which _quantize compares each coordinate of a unit vector. All
coordinates share the same levels: at least two, and enough for a code of about 2048 bits. They
split a normal distribution with variance 1 / embedding_dim into parts of equal probability; its
quantiles are approximated by those of the logistic distribution with scale 1 / 1.702.
Result: embedding_dim copies of the first level, followed by those of the second, and so on.';

create function _quantize(p_embedding vector)
returns bit varying
language plpgsql immutable strict parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_repeated vector := l2_normalize(p_embedding);
begin
  -- Repeat the vector until there is one copy per level, doubling the width each time.
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
'Return the binary code of a vector. The Hamming distance of two codes is the number of levels
(_quantization_levels) between them, summed over the coordinates: an estimate of the distance of
the vectors that is cheap to compute and small enough to index. The nearest 200 by code contain
99.9 % of the nearest 10 by cosine distance (docs/explanation/benchmarks.md); with a single level,
the sign, as in plain binary quantization, they would contain 98 %.
Argument: p_embedding, of embedding_dim dimensions.
Result: the thermometer code, level by level, one bit per coordinate; null for null.';

commit;
