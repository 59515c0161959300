-- Deploy kodiai:base/functions/_lift_score to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _lift_score(p_score double precision, p_best_below double precision)
returns double precision
language sql immutable parallel safe
return greatest(p_score, p_best_below) + 0.001 * p_score;

comment on function _lift_score(double precision, double precision) is
'The score of a row that is to come before all rows of a lower kind, however many words these
have in common with the question: as good as the best of them, and a little better.
Arguments: p_score, its own; p_best_below, the best score of the lower kind, null for none.
Result: the score.';

commit;
