-- Deploy kodiai:learning/functions/_check_scope to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_scope(
  p_repo text,
  p_owner text
)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if coalesce(p_repo, p_owner) is null then
    perform _reject_argument('p_repo or p_owner', 'a scope', null);
  end if;
  if p_repo is not null then
    perform _check_argument('p_repo', p_repo, 'repo_name');
  end if;
  if p_owner !~ '^[^/[:space:]]+$' then
    perform _reject_argument('p_owner', 'the name of an owner', to_jsonb(p_owner)::text);
  end if;
  if p_owner <> split_part(p_repo, '/', 1) then
    perform _reject_argument(
      'p_owner', format('%s, the owner of p_repo', to_jsonb(split_part(p_repo, '/', 1))),
      to_jsonb(p_owner)::text
    );
  end if;
end
$$;

comment on function _check_scope(text, text) is
'Refuses what is no scope: a repository, or an owner, or a repository and its owner.
Arguments: p_repo, owner/name; p_owner.
Errors: 22004 where both are null, 22023 for what cannot be.';

commit;
