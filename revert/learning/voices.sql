-- Revert kodiai:learning/voices from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _sync_voices;
drop function _judge_reactors;
drop function _list_reactions;
drop function _list_comment_findings;
drop function _judge_voices;
drop function _lock_pending_memories;
drop function _waiting_since;
drop function _restore_memories;
drop function _lock_spoken_memories;
drop function _withdraw_voices;
drop function _settle_memories;
drop function _derive_states;
drop function _record_voice;
drop function _judge_teacher;
drop function _find_association;
drop function _check_speaker;
drop function _reaction_voice;
drop function _voice_side;

commit;
