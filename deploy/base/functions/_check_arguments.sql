-- Deploy kodiai:base/functions/_check_arguments to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_arguments(p_table text, p_arguments jsonb)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_columns(
    p_table, jsonb_build_array(p_arguments),
    array(select a.key from jsonb_each(p_arguments) as a (key)), 'p_%2$s'
  );
end
$$;

comment on function _check_arguments(text, jsonb) is
'Refuses named arguments of a public function that the columns of a table of the same
names would refuse (_check_columns).
Arguments: p_table, its name; p_arguments, an object of them without p_.
Errors: 22004 for a missing value, 22023 for one that cannot be.';

commit;
