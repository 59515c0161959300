-- Deploy kodiai:knowledge/functions/save_checkpoint to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function save_checkpoint(
  p_review_output_key text,
  p_repo text,
  p_pr_number bigint,
  p_checkpoint_data jsonb,
  p_partial_comment_id bigint default null
)
returns table (checkpoint_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_arguments(
    'review_checkpoints',
    jsonb_build_object(
      'review_output_key', p_review_output_key,
      'repo', p_repo,
      'pr_number', p_pr_number,
      'checkpoint_data', p_checkpoint_data,
      'partial_comment_id', p_partial_comment_id
    )
  );
  p_repo := _fold_name(p_repo);

  return query
  insert into review_checkpoints as c (
    review_output_key, repo, pr_number, checkpoint_data, partial_comment_id
  )
  values (
    p_review_output_key, p_repo, p_pr_number, p_checkpoint_data, p_partial_comment_id
  )
  on conflict (review_output_key) do update
  set
    checkpoint_data = excluded.checkpoint_data,
    partial_comment_id = coalesce(excluded.partial_comment_id, c.partial_comment_id),
    updated_at = excluded.updated_at
  where c.repo in (excluded.repo, _current_repo(excluded.repo)) and c.pr_number = excluded.pr_number
  returning c.id, c.xmax = 0; -- zero only if inserted, not updated
  if not found then
    perform _reject_argument(
      'p_review_output_key', 'a key that no other pull request uses',
      to_jsonb(p_review_output_key)::text
    );
  end if;
end
$$;

comment on function save_checkpoint is
'Save the progress of an unfinished review, replacing its earlier checkpoint.

Arguments:
  p_review_output_key: 1 to 500 characters; key of the review output in progress
  p_repo: owner/name; repository under review
  p_pr_number: 1 or more; pull request number
  p_checkpoint_data: object; what a retry needs to resume, such as files reviewed, finding count,
    summary draft and total files
  p_partial_comment_id: 1 or more; GitHub id of the comment that shows the partial result; null to
    keep the saved one

Result: one row, a SavedCheckpoint.
  checkpoint_id: id of the checkpoint
  inserted: false if it replaced an earlier checkpoint

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid, or p_review_output_key belongs to another pull request; the
    message names it
  40001: under repeatable read or serializable, a concurrent transaction saved the same
    checkpoint; retry the transaction

Example:
  p_review_output_key => ''acme/api#7@4f2a9c1''
  p_repo => ''acme/api''
  p_pr_number => 7
  p_checkpoint_data => ''{"files_reviewed": ["src/auth.py"], "total_files": 9}''';

grant execute on function save_checkpoint to :"app";

commit;
