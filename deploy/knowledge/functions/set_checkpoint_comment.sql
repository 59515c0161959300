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
    raise exception using
      errcode = 'KB004',
      message = format(
        'p_review_output_key: no checkpoint %s is there', to_jsonb(p_review_output_key)
      );
  end if;
  return v_checkpoint_id;
end
$$;

comment on function set_checkpoint_comment is
'Notes which comment shows the partial result of an unfinished review.
Arguments: p_review_output_key: key of the review output. p_partial_comment_id: GitHub
number of the comment.
Result: the number of the checkpoint.
Errors: KB004 where the checkpoint is not there. 22004 and 22023 with the argument.';

grant execute on function set_checkpoint_comment to :"app";

commit;
