-- Deploy kodiai:base/vector to pg
--
-- The extension may already serve others in this database, or have been made by
-- an administrator (it is not a trusted one): then it is used as it is. The
-- comment marks what revert may drop again.

begin;

select
  not exists (
    select from pg_extension
    where extname = 'vector'
  ) as missing
\gset

\if :missing
create extension vector with schema public;
comment on extension vector is 'pgvector, created for kodiai';
\endif

commit;
