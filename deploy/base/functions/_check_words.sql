-- Deploy kodiai:base/functions/_check_words to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_words(p_argument text, p_words text[], p_domain text)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if exists (
    select
    from unnest(p_words) as w (word)
    where not coalesce(pg_input_is_valid(w.word, p_domain || ''), false)
  )
  then
    perform _reject_argument(p_argument, _domain_words(p_domain), to_jsonb(p_words)::text);
  end if;
end
$$;

comment on function _check_words(text, text[], text) is
'Refuses an array in which not every element is a word of a domain; null and {} may be.
Arguments: p_argument, its name; p_words, the array; p_domain, the domain.
Errors: 22023 with the argument.';

commit;
