-- Deploy kodiai:base/functions/_check_argument to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_argument(p_argument text, p_value text, p_type text)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  -- pg_input_is_valid takes a bare parameter for a constant: within a transaction it
  -- would go on with the type that the first call named.
  if not coalesce(pg_input_is_valid(p_value, p_type || ''), false) then
    perform _reject_argument(
      p_argument, _domain_words(p_type),
      case when pg_input_is_valid(p_value, 'numeric') then p_value else to_jsonb(p_value)::text end
    );
  end if;
end
$$;

comment on function _check_argument(text, text, text) is
'Refuses an argument of a public function that its domain would refuse, or null.
Arguments: p_argument, its name; p_value, its value as text; p_type, the domain.
Errors: 22004 where p_value is null, 22023 where it is outside the domain.';

commit;
