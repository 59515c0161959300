-- Deploy kodiai:knowledge/tables/findings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table findings (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  review_id bigint not null,
  file_path file_path not null,
  start_line positive_number,
  end_line positive_number,
  severity severity not null,
  category category not null,
  confidence percentage not null,
  title short_text not null,
  suppressed boolean not null default false,
  suppression_pattern short_text,
  comment_id positive_number,
  comment_surface short_name,
  review_output_key short_text,
  search_tsv tsvector,
  constraint findings_pkey primary key (id),
  constraint findings_review_id_fkey foreign key (review_id)
  references reviews (id) on delete cascade,
  constraint findings_lines_check check (start_line <= end_line),
  constraint findings_suppression_pattern_check check (
    suppressed or suppression_pattern is null
  ),
  -- GitHub comment ids are unique only within a kind of comment.
  constraint findings_comment_check check ((comment_id is null) = (comment_surface is null))
);

create index findings_review_id_idx on findings (review_id);
create index findings_severity_idx on findings (severity);
create index findings_file_path_idx on findings (file_path);
create index findings_comment_id_idx on findings (comment_id);

comment on table findings is 'One row per finding of a review, posted or suppressed.';
comment on column findings.id is 'Finding id.';
comment on column findings.created_at is
'When the finding was made: when it was recorded, unless another time was given.';
comment on column findings.review_id is 'Review that reported the finding.';
comment on column findings.file_path is 'Path of the file, relative to the repository root.';
comment on column findings.start_line is 'First line of the finding, from 1.';
comment on column findings.end_line is 'Last line of the finding.';
comment on column findings.severity is 'How bad it is.';
comment on column findings.category is 'Kind of problem.';
comment on column findings.confidence is 'How sure the agent was, 0 to 100.';
comment on column findings.title is 'The finding in one line.';
comment on column findings.suppressed is 'Whether the finding was suppressed.';
comment on column findings.suppression_pattern is 'Suppression rule that matched it.';
comment on column findings.comment_id is 'GitHub comment id; null if not posted.';
comment on column findings.comment_surface is
'Kind of comment; comment_id is unique only within a kind.';
comment on column findings.review_output_key is
'Key of the review output that contains the finding.';
comment on column findings.search_tsv is 'Lexemes of the title, maintained by a trigger.';

commit;
