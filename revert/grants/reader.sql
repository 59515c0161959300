-- Revert kodiai:grants/reader from pg

begin;

\set reader :schema _reader
set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

revoke all on all functions in schema :"schema" from :"reader";
revoke all on schema :"schema" from :"reader";

commit;
