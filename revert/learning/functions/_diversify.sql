-- Revert kodiai:learning/functions/_diversify from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _diversify(
  bigint[], double precision[], text, double precision, integer
);

commit;
