-- Deploy kodiai:base/functions/_embedding_dim to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _embedding_dim()
returns integer
language sql immutable parallel safe
return :embedding_dim;

comment on function _embedding_dim() is
'Width of every vector in this memory, chosen at deploy by embedding_dim.';

commit;
