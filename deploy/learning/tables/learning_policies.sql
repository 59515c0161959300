-- Deploy kodiai:learning/tables/learning_policies to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table learning_policies (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  owner owner_name not null,
  repo repo_name,
  trusted_associations text[] not null,
  untrusted untrusted not null,
  approval_delay age,
  max_per_person_day positive_number,
  constraint learning_policies_pkey primary key (id),
  constraint learning_policies_key unique nulls not distinct (repo, owner),
  constraint learning_policies_owner_check check (owner = split_part(repo, '/', 1))
);

create index learning_policies_owner_idx on learning_policies (owner);

comment on table learning_policies is
'Who may teach: one row per owner or repository with a policy. A repository''s '
'policy replaces its owner''s; without either, everybody may teach.';
comment on column learning_policies.id is 'Policy id.';
comment on column learning_policies.created_at is 'When the policy was set.';
comment on column learning_policies.owner is 'Owner, in lower case.';
comment on column learning_policies.repo is
'Repository, owner/name in lower case; null for all repositories of the owner.';
comment on column learning_policies.trusted_associations is
'Associations of people whose voices count at once, in upper case, such as MEMBER.';
comment on column learning_policies.untrusted is
'What becomes of other voices. pending: they await approval. ignore: they are not recorded.';
comment on column learning_policies.approval_delay is
'Time after which approve_memories may approve a pending voice that nobody rejected; null for '
'never.';
comment on column learning_policies.max_per_person_day is
'Number of memories to which a person may speak per UTC day; beyond it, they are not trusted. Null '
'for no maximum.';

commit;
