-- Deploy kodiai:base/vector to pg
--
-- The type of embeddings, and their number of dimensions.
--
-- An existing extension is used unchanged: this database may use it already, or an administrator
-- may have created it (it is not trusted). A comment marks the one that revert may drop.

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

-- The pinned search_path of the functions finds the type in schema public only.
select
  n.nspname <> 'public' as is_in_other_schema,
  not has_schema_privilege(:'owner', 'public', 'usage') as lacks_usage
from pg_extension as e
inner join pg_namespace as n on e.extnamespace = n.oid
where e.extname = 'vector'
\gset

\if :is_in_other_schema
do $$ begin
  raise 'extension vector: expected in schema public';
end $$;
\endif

\if :lacks_usage
do $$ begin
  raise 'schema public: expected usage granted to the owner role';
end $$;
\endif

set local role = :"owner";
set local search_path = :"schema", public;

create function _embedding_dim()
returns integer
language sql immutable parallel safe
return :embedding_dim;

comment on function _embedding_dim is
'Return the number of dimensions of every embedding: embedding_dim, chosen at deploy.';

create function _verify_embedding_dim(p_embedding_dim integer)
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if p_embedding_dim <> _embedding_dim() then
    raise exception using
      errcode = 'invalid_parameter_value',
      column = 'embedding_dim',
      message = format(
        'embedding_dim: expected %s, with which this schema was deployed, got %s',
        _embedding_dim(), p_embedding_dim
      ),
      hint = format(
        'Pass --set embedding_dim=%s, or revert and deploy again to change it.', _embedding_dim()
      );
  end if;
end
$$;

comment on function _verify_embedding_dim is
'For deploy and verify scripts: fail unless the deploy variable embedding_dim is that of the first
deploy.
Argument: p_embedding_dim, the variable.
Errors: 22023 if it is another one.';

commit;
