-- Deploy kodiai:base/functions/_reject_argument to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _reject_argument(p_argument text, p_expected text, p_got text)
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if p_got is null then
    raise exception using
      errcode = 'null_value_not_allowed',
      message = format('%s is missing: expected %s', p_argument, p_expected);
  end if;
  raise exception using
    errcode = 'invalid_parameter_value',
    message = format(
      '%s: expected %s, got %s', p_argument, p_expected,
      case
        when length(p_got) > 80
          then format('%s... (%s characters)', left(p_got, 60), length(p_got))
        else p_got
      end
    );
end
$$;

comment on function _reject_argument(text, text, text) is
'Refuses an argument of a public function, always in the same words.
Arguments: p_argument, its name; p_expected, what it should have been; p_got, what it
was, null for nothing.
Errors: 22004 where p_got is null, else 22023; it never returns.';

commit;
