-- Deploy kodiai:base/functions/_search_tsvector to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _search_tsvector(p_text text)
returns tsvector
language sql immutable parallel safe
return to_tsvector(:'text_config'::regconfig, _split_identifiers(p_text))
|| array_to_tsvector(_identifiers(p_text));

comment on function _search_tsvector(text) is
'Cuts a text into lexemes: its words, by the text-search configuration chosen at deploy
(text_config), identifiers and paths as their parts; and beside them, without a position,
each identifier and path as a whole. So pool_manager.py is found by "pool manager", and
better by its name. What is stored and what is asked go through this same function.
Argument: p_text. Result: its lexemes with their positions; null for null.';

commit;
