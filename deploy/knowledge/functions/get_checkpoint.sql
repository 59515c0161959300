-- Deploy kodiai:knowledge/functions/get_checkpoint to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_checkpoint(p_review_output_key text)
returns table (
  checkpoint_id bigint,
  repo text,
  pr_number bigint,
  checkpoint_data jsonb,
  partial_comment_id bigint,
  created_at timestamptz,
  updated_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_argument('p_review_output_key', p_review_output_key, 'short_text');

  return query
  select
    c.id, c.repo::text, c.pr_number::bigint, c.checkpoint_data::jsonb,
    c.partial_comment_id::bigint, c.created_at, c.updated_at
  from review_checkpoints as c
  where c.review_output_key = p_review_output_key;
end
$$;

comment on function get_checkpoint is
'Return the saved progress of an unfinished review.

Arguments:
  p_review_output_key: 1 to 500 characters; key of the review output in progress

Result: one row or none, a Checkpoint.
  checkpoint_id: id of the checkpoint
  repo: owner/name, in lower case; repository under review
  pr_number: pull request number
  checkpoint_data: object; what a retry needs to resume, as saved
  partial_comment_id: GitHub id of the comment that shows the partial result; null if none
  created_at: when the first checkpoint of the review was saved
  updated_at: when the checkpoint was last changed

Errors:
  22004: p_review_output_key is null
  22023: p_review_output_key is invalid

Example:
  p_review_output_key => ''acme/api#7@4f2a9c1''';

grant execute on function get_checkpoint to :"app", :"reader";

commit;
