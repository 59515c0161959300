-- Deploy kodiai:learning/voices to pg
--
-- Voices: who may speak, what they say, and how they decide the state of a memory.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _voice_side(p_voice text)
returns integer
language sql immutable parallel safe
return case
  when p_voice in ('accepted', 'thumbs_up') then 1
  when p_voice in ('suppressed', 'thumbs_down') then -1
  else 0
end;

comment on function _voice_side is
'Return whether a voice speaks for a memory (1), against it (-1), or is no verdict (0).
Argument: p_voice.';

create function _reaction_voice(p_reaction_content text)
returns text
language sql immutable parallel safe
return case p_reaction_content when '+1' then 'thumbs_up' else 'thumbs_down' end;

comment on function _reaction_voice is
'Return the voice of a reaction to a comment.
Argument: p_reaction_content, +1 or -1.';

create function _check_speaker(p_login text, p_event text)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_optional('p_login', p_login, 'login_name');
  perform _check_optional('p_event', p_event, 'short_name');
  if num_nonnulls(p_login, p_event) = 2 then
    perform _reject_argument('p_event', 'null, because p_login is given', to_jsonb(p_event)::text);
  end if;
end
$$;

comment on function _check_speaker is
'Reject a person or an event that cannot speak.
Arguments: p_login; p_event; both may be null.
Errors: 22023 if one is invalid or both are given.';

create function _find_association(p_repo text, p_login text)
returns text
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  return coalesce(
    (
      select a.author_association from author_cache as a
      where a.repo = p_repo and a.author_login = p_login
    ),
    (
      select v.association
      from memory_voices as v
      where
        v.login = p_login
        and v.association is not null
        and p_repo = (select m.repo from learning_memories as m where m.id = v.memory_id)
      order by v.said_at desc, v.id desc
      limit 1
    )
  );
end
$$;

comment on function _find_association is
'Find the association of a person with a repository: that of author_cache, or else the one with
which they last spoke.
Arguments: p_repo; p_login.
Result: the association; null if unknown.';

create function _judge_teacher(
  p_repo text, p_login text, p_association text, p_memory_id bigint
)
returns text
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_policy record;
  v_known record;
  v_day date;
  v_earlier bigint;
begin
  if p_login like '%[bot]' then
    return 'ignore';
  end if;
  select p.owner, p.repo, p.trusted_associations, p.untrusted, p.max_per_person_day
  into v_policy
  from learning_policies as p
  where p.owner = split_part(p_repo, '/', 1) and (p.repo = p_repo or p.repo is null)
  order by p.repo
  limit 1;
  -- An event has no login: the agent itself says what happened.
  if not found or p_login is null then
    return 'trust';
  end if;

  p_association := upper(coalesce(p_association, _find_association(p_repo, p_login)));
  if p_association = any (v_policy.trusted_associations) is not true then
    return v_policy.untrusted;
  end if;

  -- Of the memories to which they first spoke on the same day, the first ones count.
  select v.id, v.created_at, v.withdrawn_at is null and not v.is_pending as is_counted
  into v_known
  from memory_voices as v
  where v.memory_id = p_memory_id and v.login = p_login;
  if v_policy.max_per_person_day is not null and v_known.is_counted is not true then
    -- One at a time, so that nobody exceeds the maximum by speaking in many sessions at once.
    perform pg_advisory_xact_lock(_lock_key('person', format('%s %s', v_policy.owner, p_login)));
    v_day := (coalesce(v_known.created_at, _now()) at time zone 'utc')::date;
    select count(*)
    into v_earlier
    from memory_voices as v
    cross join lateral (
      select m.owner, m.repo from learning_memories as m where m.id = v.memory_id
      -- Optimization fence: look up one memory at a time.
      offset 0
    ) as m
    where
      v.login = p_login
      and v.created_at >= _day_start(v_day)
      and v.created_at < _day_start(v_day + 1)
      and (v_known.id is null or v.id < v_known.id)
      and m.owner = v_policy.owner
      and (v_policy.repo is null or m.repo = v_policy.repo);
    if v_earlier >= v_policy.max_per_person_day then
      return v_policy.untrusted;
    end if;
  end if;
  return 'trust';
end
$$;

comment on function _judge_teacher is
'Decide what becomes of the voice of a person, by the policy of the repository or, failing that, of
its owner (learning_policies).
Arguments: p_repo; p_login, null for an event; p_association, null if unknown; p_memory_id, the
memory to which they speak, null if it is new.
Result: trust if it counts at once, pending if it awaits approval, ignore if it is not recorded, as
those of bots.';

