-- Deploy kodiai:learning/functions/sync_feedback_reactions to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function sync_feedback_reactions(
  p_finding_id bigint,
  p_reactions jsonb,
  p_comment_id bigint default null,
  p_comment_surface text default null
)
returns table (recorded bigint, removed bigint)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- A reacted_at without a time zone means UTC, regardless of session settings.
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
#variable_conflict use_column
declare
  v_repo text;
  v_comment_id bigint;
  v_comment_surface text;
  v_reactions jsonb;
  v_finding_ids bigint[];
  v_memory_ids bigint[];
  v_trusts jsonb;
  v_recorded bigint;
  v_removed bigint;
begin
  perform _check_argument('p_finding_id', p_finding_id::text, 'positive_number');
  perform _check_objects(
    'feedback_reactions', 'p_reactions', p_reactions,
    array['reaction_id', 'reaction_content', 'reactor_login', 'reacted_at']
  );
  perform _check_columns(
    'feedback_reactions',
    jsonb_build_array(
      jsonb_build_object('comment_id', p_comment_id, 'comment_surface', p_comment_surface)
    ),
    array['comment_id?', 'comment_surface?'], 'p_%2$s'
  );

  -- Before the review: people, then memories (docs/guides/operations.md#lock-order).
  select
    w.repo,
    _list_comment_findings(
      w.repo, f.id, coalesce(p_comment_id, f.comment_id),
      coalesce(p_comment_surface, f.comment_surface)
    )
  into v_repo, v_finding_ids
  from findings as f
  inner join reviews as w on w.id = f.review_id
  where f.id = p_finding_id;
  v_memory_ids := array(
    select distinct m.id
    from unnest(v_finding_ids) as u (id)
    cross join lateral _find_memory(v_repo, u.id) as m (id)
    where m.id is not null
  );
  v_trusts := _judge_reactors(v_repo, v_memory_ids, p_reactions);
  v_memory_ids := _lock_memories(v_memory_ids);

  -- For update: excludes rename_repo, and other calls that record reactions to its findings.
  select
    w.repo, coalesce(p_comment_id, f.comment_id), coalesce(p_comment_surface, f.comment_surface)
  into v_repo, v_comment_id, v_comment_surface
  from findings as f
  inner join reviews as w on w.id = f.review_id
  where f.id = p_finding_id
  for update of w;
  if not found then
    perform _reject_unknown('KB002', 'p_finding_id', 'finding', to_jsonb(p_finding_id));
  end if;
  if v_comment_id is null then
    perform _reject_argument('p_comment_id', 'a value, because the finding has none', null);
  end if;
  if v_comment_surface is null then
    perform _reject_argument('p_comment_surface', 'a value, because the finding has none', null);
  end if;

  delete from feedback_reactions as b
  where
    b.repo = v_repo
    and b.comment_id = v_comment_id
    and b.comment_surface = v_comment_surface
    and b.reaction_id <> all (
      array(
        select r.reaction_id from jsonb_to_recordset(p_reactions) as r (reaction_id bigint)
      )
    );
  get diagnostics v_removed = row_count;

  select
    jsonb_agg(
      r.reaction || jsonb_build_object(
        'finding_id', p_finding_id, 'comment_id', v_comment_id,
        'comment_surface', v_comment_surface
      )
    )
  into v_reactions
  from jsonb_array_elements(p_reactions) as r (reaction);
  select count(*) filter (where i.inserted) into v_recorded from _insert_reactions(v_reactions) as i;

  perform _sync_voices(u.id, v_finding_ids, v_trusts) from unnest(v_memory_ids) as u (id);

  return query select v_recorded, v_removed;
end
$$;

comment on function sync_feedback_reactions is
'Record all reactions to a comment, and remove those that were withdrawn.

Pass every thumbs-up and thumbs-down reaction that the comment has now, of all pages: recorded
reactions that are not among them are deleted. Otherwise as record_feedback_reactions, which never
deletes any.

The voices of the memories that the findings of the comment taught or repeated follow
(teach_memory): each person speaks as they last reacted to any finding of the memory, as far as the
policy trusts them (set_learning_policy), and the voices of people who took their reaction back are
withdrawn. Voices from elsewhere, such as a reply, stay.

Arguments:
  p_finding_id: 1 or more; finding that the comment is about
  p_reactions: array of CommentReaction objects; at most 10000; all reactions to the comment
    - reaction_id (bigint, required): GitHub reaction id
    - reaction_content (+1 | -1, required): thumbs up or thumbs down
    - reactor_login (text, required): 1 to 200 characters; GitHub login of the person who reacted
    - reacted_at (timestamptz): years 1 to 9999; when the person reacted; UTC unless it has a time
      zone; null if unknown
  p_comment_id: 1 or more; GitHub comment id; null for the finding''s
  p_comment_surface: 1 to 200 characters; kind of comment, such as pull_request_review_comment;
    null for the finding''s

Result: one row, a ReactionSync.
  recorded: number of reactions that were new, or newer than the person''s recorded one
  removed: number of recorded reactions deleted because the comment does not have them

Errors:
  22004: a required argument or key is missing, or neither the call nor the finding has a comment;
    the message names it
  22023: an argument or key is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction recorded reactions to the
    comment or renamed the repository; retry the transaction
  40P01: a concurrent transaction recorded reactions to the same comment for a finding of another
    review; retry the transaction
  KB002: the finding does not exist

Example:
  p_finding_id => 1
  p_reactions => ''[{"reaction_id": 5001, "reaction_content": "+1", "reactor_login": "ann"}]''';

grant execute on function sync_feedback_reactions to :"app";

commit;
