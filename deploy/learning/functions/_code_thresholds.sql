-- Deploy kodiai:learning/functions/_code_thresholds to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _code_thresholds()
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

comment on function _code_thresholds() is
'What each coordinate of a vector of length 1 is compared with, to make its code: the same
levels for all, so many that the code has about 2048 bits, and two at least. They cut a
normal distribution of the variance 1 / embedding_dim into parts of equal weight (its
quantiles are nearly those of the logistic distribution of the scale 1 / 1.702).
Result: embedding_dim elements for the first level, then those for the second, and so on.';

commit;