create function _record_voice(
  p_memory_id bigint,
  p_login text,
  p_event text,
  p_association text,
  p_voice text,
  p_rationale text,
  p_url text,
  p_finding_id bigint,
  p_said_at timestamptz,
  p_is_pending boolean
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  -- A comment does not take back a verdict.
  if _voice_side(p_voice) = 0 then
    select coalesce(max(v.voice), p_voice) into p_voice
    from memory_voices as v
    where
      v.memory_id = p_memory_id
      and v.login is not distinct from p_login
      and v.event is not distinct from p_event
      and v.withdrawn_at is null
      and _voice_side(v.voice) <> 0;
  end if;
  insert into memory_voices as v (
    memory_id, login, event, association, voice, rationale, url, finding_id, said_at, is_pending
  )
  values (
    p_memory_id, p_login, p_event, upper(p_association), p_voice, p_rationale, p_url, p_finding_id,
    -- The clock of whoever reports it may be fast.
    least(p_said_at, _now()), p_is_pending
  )
  on conflict (memory_id, login, event) do update
  set
    association = coalesce(excluded.association, v.association),
    voice = excluded.voice,
    rationale = case
      when v.voice = excluded.voice then coalesce(excluded.rationale, v.rationale)
      else excluded.rationale
    end,
    url = coalesce(excluded.url, v.url),
    finding_id = coalesce(excluded.finding_id, v.finding_id),
    said_at = case
      when v.voice = excluded.voice and v.withdrawn_at is null then v.said_at
      else excluded.said_at
    end,
    withdrawn_at = null,
    is_pending = excluded.is_pending
    and (v.voice <> excluded.voice or v.withdrawn_at is not null or v.is_pending)
  where
    -- A late redelivery is not a change of mind.
    excluded.said_at >= greatest(v.said_at, v.withdrawn_at)
    and (
      v.withdrawn_at is not null
      or v.voice <> excluded.voice
      or v.rationale is distinct from coalesce(excluded.rationale, v.rationale)
      or v.url is distinct from coalesce(excluded.url, v.url)
      or (v.is_pending and not excluded.is_pending)
    );
end
$$;

comment on function _record_voice is
'Record what a person or an event says about a memory, in place of what they said before, unless
they said that later. A voice without a verdict gives its reason and its place to a verdict.
Arguments: columns of memory_voices; p_is_pending, whether the voice awaits approval. This
transaction locked the memory.';

create function _derive_states(p_memory_ids bigint[], p_is_restored boolean default false)
returns table (id bigint, state text, outcome text)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
  select
    m.id,
    case
      when m.retired_reason is not null and not p_is_restored then 'retired'
      when b.counted > 0 then 'active'
      when b.pending > 0 then 'pending'
      else 'retired'
    end,
    case when b.counted + b.pending > 0 then coalesce(w.voice, 'published') else m.outcome end
  from learning_memories as m
  cross join lateral (
    select
      count(*) filter (where not v.is_pending) as counted,
      count(*) filter (where v.is_pending) as pending,
      -- What awaits approval counts only if nothing else does.
      coalesce(
        sum(_voice_side(v.voice)) filter (where not v.is_pending), sum(_voice_side(v.voice))
      ) as balance
    from memory_voices as v
    where v.memory_id = m.id and v.withdrawn_at is null
  ) as b
  left join lateral (
    select v.voice
    from memory_voices as v
    where
      v.memory_id = m.id and v.withdrawn_at is null and v.is_pending = (b.counted = 0)
      and _voice_side(v.voice) <> 0
    -- A tie goes to whoever spoke last.
    order by (_voice_side(v.voice) = sign(b.balance)) desc, v.said_at desc, v.id desc
    limit 1
  ) as w on true
  where m.id = any (p_memory_ids);
end
$$;

comment on function _derive_states is
'Return what the voices of memories make of them. The side with more voices gives the outcome, the
last one who spoke if both have the same; published if no voice is a verdict. Voices that await
approval give it only if no others do. A memory is active if a voice counts, pending if voices only
await approval, and retired if none is left, or if someone retired it. One whose voices were all
withdrawn keeps its outcome.
Arguments: p_memory_ids; p_is_restored, whether to ignore that someone retired them.
Result: one row per memory that exists.';

create function _settle_memories(
  p_memory_ids bigint[], p_action text, p_changed_by text, p_reason text default null
)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_ids bigint[];
  v_states text[];
  v_outcomes text[];
begin
  select array_agg(d.id), array_agg(d.state), array_agg(d.outcome)
  into v_ids, v_states, v_outcomes
  from _derive_states(p_memory_ids, p_action = 'restored') as d;
  return _change_states(v_ids, v_states, v_outcomes, p_action, p_changed_by, p_reason);
end
$$;

comment on function _settle_memories is
'Let the outcomes and the states of memories follow their voices (_derive_states).
Arguments: p_memory_ids, which this transaction locked; the others are columns of memory_history.
Result: number of memories that changed.';

create function _withdraw_voices(
  p_memory_ids bigint[], p_login text, p_event text, p_changed_by text, p_reason text
)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_withdrawn bigint[];
begin
  with withdrawn as (
    update memory_voices as v
    set withdrawn_at = _now()
    where
      v.memory_id = any (p_memory_ids)
      and v.withdrawn_at is null
      and (p_login is null or v.login = p_login)
      and (p_event is null or v.event = p_event)
    returning v.memory_id
  )

  select array_agg(w.memory_id) into v_withdrawn from withdrawn as w;
  perform _settle_memories(v_withdrawn, 'withdrawn', p_changed_by, p_reason);
  return coalesce(cardinality(v_withdrawn), 0);
end
$$;

comment on function _withdraw_voices is
'Withdraw voices from memories.
Arguments: p_memory_ids, which this transaction locked; p_login or p_event, whose voices, both null
for all; p_changed_by and p_reason, columns of memory_history.
Result: number of voices withdrawn.';

create function _lock_spoken_memories(p_repo text, p_login text, p_event text)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  return _lock_memories(
    array(
      select v.memory_id
      from memory_voices as v
      inner join learning_memories as m on v.memory_id = m.id
      where
        m.repo = p_repo
        and v.withdrawn_at is null
        and (p_login is null or v.login = p_login)
        and (p_event is null or v.event = p_event)
    )
  );
end
$$;

comment on function _lock_spoken_memories is
'Lock the memories of a repository to which a person or an event speaks.
Arguments: p_repo; p_login or p_event, the other one null.
Result: their ids.';

create function _restore_memories(p_memory_ids bigint[], p_by text, p_reason text)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_ids bigint[] := array(
    select m.id from learning_memories as m
    where m.id = any (p_memory_ids) and m.state = 'retired'
    order by m.id
  );
begin
  perform _record_voice(
    m.id, p_by, case when p_by is null then 'restored' end, null, m.outcome, p_reason, null, null,
    _now(), false
  )
  from learning_memories as m
  where
    m.id = any (v_ids)
    and not exists (
      select from memory_voices as v where v.memory_id = m.id and v.withdrawn_at is null
    );
  return _settle_memories(v_ids, 'restored', p_by, p_reason);
end
$$;

comment on function _restore_memories is
'Restore those of the memories that are retired.
Arguments: p_memory_ids, which this transaction locked; p_by and p_reason, as in restore_memories.
Result: number of memories restored.';

create function _waiting_since(p_created_at timestamptz, p_said_at timestamptz)
returns timestamptz
language sql immutable parallel safe
-- A change of mind is as old as what was said last.
return greatest(p_created_at, p_said_at);

comment on function _waiting_since is
'Return since when a voice that is pending has awaited approval.
Arguments: columns of memory_voices.';

create function _lock_pending_memories(p_repo text, p_due_before timestamptz)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  return _lock_memories(
    array(
      select v.memory_id
      from memory_voices as v
      where
        v.is_pending
        and v.withdrawn_at is null
        and _waiting_since(v.created_at, v.said_at) <= p_due_before
        and p_repo = (select m.repo from learning_memories as m where m.id = v.memory_id)
    )
  );
end
$$;

comment on function _lock_pending_memories is
'Lock the memories of a repository with voices that have awaited approval for a while.
Arguments: p_repo; p_due_before, since when, null for none.
Result: their ids.';

create function _judge_voices(
  p_memory_ids bigint[],
  p_approve boolean,
  p_due_before timestamptz,
  p_by text,
  p_reason text
)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_judged bigint[];
begin
  with judged as (
    update memory_voices as v
    set
      is_pending = not p_approve,
      withdrawn_at = case when not p_approve then _now() end
    where
      v.memory_id = any (p_memory_ids)
      and v.is_pending
      and v.withdrawn_at is null
      and _waiting_since(v.created_at, v.said_at) <= coalesce(p_due_before, 'infinity')
    returning v.memory_id
  )

  select array_agg(j.memory_id) into v_judged from judged as j;
  perform _settle_memories(
    v_judged, case when p_approve then 'approved' else 'rejected' end, p_by, p_reason
  );
  return coalesce(cardinality(v_judged), 0);
end
$$;

comment on function _judge_voices is
'Approve or reject the voices of memories that await approval.
Arguments: p_memory_ids, which this transaction locked; p_approve; p_due_before, only voices that
have waited since then, null for all; p_by and p_reason, columns of memory_history.
Result: number of voices approved or rejected.';

create function _list_comment_findings(
  p_repo text, p_finding_id bigint, p_comment_id bigint, p_comment_surface text
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  return array(
    select p_finding_id
    union
    select f.id
    from findings as f
    where
      f.comment_id = p_comment_id
      and f.comment_surface = p_comment_surface
      and p_repo = (select w.repo from reviews as w where w.id = f.review_id)
  );
end
$$;

comment on function _list_comment_findings is
'List the findings that a comment reports.
Arguments: p_repo; p_finding_id, one of them; p_comment_id and p_comment_surface, the comment.
Result: their ids.';

create function _list_reactions(p_memory_id bigint)
returns table (
  finding_id bigint,
  login text,
  voice text,
  reacted_at timestamptz,
  recorded_at timestamptz
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
  select distinct on (b.reactor_login)
    i.finding_id,
    b.reactor_login::text,
    _reaction_voice(b.reaction_content),
    coalesce(b.reacted_at, b.created_at),
    b.created_at
  from (
    select m.finding_id from learning_memories as m where m.id = p_memory_id
    union
    select f.finding_id from memory_findings as f where f.memory_id = p_memory_id
  ) as i
  cross join lateral (
    select b.* from feedback_reactions as b where b.finding_id = i.finding_id
    union
    -- Recorded for another finding that the same comment reports.
    select b.*
    from findings as f
    inner join reviews as w on f.review_id = w.id
    inner join feedback_reactions as b
      on w.repo = b.repo and f.comment_id = b.comment_id and f.comment_surface = b.comment_surface
    where f.id = i.finding_id
  ) as b
  order by b.reactor_login, coalesce(b.reacted_at, b.created_at) desc, b.reaction_id desc;
end
$$;

comment on function _list_reactions is
'List what people say about a memory by reactions to the comments of its findings.
Argument: p_memory_id.
Result: one row per person, the latest reaction. finding_id, the finding of the memory; login;
voice; reacted_at, or else recorded_at, when it was recorded.';

create function _judge_reactors(p_repo text, p_memory_ids bigint[], p_reactions jsonb)
returns jsonb
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_login text;
  v_memory_id bigint;
  v_trusts jsonb := '{}';
begin
  -- One statement per person: a query might lock them in another order.
  for v_login in
    select _fold_name(r.reactor_login) as login
    from jsonb_to_recordset(p_reactions) as r (reactor_login text)
    union
    select r.login
    from unnest(p_memory_ids) as u (id)
    cross join lateral _list_reactions(u.id) as r
    order by login
  loop
    foreach v_memory_id in array p_memory_ids loop
      v_trusts := v_trusts || jsonb_build_object(
        format('%s %s', v_memory_id, v_login), _judge_teacher(p_repo, v_login, null, v_memory_id)
      );
    end loop;
  end loop;
  return v_trusts;
end
$$;

comment on function _judge_reactors is
'Decide what becomes of the voices of the people who reacted to the comments of memories. Call it
before _lock_memories.
Arguments: p_repo; p_memory_ids; p_reactions, as in sync_feedback_reactions, which may be new.
Result: an object with keys of memory id and login, separated by a space, and as values what
_judge_teacher returned.';

create function _sync_voices(p_memory_id bigint, p_finding_ids bigint[], p_trusts jsonb)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  update memory_voices as v
  set withdrawn_at = _now()
  where
    v.memory_id = p_memory_id
    and v.withdrawn_at is null
    and v.voice in ('thumbs_up', 'thumbs_down')
    and v.finding_id = any (p_finding_ids)
    -- Also an event: it stands for people who are known by name now.
    and not exists (
      select from _list_reactions(p_memory_id) as r
      where
        r.login = v.login
        -- Of ignored people, keep a voice only if their reaction still says the same.
        and (
          p_trusts ->> format('%s %s', p_memory_id, r.login) is distinct from 'ignore'
          or r.voice = v.voice
        )
    );

  perform _record_voice(
    p_memory_id, r.login, null, null, r.voice, null, null, r.finding_id,
    case
      -- Given again before the last call saw that it had been taken back.
      when v.withdrawn_at is not null then greatest(r.reacted_at, r.recorded_at)
      -- If a later reaction was taken back, the earlier one is what they say now.
      when v.finding_id = any (p_finding_ids) and v.voice in ('thumbs_up', 'thumbs_down')
        then greatest(r.reacted_at, v.said_at)
      else r.reacted_at
    end,
    t.trust = 'pending'
  )
  from _list_reactions(p_memory_id) as r
  left join memory_voices as v on v.memory_id = p_memory_id and r.login = v.login
  cross join lateral (
    select p_trusts ->> format('%s %s', p_memory_id, r.login) as trust
  ) as t
  where t.trust <> 'ignore';
  perform _settle_memories(array[p_memory_id], 'taught', null);
end
$$;

comment on function _sync_voices is
'Let the voices of a memory follow the reactions to the comments of its findings. Voices from
elsewhere stay.
Arguments: p_memory_id, which this transaction locked; p_finding_ids, the findings whose comment was
just synchronized: a reaction to them that is gone is withdrawn; p_trusts, from _judge_reactors.';

commit;
