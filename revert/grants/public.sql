-- Revert kodiai:grants/public from pg
--
-- Gives nothing back: base/schema has left nothing open since it was deployed.

begin;
commit;
