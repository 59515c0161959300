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
'How far an unfinished review has come.
Argument: p_review_output_key: key of the review output.
Result: one row, or none. checkpoint_id; repo, pr_number, checkpoint_data and
partial_comment_id as they were saved; created_at, updated_at: when the first and the last
checkpoint was.
Errors: 22004 and 22023 with the argument.';

grant execute on function get_checkpoint to :"app", :"reader";

commit;
