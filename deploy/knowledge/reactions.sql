-- Deploy kodiai:knowledge/reactions to pg
--
-- Reactions: validation and insertion.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_reactions(p_reactions jsonb)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_argument text;
  v_finding_id bigint;
begin
  perform _check_objects(
    'feedback_reactions', 'p_reactions', p_reactions,
    array[
      'finding_id', 'comment_id?', 'comment_surface?', 'reaction_id', 'reaction_content',
      'reactor_login', 'reacted_at'
    ]
  );

  select format('p_reactions[%s].finding_id', r.ord), r.finding_id
  into v_argument, v_finding_id
  from rows from (
    jsonb_to_recordset(p_reactions) as (finding_id bigint)
  ) with ordinality as r (finding_id, ord)
  where not exists (select from findings as f where f.id = r.finding_id)
  order by r.ord
  limit 1;
  if found then
    perform _reject_unknown('KB002', v_argument, 'finding', to_jsonb(v_finding_id));
  end if;

  select format('p_reactions[%s].%s', r.ord, c.key)
  into v_argument
  from rows from (
    jsonb_to_recordset(p_reactions) as (
      finding_id bigint, comment_id bigint, comment_surface text
    )
  ) with ordinality as r (finding_id, comment_id, comment_surface, ord)
  inner join findings as f on f.id = r.finding_id
  cross join lateral (
    values
    ('comment_id', coalesce(r.comment_id, f.comment_id)::text),
    ('comment_surface', coalesce(r.comment_surface, f.comment_surface))
  ) as c (key, value)
  where c.value is null
  order by r.ord
  limit 1;
  if found then
    perform _reject_argument(v_argument, 'a value, because the finding has none', null);
  end if;
end
$$;

comment on function _check_reactions is
'Reject reactions that record_feedback_reactions cannot record.
Argument: p_reactions, as in record_feedback_reactions.
Errors: 22004 for a missing value, 22023 for an invalid one, KB002 if a finding does not exist;
the message names the 1-based position and the key.';

create function _insert_reactions(p_reactions jsonb)
returns table (ordinal integer, feedback_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_reactions jsonb;
  v_inserted bigint[];
begin
  select
    jsonb_agg(
      r.reaction || jsonb_build_object(
        'ord', r.ord, 'repo', w.repo, 'pr_number', w.pr_number, 'review_id', f.review_id,
        'comment_id', coalesce((r.reaction ->> 'comment_id')::bigint, f.comment_id),
        'comment_surface', coalesce(r.reaction ->> 'comment_surface', f.comment_surface),
        'reactor_login', _fold_name(r.reaction ->> 'reactor_login'),
        'severity', f.severity, 'category', f.category, 'file_path', f.file_path,
        'title', f.title
      )
    )
  into v_reactions
  from jsonb_array_elements(p_reactions) with ordinality as r (reaction, ord)
  inner join findings as f on f.id = (r.reaction ->> 'finding_id')::bigint
  inner join reviews as w on w.id = f.review_id;

  -- Insert in key order, so that concurrent calls with the same reactions wait for each
  -- other instead of deadlocking.
  with new_reactions as (
    insert into feedback_reactions as b (
      repo, pr_number, review_id, finding_id, comment_id, comment_surface, reaction_id,
      reaction_content, reactor_login, reacted_at, severity, category, file_path, title
    )
    select distinct on (i.repo, i.comment_id, i.comment_surface, i.reactor_login)
      i.repo, i.pr_number, i.review_id, i.finding_id, i.comment_id, i.comment_surface,
      i.reaction_id, i.reaction_content, i.reactor_login, i.reacted_at, i.severity,
      i.category, i.file_path, i.title
    from jsonb_to_recordset(v_reactions) as i (
      repo text, pr_number bigint, review_id bigint, finding_id bigint, comment_id bigint,
      comment_surface text, reaction_id bigint, reaction_content text, reactor_login text,
      reacted_at timestamptz, severity text, category text, file_path text, title text
    )
    -- The person may have changed their login since.
    where not exists (
      select from feedback_reactions as k
      where k.repo = i.repo and k.comment_id = i.comment_id and k.reaction_id = i.reaction_id
    )
    order by
      i.repo, i.comment_id, i.comment_surface, i.reactor_login,
      i.reacted_at desc nulls last, i.reaction_id desc
    on conflict (repo, comment_id, comment_surface, reactor_login) do update
    set
      created_at = excluded.created_at, reaction_id = excluded.reaction_id,
      reaction_content = excluded.reaction_content, reacted_at = excluded.reacted_at
    where
      case
        when excluded.reacted_at <> b.reacted_at then excluded.reacted_at > b.reacted_at
        else excluded.reaction_id > b.reaction_id
      end
    returning id
  )

  select coalesce(array_agg(n.id), '{}') into v_inserted from new_reactions as n;

  return query
  select
    i.ord,
    b.id,
    b.id = any (v_inserted)
    and b.reaction_id = i.reaction_id
    and row_number() over (partition by b.id, i.reaction_id order by i.ord) = 1
  from jsonb_to_recordset(v_reactions) as i (
    ord integer, repo text, comment_id bigint, comment_surface text, reaction_id bigint,
    reactor_login text
  )
  cross join lateral (
    select k.id, k.reaction_id
    from feedback_reactions as k
    where
      k.repo = i.repo and k.comment_id = i.comment_id
      and (
        k.reaction_id = i.reaction_id
        or (k.comment_surface = i.comment_surface and k.reactor_login = i.reactor_login)
      )
    order by k.reaction_id = i.reaction_id desc, k.id
    limit 1
  ) as b
  order by i.ord;
end
$$;

comment on function _insert_reactions is
'Insert reactions that passed _check_reactions. Of several reactions of a person to a comment, the
newest is kept.
Argument: p_reactions, as in record_feedback_reactions. This transaction locked the reviews of the
findings, which keeps rename_repo from renaming their repository.
Result: as in record_feedback_reactions.';

commit;
