-- Deploy kodiai:base/functions/_are_words to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _are_words(p_words text[], p_domain text)
returns boolean
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return not exists (
    select
    from unnest(p_words) as w (word)
    where not coalesce(pg_input_is_valid(w.word, p_domain), false)
  );
end
$$;

comment on function _are_words(text[], text) is
'Whether every element of an array is a word of a domain; so it is for null and {}.
Arguments: p_words; p_domain, its name.
Errors: 42704 without such a domain.';

commit;
