-- Deploy kodiai:knowledge/functions/set_checkpoint_comment to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function set_checkpoint_comment(
  p_review_output_key text,
  p_partial_comment_id bigint
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_checkpoint_id bigint;
begin
  perform _check_argument('p_review_output_key', p_review_output_key, 'short_text');
  perform _check_argument('p_partial_comment_id', p_partial_comment_id::text, 'positive_number');

  update review_checkpoints as c
  set partial_comment_id = p_partial_comment_id, updated_at = _now()
  where c.review_output_key = p_review_output_key
  returning c.id into v_checkpoint_id;
  if not found then
    perform _reject_unknown(
      'KB004', 'p_review_output_key', 'checkpoint', to_jsonb(p_review_output_key)
    );
  end if;
  return v_checkpoint_id;
end
$$;

comment on function set_checkpoint_comment is
'Record which comment shows the partial result of an unfinished review.

Arguments:
  p_review_output_key: 1 to 500 characters; key of the review output in progress
  p_partial_comment_id: 1 or more; GitHub id of the comment that shows the partial result

Result: id of the checkpoint.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed the same
    checkpoint; retry the transaction
  KB004: the checkpoint does not exist

Example:
  p_review_output_key => ''acme/api#7@4f2a9c1''
  p_partial_comment_id => 9001';

grant execute on function set_checkpoint_comment to :"app";

commit;
