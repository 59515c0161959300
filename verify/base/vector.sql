-- Verify kodiai:base/vector on pg

begin;

-- 0.8.0 is the first with iterative index scans.
select 1 / (count(*) = 1)::integer
from pg_extension
where
  extname = 'vector'
  and string_to_array(extversion, '.')::integer[] >= '{0,8,0}';

select 'public.vector'::regtype;

rollback;
