-- Deploy kodiai:knowledge/functions/record_suppressions to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_suppressions(
  p_review_id bigint,
  p_suppressions jsonb
)
returns table (ordinal integer, suppression_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_objects(
    'suppression_log', 'p_suppressions', p_suppressions, array['pattern', 'matched_count']
  );
  perform _lock_review(p_review_id);

  return query
  select s.ordinal, s.suppression_id, s.inserted
  from _insert_suppressions(p_review_id, p_suppressions) as s;
end
$$;

comment on function record_suppressions is
'Records the suppression rules that a review applied, all of them or none. Which findings
a rule held back is known from their suppression_pattern: a rule that held back any has
its entry already. Sending the same ones again is harmless while what they say is true.
Arguments: p_review_id. p_suppressions: array of objects. Each needs pattern (the rule,
1 to 500 characters), and may have matched_count, which must then be the number of
findings of the review with this suppression_pattern. No other keys.
Result: one row per rule, in input order. ordinal: its place, from 1. suppression_id: its
entry in suppression_log. inserted: false where the rule had one already.
Errors: KB001 where the review is not there. 22004 and 22023 with the argument, the
place from 1 and the key; nothing is written then.';

grant execute on function record_suppressions to :"app";

commit;
