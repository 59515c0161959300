-- Deploy kodiai:knowledge/tables/feedback_reactions to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table feedback_reactions (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  repo repo_name not null,
  pr_number positive_number not null,
  review_id bigint not null,
  finding_id bigint not null,
  comment_id positive_number not null,
  comment_surface short_name not null,
  reaction_id positive_number not null,
  reaction_content reaction_content not null,
  reactor_login login_name not null,
  reacted_at timestamptz,
  severity severity not null,
  category category not null,
  file_path file_path not null,
  title short_text not null,
  constraint feedback_reactions_pkey primary key (id),
  constraint feedback_reactions_key unique (repo, comment_id, reaction_id),
  constraint feedback_reactions_reactor_key
  unique (repo, comment_id, comment_surface, reactor_login),
  constraint feedback_reactions_review_id_fkey foreign key (review_id)
  references reviews (id) on delete cascade,
  constraint feedback_reactions_finding_id_fkey foreign key (finding_id)
  references findings (id) on delete cascade
);

create index feedback_reactions_repo_created_at_idx
on feedback_reactions (repo, created_at desc);
create index feedback_reactions_review_id_idx on feedback_reactions (review_id);
create index feedback_reactions_finding_id_idx on feedback_reactions (finding_id);
create index feedback_reactions_repo_title_idx on feedback_reactions (repo, title);

comment on table feedback_reactions is
'One row per person who reacted to a comment of the agent: the thumbs up or thumbs down, with a '
'copy of the finding.';
comment on column feedback_reactions.id is 'Feedback id.';
comment on column feedback_reactions.created_at is 'When the reaction was recorded.';
comment on column feedback_reactions.repo is 'Repository of the comment, owner/name in lower case.';
comment on column feedback_reactions.pr_number is
'Pull request of the comment, copied so that reports need no join with reviews.';
comment on column feedback_reactions.review_id is 'Review that posted the comment.';
comment on column feedback_reactions.finding_id is 'Finding that the comment is about.';
comment on column feedback_reactions.comment_id is 'GitHub comment id.';
comment on column feedback_reactions.comment_surface is
'Kind of comment; comment_id is unique only within a kind.';
comment on column feedback_reactions.reaction_id is 'GitHub reaction id.';
comment on column feedback_reactions.reaction_content is 'Thumbs up (+1) or thumbs down (-1).';
comment on column feedback_reactions.reactor_login is
'GitHub login of the person who reacted, in lower case.';
comment on column feedback_reactions.reacted_at is 'When the person reacted.';
comment on column feedback_reactions.severity is 'Severity of the finding.';
comment on column feedback_reactions.category is 'Category of the finding.';
comment on column feedback_reactions.file_path is
'Path of the file, relative to the repository root.';
comment on column feedback_reactions.title is 'Title of the finding.';

commit;
