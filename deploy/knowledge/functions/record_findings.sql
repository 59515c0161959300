-- Deploy kodiai:knowledge/functions/record_findings to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_findings(
  p_review_id bigint,
  p_findings jsonb
)
returns table (ordinal integer, finding_id bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_findings(p_findings);
  perform _lock_review(p_review_id);

  return query
  select f.n::integer, f.id
  from unnest(_insert_findings(p_review_id, p_findings)) with ordinality as f (id, n)
  order by f.n;
end
$$;

comment on function record_findings is
'Adds findings to a review that is there, all of them or none, and brings its counts and
suppressions up to date. Sent again, they are added again: record_review is the call
that can be repeated.
Arguments:
p_review_id. p_findings: array of objects. Each needs file_path, severity, category,
confidence (0 to 100) and title (1 to 500 characters), and may have start_line and
end_line (from 1), suppressed (default: whether it has a suppression_pattern),
suppression_pattern (the rule that held it back), comment_id with comment_surface (where
it was posted; the surface is the kind of comment) and review_output_key. No other keys.
Result: one row per finding, in input order. ordinal: its place, from 1. finding_id.
Errors: KB001 where the review is not there. 22004 and 22023 with the argument, the
place from 1 and the key; nothing is written then.';

grant execute on function record_findings to :"app";

commit;
