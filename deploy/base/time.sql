-- Deploy kodiai:base/time to pg
--
-- The clock, and the UTC days of reports.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _now()
returns timestamptz
language sql stable parallel safe
return case
  -- The user who logged in: in a security definer function, current_user is the owner role.
  when
    nullif(current_setting('kodiai.now', true), '') is not null
    and pg_has_role(session_user, :'owner', 'member')
    then current_setting('kodiai.now')::timestamptz
  else now()
end;

comment on function _now is
'Return the current time: the start of the transaction, or the setting kodiai.now, which only
tests set, and which counts only in sessions of members of the owner role. All functions and
column defaults use this clock.
Errors: 22007 if kodiai.now is not a valid time.';

create function _day_start(p_day date)
returns timestamptz
language sql immutable parallel safe
return p_day::timestamp at time zone 'utc';

comment on function _day_start is
'Return the start of a UTC day.
Argument: p_day.';

create function _period_start(p_days bigint)
returns date
language sql stable parallel safe
return (_now() at time zone 'utc')::date - (p_days - 1)::integer;

comment on function _period_start is
'Return the first UTC day of a period that ends today.
Argument: p_days, its length in days, at least 1.';

commit;
