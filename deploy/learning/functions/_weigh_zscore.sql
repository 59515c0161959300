-- Deploy kodiai:learning/functions/_weigh_zscore to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _weigh_zscore(p_zscore double precision)
returns double precision
language sql immutable parallel safe
-- Far below the mean the exponential would end in an error of underflow. There it goes on
-- as a hyperbola, so that what is farther still weighs less.
return case
  when p_zscore >= -20 then exp(0.6 * p_zscore)
  else exp(-12::double precision) * -20 / p_zscore
end;

comment on function _weigh_zscore(double precision) is
'How much a candidate that stands out so far weighs in the fusion: exp(0.6 * z), and from
-20 downwards exp(-12) * 20 / -z.
Argument: p_zscore, z, in standard deviations. Result: the weight, above 0.';

commit;
