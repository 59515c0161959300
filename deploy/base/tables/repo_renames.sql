-- Deploy kodiai:base/tables/repo_renames to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table repo_renames (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  old_repo repo_name not null,
  new_repo repo_name not null,
  constraint repo_renames_pkey primary key (id),
  constraint repo_renames_key unique (old_repo)
);

create index repo_renames_new_repo_idx on repo_renames (new_repo);

comment on table repo_renames is
'One row per former name of a repository, so that a delivery that still carries it is recognized.';
comment on column repo_renames.id is 'Rename id.';
comment on column repo_renames.created_at is 'When the repository was renamed.';
comment on column repo_renames.old_repo is 'Former name, owner/name in lower case.';
comment on column repo_renames.new_repo is
'Current name, owner/name in lower case; changes with later renames.';

commit;
