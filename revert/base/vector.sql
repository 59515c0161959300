-- Revert kodiai:base/vector from pg
--
-- Drops the extension that deploy created (marked by its comment) if this role owns it, unless
-- other objects in the database depend on it.

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _verify_embedding_dim;
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
    raise notice 'extension vector is kept: other objects in this database depend on it';
end
$$;

commit;
