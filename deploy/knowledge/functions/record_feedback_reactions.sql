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

  return query
  select r.ordinal, r.feedback_id, r.inserted from _insert_reactions(p_reactions) as r;
end
$$;

comment on function record_feedback_reactions is
'Record thumbs-up and thumbs-down reactions to comments, all or nothing.

Each reaction keeps a copy of the severity, category, file_path and title of its finding.
Recording a reaction again changes nothing.

A person has one reaction per comment: the newest, by reacted_at if both are known and differ, else
by reaction_id. It replaces an older one. sync_feedback_reactions also removes reactions that were
withdrawn.

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
  feedback_id: id in feedback_reactions of the person''s reaction to the comment
  inserted: whether this call recorded the reaction, perhaps in place of an older one; false if it
    was already recorded, or the person has a newer one

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
