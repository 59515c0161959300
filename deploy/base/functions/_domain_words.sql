-- Deploy kodiai:base/functions/_domain_words to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _domain_words(p_domain text)
returns text
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return coalesce(obj_description(p_domain::regtype, 'pg_type'), p_domain);
end
$$;

comment on function _domain_words(text) is
'What a domain accepts, in words for an error message: the comment of the domain.
Argument: p_domain, its name.
Errors: 42704 without such a domain.';

commit;
