-- Revert kodiai:learning/functions/write_memory from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function write_memory(
  text, text, text, text, text, text, vector, bigint, bigint, text, text, text, text,
  boolean, timestamptz
);

commit;
