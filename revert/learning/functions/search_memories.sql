-- Revert kodiai:learning/functions/search_memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function search_memories(
  text, text, vector, integer, text, text[], text[], text[], text, timestamptz, text,
  text[], real, real, integer, interval, real, real, text, real, real, real
);

commit;
