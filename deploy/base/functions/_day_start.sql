-- Deploy kodiai:base/functions/_day_start to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _day_start(p_day date)
returns timestamptz
language sql immutable parallel safe
return p_day::timestamp at time zone 'utc';

comment on function _day_start(date) is
'When a day of UTC begins. Argument: p_day. Result: the time.';

commit;
