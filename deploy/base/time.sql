-- Deploy kodiai:base/time to pg
--
-- The clock, and the days of UTC that reports are about.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _now()
returns timestamptz
language sql stable parallel safe
return coalesce(nullif(current_setting('kodiai.now', true), '')::timestamptz, now());

comment on function _now is
'The current time: the start of the transaction, or the setting kodiai.now, which only
tests set. All functions and column defaults use this clock.
Result: the time. Errors: 22007 if kodiai.now is set to something that is not a time.';

create function _day_start(p_day date)
returns timestamptz
language sql immutable parallel safe
return p_day::timestamp at time zone 'utc';

comment on function _day_start is
'The start of a day in UTC. Argument: p_day. Result: the time.';

create function _period_start(p_days integer)
returns date
language sql stable parallel safe
return (_now() at time zone 'utc')::date - (p_days - 1);

comment on function _period_start is
'The first day of a period that ends today, in days of UTC.
Argument: p_days, its length, from 1. Result: the day.';

commit;
