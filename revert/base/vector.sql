-- Revert kodiai:base/vector from pg
--
-- Drops what deploy made (its comment says so) if it belongs to this role, unless
-- something else in the database has come to use it.

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _embedding_dim;

do $$
begin
  if exists (
    select from pg_extension as e
    where
      e.extname = 'vector'
      and obj_description(e.oid, 'pg_extension') = 'pgvector, created for kodiai'
      and pg_has_role(e.extowner, 'usage')
  ) then
    drop extension vector;
  end if;
exception
  when dependent_objects_still_exist then
    raise notice 'extension vector stays: something else in this database uses it';
end
$$;

commit;
