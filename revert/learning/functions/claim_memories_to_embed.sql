-- Revert kodiai:learning/functions/claim_memories_to_embed from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function claim_memories_to_embed;

commit;
