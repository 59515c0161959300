-- Deploy kodiai:base/vector to pg
--
-- The type of embeddings, and their width.
--
-- The extension may already serve others in this database, or have been made by
-- an administrator (it is not a trusted one): then it is used as it is. The
-- comment marks what revert may drop again.

begin;

\set owner :schema _owner

select
  not exists (
    select from pg_extension
    where extname = 'vector'
  ) as missing
\gset

\if :missing
create extension vector with schema public;
comment on extension vector is 'pgvector, created for kodiai';
\endif

-- The functions of the memory find the type there.
select
  n.nspname <> 'public' as is_elsewhere,
  not has_schema_privilege(:'owner', 'public', 'usage') as is_closed
from pg_extension as e
inner join pg_namespace as n on e.extnamespace = n.oid
where e.extname = 'vector'
\gset

\if :is_elsewhere
do $$ begin
  raise 'extension vector: expected in schema public';
end $$;
\endif

\if :is_closed
do $$ begin
  raise 'schema public: expected usage granted to the owner role of the memory';
end $$;
\endif

set local role = :"owner";
set local search_path = :"schema", public;

create function _embedding_dim()
returns integer
language sql immutable parallel safe
return :embedding_dim;

comment on function _embedding_dim is
'Width of every vector in this memory, chosen at deploy by embedding_dim.';

commit;
