-- Deploy kodiai:knowledge/triggers/findings_search_tsv to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _set_findings_search_tsv()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Or Postgres would tell the client of each word that is too long for a lexeme.
set client_min_messages = warning
as $$
begin
  new.search_tsv := _search_tsvector(new.title);
  return new;
end
$$;

comment on function _set_findings_search_tsv() is
'Trigger of findings: keeps search_tsv equal to the lexemes of title.';

-- Citus refuses triggers without this; elsewhere it is a name that nothing reads.
set local "citus.enable_unsafe_triggers" = on;

create trigger findings_search_tsv
before insert or update of title, search_tsv on findings
for each row execute function _set_findings_search_tsv();

commit;
