-- Deploy kodiai:knowledge/tables/run_state to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table run_state (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  run_key short_text not null,
  repo repo_name not null,
  pr_number positive_number not null,
  base_sha short_name not null,
  head_sha short_name not null,
  delivery_id short_name not null,
  action short_name not null,
  status run_status not null default 'pending',
  completed_at timestamptz,
  superseded_by short_text,
  constraint run_state_pkey primary key (id),
  constraint run_state_run_key_key unique (run_key)
);

create index run_state_repo_pr_number_idx on run_state (repo, pr_number);
create index run_state_status_idx on run_state (status);
create index run_state_created_at_idx on run_state (created_at);

comment on table run_state is 'One row per claimed review run.';
comment on column run_state.id is 'Run id.';
comment on column run_state.created_at is 'When the run was last claimed.';
comment on column run_state.run_key is
'Key of the run; deliveries with the same key are duplicates.';
comment on column run_state.repo is 'Repository of the pull request, owner/name in lower case.';
comment on column run_state.pr_number is 'Pull request number.';
comment on column run_state.base_sha is 'Base commit of the pull request.';
comment on column run_state.head_sha is 'Head commit of the pull request.';
comment on column run_state.delivery_id is 'Webhook delivery that holds the run.';
comment on column run_state.action is 'Webhook action, such as opened or synchronize.';
comment on column run_state.status is 'Status of the run.';
comment on column run_state.completed_at is 'When the run completed or was superseded.';
comment on column run_state.superseded_by is 'Key of the newer run that superseded it.';

commit;
