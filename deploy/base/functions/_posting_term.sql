-- Deploy kodiai:base/functions/_posting_term to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _posting_term(p_table text, p_owner text, p_lexeme text)
returns bigint
language sql immutable parallel safe
-- 59 bits: that two of ten million lexemes share a number has a chance of 1 in 10,000.
return hashtextextended(
  p_lexeme, hashtextextended(p_owner, hashtextextended(p_table, 0))
) & ~31::bigint;

comment on function _posting_term(text, text, text) is
'The first of the 32 numbers under which postings hold a lexeme.
Arguments: p_table, learning_memories or findings; p_owner, owner of the repository;
p_lexeme, or an empty string for the documents themselves. Result: the number.';

commit;
