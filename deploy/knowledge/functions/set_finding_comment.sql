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
    raise exception using
      errcode = 'KB002',
      message = format('p_finding_id: no finding %s is there', p_finding_id);
  end if;
  return v_changed;
end
$$;

comment on function set_finding_comment is
'Notes which comment a finding was posted as, for an agent that records its review before
it posts: one that dies in between finds in the memory what it has yet to post.
Arguments: p_finding_id. p_comment_id: GitHub number of the comment. p_comment_surface:
kind of comment.
Result: false where this was noted already.
Errors: KB002 where the finding is not there. 22004 and 22023 with the argument.';

grant execute on function set_finding_comment to :"app";

commit;
