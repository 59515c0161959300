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
-- A reacted_at without a zone means UTC, whatever the session says.
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
#variable_conflict use_column
declare
  v_inserted bigint[];
begin
  perform _check_reactions(p_reactions);

  -- Keeps rename_repo from changing the repository of these reviews meanwhile.
  perform from reviews as w
  where w.id in (
    select f.review_id
    from jsonb_to_recordset(p_reactions) as r (finding_id bigint)
    inner join findings as f on f.id = r.finding_id
  )
  order by w.id
  for key share of w;

  -- In the order of the key, so that two calls with the same reactions wait for each
  -- other instead of deadlocking.
  with given as (
    select
      r.n,
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
      reactor_login, reacted_at, n
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
      g.repo, g.pr_number, g.review_id, g.finding_id, g.comment_id, g.comment_surface,
      g.reaction_id, g.reaction_content, g.reactor_login, g.reacted_at, g.severity,
      g.category, g.file_path, g.title
    from given as g
    order by g.repo, g.comment_id, g.reaction_id, g.n
    on conflict (repo, comment_id, reaction_id) do nothing
    returning id
  )

  select coalesce(array_agg(n.id), '{}') into v_inserted from new_reactions as n;

  return query
  select
    r.n::integer,
    b.id,
    b.id = any (v_inserted) and row_number() over (partition by b.id order by r.n) = 1
  from rows from (
    jsonb_to_recordset(p_reactions) as (
      finding_id bigint, comment_id bigint, reaction_id bigint
    )
  ) with ordinality as r (finding_id, comment_id, reaction_id, n)
  inner join findings as f on f.id = r.finding_id
  inner join reviews as w on w.id = f.review_id
  inner join feedback_reactions as b
    on
      b.repo = w.repo
      and b.comment_id = coalesce(r.comment_id, f.comment_id)
      and b.reaction_id = r.reaction_id
  order by r.n;
end
$$;

comment on function record_feedback_reactions is
'Records the thumbs that people gave to comments, all of them or none, each with a copy of
what its finding says now. Sending the same ones again is harmless.
Argument: p_reactions: array of objects. Each needs finding_id, reaction_id (GitHub number
of the reaction), reaction_content (+1 or -1) and reactor_login, and may have reacted_at,
comment_id and comment_surface (default: those of the finding). No other keys.
Result: one row per reaction, in input order. ordinal: its place, from 1. feedback_id: its
number here. inserted: false where this reaction to this comment had been recorded; that
one is not changed.
Errors: KB002 where a finding is not there. 22004 and 22023 with the place from 1 and the
key; nothing is written then. 40001 under repeatable read, when another transaction has
just recorded the same reaction or renamed the repository: try again.';

grant execute on function record_feedback_reactions to :"app";

commit;
