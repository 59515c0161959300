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
'Deletes the checkpoint of a review that has been finished. Repeating it is harmless.
Argument: p_review_output_key: key of the review output.
Result: whether it was there.
Errors: 22004 and 22023 with the argument.';

grant execute on function delete_checkpoint to :"app";

commit;
