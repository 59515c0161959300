-- Deploy kodiai:knowledge/functions/delete_checkpoint to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function delete_checkpoint(p_review_output_key text)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_review_output_key', p_review_output_key, 'short_text');
  delete from review_checkpoints as c where c.review_output_key = p_review_output_key;
  return found;
end
$$;

comment on function delete_checkpoint is
'Delete the checkpoint of a finished review.

Repeating the call is harmless.

Arguments:
  p_review_output_key: 1 to 500 characters; key of the review output in progress

Result: whether the checkpoint existed.

Errors:
  22004: p_review_output_key is null
  22023: p_review_output_key is invalid
  40001: under repeatable read or serializable, a concurrent transaction changed the same
    checkpoint; retry the transaction

Example:
  p_review_output_key => ''acme/api#7@4f2a9c1''';

grant execute on function delete_checkpoint to :"app";

commit;
