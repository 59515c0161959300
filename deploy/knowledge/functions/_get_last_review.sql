-- Deploy kodiai:knowledge/functions/_get_last_review to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _get_last_review(
  p_repo text,
  p_pr_number bigint
)
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return (
    select r.id
    from reviews as r
    where r.repo = p_repo and r.pr_number = p_pr_number and r.completed_at is not null
    order by r.created_at desc, r.id desc
    limit 1
  );
end
$$;

comment on function _get_last_review(text, bigint) is
'The last completed review of a pull request.
Arguments: p_repo, owner/name; p_pr_number. Result: its number; null where none is.';

commit;
