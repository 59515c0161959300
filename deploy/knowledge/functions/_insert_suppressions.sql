-- Deploy kodiai:knowledge/functions/_insert_suppressions to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _insert_suppressions(
  p_review_id bigint,
  p_suppressions jsonb
)
returns table (ordinal integer, suppression_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_inserted bigint[];
  v_argument text;
  v_expected text;
  v_got text;
begin
  with new_suppressions as (
    insert into suppression_log (review_id, pattern)
    select p_review_id, s.suppression ->> 'pattern'
    from jsonb_array_elements(p_suppressions) with ordinality as s (suppression, n)
    order by s.n
    on conflict (review_id, pattern) do nothing
    returning id
  )

  select coalesce(array_agg(n.id), '{}') into v_inserted from new_suppressions as n;

  select
    format('p_suppressions[%s].matched_count', s.n),
    format('%s, which is how many findings have this suppression_pattern', l.matched_count),
    s.suppression ->> 'matched_count'
  into v_argument, v_expected, v_got
  from jsonb_array_elements(p_suppressions) with ordinality as s (suppression, n)
  inner join suppression_log as l
    on l.review_id = p_review_id and l.pattern = s.suppression ->> 'pattern'
  where (s.suppression ->> 'matched_count')::bigint <> l.matched_count
  order by s.n
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;

  return query
  select
    s.n::integer,
    l.id,
    l.id = any (v_inserted) and row_number() over (partition by l.id order by s.n) = 1
  from jsonb_array_elements(p_suppressions) with ordinality as s (suppression, n)
  inner join suppression_log as l
    on l.review_id = p_review_id and l.pattern = s.suppression ->> 'pattern'
  order by s.n;
end
$$;

comment on function _insert_suppressions(bigint, jsonb) is
'Records the rules that a review applied, which _check_objects has let pass.
Arguments: p_review_id, of a review that this transaction holds and whose findings are
recorded; p_suppressions, see record_suppressions.
Result and errors: see record_suppressions.';

commit;
