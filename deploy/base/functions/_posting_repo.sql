-- Deploy kodiai:base/functions/_posting_repo to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _posting_repo(p_repo text)
returns bigint
language sql immutable parallel safe
return hashtextextended(p_repo, 0);

comment on function _posting_repo(text) is
'The number under which postings hold a repository.
Argument: p_repo, owner/name. Result: the number.';

commit;
