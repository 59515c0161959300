-- Deploy kodiai:base/functions/_domain_words to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _domain_words(p_domain text)
returns text
language sql stable parallel safe
return case p_domain::regtype
  when 'text'::regtype then 'text'
  when 'boolean'::regtype then 'true or false'
  when 'integer'::regtype then 'a whole number of at most 32 bits'
  when 'bigint'::regtype then 'a whole number of at most 64 bits'
  when 'timestamptz'::regtype then 'a date and time'
  when 'jsonb'::regtype then 'JSON'
  else obj_description(p_domain::regtype, 'pg_type')
end;

comment on function _domain_words(text) is
'What a type accepts, in words for an error message: the comment of the domain.
Argument: p_domain, its name; a few types of Postgres will do as well.
Errors: 42704 without such a type.';

commit;
