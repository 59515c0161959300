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
  where c.repo = excluded.repo and c.pr_number = excluded.pr_number
  returning c.id, c.xmax = 0; -- a row version that replaces none
  if not found then
    perform _reject_argument(
      'p_review_output_key', 'one that no other pull request has',
      to_jsonb(p_review_output_key)::text
    );
  end if;
end
$$;

comment on function save_checkpoint is
'Saves how far an unfinished review has come, in place of what was saved for it before.
Arguments: p_review_output_key: key of the review output, 1 to 500 characters. p_repo,
owner/name. p_pr_number. p_checkpoint_data: object with what a retry needs to go on: files
reviewed, finding count, summary draft, total files. p_partial_comment_id: GitHub number
of the comment that shows the partial result; null leaves the one that was.
Result: one row. checkpoint_id. inserted: false where it took the place of one.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 under
repeatable read, when another transaction has just saved the same: try again.';

grant execute on function save_checkpoint to :"app";

commit;
