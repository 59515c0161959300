-- Deploy kodiai:base/deployment to pg
--
-- What was chosen at deploy, and what has been deployed.

begin;

\set owner :schema _owner

-- For _schema_version. Sqitch has created its registry as the deploying role.
grant usage on schema :"registry" to :"owner";
grant select on :"registry".changes to :"owner";

set local role = :"owner";
set local search_path = :"schema", public;

create function _text_config()
returns text
language sql immutable parallel safe
return :'text_config';

comment on function _text_config is
'Return the text-search configuration of stored texts and queries: text_config, chosen at deploy.';

create function _registry()
returns text
language sql immutable parallel safe
return :'registry';

comment on function _registry is
'Return the schema of the Sqitch registry that this schema was deployed with.';

create function _schema_version()
returns text
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_change text;
begin
  if to_regclass(format('%I.changes', _registry())) is not null then
    -- Dynamic: the name of the registry varies.
    execute format(
      'select c.change from %I.changes as c
      where c.project = ''kodiai'' order by c.committed_at desc limit 1',
      _registry()
    )
    into v_change;
  end if;
  return v_change;
end
$$;

comment on function _schema_version is
'Return the name of the last Sqitch change that was deployed.
Result: the name; null if the registry is not in this database.';

commit;
