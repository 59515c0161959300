-- Deploy kodiai:base/functions/_verify_registry to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _verify_registry(p_registry text, p_deployed_by text default :'registry')
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if p_registry <> p_deployed_by then
    raise 'this memory was deployed by the registry %, not by %', p_deployed_by, p_registry
      using hint = 'Give Sqitch the --registry and the --set schema=... that belong together.';
  end if;
end
$$;

comment on function _verify_registry(text, text) is
'For revert scripts: fails unless this memory belongs to the Sqitch registry that is at
work. With two memories in one database, who names the registry of the one and forgets
to name its schema would revert the other.
Arguments: p_registry, the one at work; p_deployed_by, always left to its default.
Errors: P0001 where they differ.';

commit;
