-- Deploy kodiai:base/functions/_first_day to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _first_day(p_days integer)
returns date
language sql stable parallel safe
return (_now() at time zone 'utc')::date - (p_days - 1);

comment on function _first_day(integer) is
'First of so many days of which today is the last. Days are those of UTC.
Argument: p_days, from 1. Result: the day.';

commit;
