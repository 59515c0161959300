-- Deploy kodiai:knowledge/functions/_lock_review to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _lock_review(p_review_id bigint)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_review_id', p_review_id::text, 'positive_number');
  perform from reviews as r where r.id = p_review_id for no key update;
  if not found then
    raise exception using
      errcode = 'KB001',
      message = format('p_review_id: no review %s is there', p_review_id);
  end if;
end
$$;

comment on function _lock_review(bigint) is
'Makes sure that a review is there, and that no other transaction adds to it until the
end of this one.
Argument: p_review_id. Errors: 22004 or 22023 for what cannot be one, KB001 for one that
is not there.';

commit;
