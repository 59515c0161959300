-- Deploy kodiai:base/functions/_now to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _now()
returns timestamptz
language sql stable parallel safe
return coalesce(nullif(current_setting('kodiai.now', true), '')::timestamptz, now());

comment on function _now() is
'What time it is: the start of the transaction, or what the setting kodiai.now says.
Tests set that; nothing else does. All functions and column defaults ask this clock.
Result: the time. Errors: 22007 where kodiai.now is set to what is not a time.';

commit;
