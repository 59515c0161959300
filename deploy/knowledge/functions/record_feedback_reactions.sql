-- Deploy kodiai:knowledge/functions/record_feedback_reactions to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_feedback_reactions(p_reactions jsonb)
returns table (ordinal integer, feedback_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- A reacted_at without a time zone means UTC, regardless of session settings.
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
#variable_conflict use_column
declare
  v_inserted bigint[];
begin
  perform _check_reactions(p_reactions);

  -- Keep rename_repo from renaming the repository of these reviews concurrently.
  perform from reviews as w
  where w.id in (
    select f.review_id
    from jsonb_to_recordset(p_reactions) as r (finding_id bigint)
    inner join findings as f on f.id = r.finding_id
  )
  order by w.id
  for key share of w;

  -- Insert in key order, so that concurrent calls with the same reactions wait for each
  -- other instead of deadlocking.
  with input as (
    select
      r.ord,
      w.repo,
      w.pr_number,
      f.review_id,
      f.id as finding_id,
      coalesce(r.comment_id, f.comment_id) as comment_id,
      coalesce(r.comment_surface, f.comment_surface) as comment_surface,
      r.reaction_id,
      r.reaction_content,
      r.reactor_login,
      r.reacted_at,
      f.severity,
      f.category,
      f.file_path,
      f.title
    from rows from (
      jsonb_to_recordset(p_reactions) as (
        finding_id bigint,
        comment_id bigint,
        comment_surface text,
        reaction_id bigint,
        reaction_content text,
        reactor_login text,
        reacted_at timestamptz
      )
    ) with ordinality as r (
      finding_id, comment_id, comment_surface, reaction_id, reaction_content,
      reactor_login, reacted_at, ord
    )
    inner join findings as f on f.id = r.finding_id
    inner join reviews as w on w.id = f.review_id
  ),

  new_reactions as (
    insert into feedback_reactions (
      repo, pr_number, review_id, finding_id, comment_id, comment_surface, reaction_id,
      reaction_content, reactor_login, reacted_at, severity, category, file_path, title
    )
    select
      i.repo, i.pr_number, i.review_id, i.finding_id, i.comment_id, i.comment_surface,
      i.reaction_id, i.reaction_content, i.reactor_login, i.reacted_at, i.severity,
      i.category, i.file_path, i.title
    from input as i
    order by i.repo, i.comment_id, i.reaction_id, i.ord
    on conflict (repo, comment_id, reaction_id) do nothing
    returning id
  )

  select coalesce(array_agg(n.id), '{}') into v_inserted from new_reactions as n;

  return query
  select
    r.ord::integer,
    b.id,
    b.id in (select i.id from unnest(v_inserted) as i (id))
    and row_number() over (partition by b.id order by r.ord) = 1
  from rows from (
    jsonb_to_recordset(p_reactions) as (
      finding_id bigint, comment_id bigint, reaction_id bigint
    )
  ) with ordinality as r (finding_id, comment_id, reaction_id, ord)
  inner join findings as f on f.id = r.finding_id
  inner join reviews as w on w.id = f.review_id
  inner join feedback_reactions as b
    on
      b.repo = w.repo
      and b.comment_id = coalesce(r.comment_id, f.comment_id)
      and b.reaction_id = r.reaction_id
  order by r.ord;
end
$$;

comment on function record_feedback_reactions is
'Record thumbs-up and thumbs-down reactions to comments, all or nothing.

Each reaction keeps a copy of the severity, category, file_path and title of its finding.
Recording a reaction again changes nothing.

Arguments:
  p_reactions: array of NewReaction objects; at most 10000 reactions
    - finding_id (bigint, required): id of the finding that the comment is about
    - comment_id (bigint): GitHub comment id; null for the finding''s
    - comment_surface (text): 1 to 200 characters; kind of comment, such as
      pull_request_review_comment; null for the finding''s
    - reaction_id (bigint, required): GitHub reaction id
    - reaction_content (+1 | -1, required): thumbs up or thumbs down
    - reactor_login (text, required): 1 to 200 characters; GitHub login of the person who reacted
    - reacted_at (timestamptz): years 1 to 9999; when the person reacted; UTC unless it has a time
      zone; null if unknown

Result: rows, each a RecordedReaction, in input order.
  ordinal: 1-based position in p_reactions
  feedback_id: id of the reaction in feedback_reactions
  inserted: false if the reaction was already recorded; it is left unchanged

Errors:
  22004: p_reactions or a required key is missing, or neither the reaction nor the finding has a
    comment; the message names it
  22023: p_reactions or a key is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction recorded the same
    reaction or renamed the repository; retry the transaction
  KB002: a finding does not exist

Example:
  p_reactions => ''[{"finding_id": 1, "reaction_id": 5001, "reaction_content": "+1",
    "reactor_login": "ann"}]''';

grant execute on function record_feedback_reactions to :"app";

commit;
