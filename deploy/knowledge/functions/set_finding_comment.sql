-- Deploy kodiai:knowledge/functions/set_finding_comment to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function set_finding_comment(
  p_finding_id bigint,
  p_comment_id bigint,
  p_comment_surface text
)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_changed boolean;
begin
  perform _check_argument('p_finding_id', p_finding_id::text, 'positive_number');
  perform _check_argument('p_comment_id', p_comment_id::text, 'positive_number');
  perform _check_argument('p_comment_surface', p_comment_surface, 'short_name');

  update findings as f
  set comment_id = p_comment_id, comment_surface = p_comment_surface
  where
    f.id = p_finding_id
    and (f.comment_id, f.comment_surface) is distinct from (p_comment_id, p_comment_surface);
  v_changed := found;
  if not v_changed and not exists (select from findings as f where f.id = p_finding_id) then
    perform _reject_unknown('KB002', 'p_finding_id', 'finding', to_jsonb(p_finding_id));
  end if;
  return v_changed;
end
$$;

comment on function set_finding_comment is
'Record which comment a finding was posted as.

For agents that record a review before posting it: after a crash, findings without a comment are
still to be posted.

Arguments:
  p_finding_id: 1 or more; finding id
  p_comment_id: 1 or more; GitHub comment id
  p_comment_surface: 1 to 200 characters; kind of comment, such as pull_request_review_comment

Result: false if this comment was already recorded, else true.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed the same finding;
    retry the transaction
  KB002: the finding does not exist

Example:
  p_finding_id => 1
  p_comment_id => 9001
  p_comment_surface => ''pull_request_review_comment''';

grant execute on function set_finding_comment to :"app";

commit;
