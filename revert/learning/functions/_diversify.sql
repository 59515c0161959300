-- Revert kodiai:learning/functions/_diversify from pg

begin;

set local search_path = :"schema", public;

drop function _diversify(
  bigint[], double precision[], text, double precision, integer
);

commit;
