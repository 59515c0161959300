-- Deploy kodiai:learning/transfer to pg
--
-- Memories as documents: how they are written out, and how they get in.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _describe_memories(p_memory_ids bigint[])
returns table (memory_id bigint, memory jsonb, embedding vector)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Times in JSON are in UTC.
set timezone = 'UTC'
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_scope constant search_scope := _with_model(null);
begin
  return query
  select
    m.id,
    jsonb_build_object(
      'memory_id', m.id, 'repo', m.repo, 'source_repo', m.source_repo,
      'finding_id', m.finding_id, 'review_id', m.review_id, 'finding_text', m.finding_text,
      'severity', m.severity, 'category', m.category, 'file_path', m.file_path,
      'language', m.language, 'outcome', m.outcome, 'embedding_model', e.embedding_model,
      'stale', m.stale, 'state', m.state, 'retired_at', m.retired_at,
      'retired_reason', m.retired_reason, 'superseded_by', m.superseded_by,
      'superseded_by_created_at',
      (select s.created_at from learning_memories as s where s.id = m.superseded_by),
      'metadata', m.metadata, 'created_at', m.created_at,
      'voices', (
        select coalesce(jsonb_agg(to_jsonb(v) - '{id, memory_id}'::text[] order by v.id), '[]')
        from memory_voices as v
        where v.memory_id = m.id
      ),
      'findings', (
        select coalesce(jsonb_agg(to_jsonb(f) - '{id, memory_id}'::text[] order by f.id), '[]')
        from memory_findings as f
        where f.memory_id = m.id
      ),
      'history', (
        select coalesce(jsonb_agg(to_jsonb(h) - '{id, memory_id}'::text[] order by h.id), '[]')
        from memory_history as h
        where h.memory_id = m.id
      ),
      'trust', (
        select to_jsonb(t) - '{id, memory_id}'::text[] from memory_trust as t
        where t.memory_id = m.id
      )
    ),
    e.embedding
  from unnest(p_memory_ids) with ordinality as i (id, ord)
  cross join lateral (
    select m.* from learning_memories as m where m.id = i.id
    -- Optimization fence: look up one memory at a time.
    offset 0
  ) as m
  -- That of the active model, if it has one.
  cross join lateral (
    select
      _shown_model(v_scope, m.embedding_model, m.second_code) as embedding_model,
      _shown_embedding(v_scope, m.embedding, m.second_embedding) as embedding
  ) as e
  order by i.ord;
end
$$;

comment on function _describe_memories is
'Return memories as export_memories does.
Argument: p_memory_ids.
Result: rows as in export_memories, in order; ids that do not exist are skipped.';

create function _comparable_memory(p_memory jsonb)
returns jsonb
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- What _replace_memories keeps, and what is another id in another schema.
  c_ignored constant text[] := array[
    'memory_id', 'repo', 'owner', 'source_repo', 'finding_id', 'created_at', 'embedding',
    'embedding_dim', 'embedding_model', 'superseded_by', 'superseded_by_created_at', 'history'
  ];
begin
  return jsonb_strip_nulls(
    p_memory - c_ignored || jsonb_build_object(
      'history', (
        select
          jsonb_agg(
            h.change #- '{before, superseded_by}' #- '{after, superseded_by}' order by h.ord
          )
        from jsonb_array_elements(p_memory -> 'history') with ordinality as h (change, ord)
      )
    )
  );
end
$$;

comment on function _comparable_memory is
'Return what of a memory can differ between two exports of it and would be replaced.
Argument: p_memory, as in export_memories.';

create function _check_parts(
  p_table text, p_memories jsonb, p_part text, p_type text, p_keys text[]
)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- The largest array that _check_objects accepts.
  c_batch_size constant integer := 10000;
  v_batch record;
  v_label text;
  v_position integer;
  v_got text;
  v_code text;
  v_message text;
begin
  select format('p_memories[%s].%s', m.ord, p_part), jsonb_typeof(m.memory -> p_part)
  into v_label, v_got
  from jsonb_array_elements(p_memories) with ordinality as m (memory, ord)
  where jsonb_typeof(m.memory -> p_part) not in (p_type, 'null')
  order by m.ord
  limit 1;
  if found then
    perform _reject_argument(
      v_label, case p_type when 'array' then 'an array of objects' else 'an object' end, v_got
    );
  end if;

  -- All parts at once: checking those of each memory would read the catalog once per memory.
  for v_batch in
    select
      jsonb_agg(p.part order by p.number) as parts,
      array_agg(p.label order by p.number) as labels
    from (
      select
        e.part,
        format(
          case p_type when 'array' then 'p_memories[%s].%s[%s]' else 'p_memories[%s].%s' end,
          m.ord, p_part, e.ord
        ) as label,
        row_number() over (order by m.ord, e.ord) as number
      from jsonb_array_elements(p_memories) with ordinality as m (memory, ord)
      cross join lateral jsonb_array_elements(
        case jsonb_typeof(m.memory -> p_part)
          when 'array' then m.memory -> p_part
          when 'object' then jsonb_build_array(m.memory -> p_part)
        end
      ) with ordinality as e (part, ord)
    ) as p
    group by (p.number - 1) / c_batch_size
    order by min(p.number)
  loop
    perform _check_objects(p_table, p_part, v_batch.parts, p_keys);
  end loop;
exception
  -- Name the part by its position in its memory.
  when invalid_parameter_value or null_value_not_allowed then
    get stacked diagnostics
      v_code = returned_sqlstate, v_message = message_text, v_label = column_name;
    v_position := substring(v_label from format('^%s[[]([0-9]+)[]]', p_part));
    if v_position is not null then
      v_message := v_batch.labels[v_position]
      || substr(v_message, length(format('%s[%s]', p_part, v_position)) + 1);
      v_label := v_batch.labels[v_position]
      || substr(v_label, length(format('%s[%s]', p_part, v_position)) + 1);
    end if;
    raise exception using errcode = v_code, message = v_message, column = v_label;
end
$$;

comment on function _check_parts is
'Reject memories with parts that a table would reject.
Arguments: p_table, such as memory_voices; p_memories, an array of objects; p_part, the key of the
parts, such as voices; p_type, array, or object if there is one part; p_keys, as in _check_objects.
Errors: 22004 for a missing value, 22023 for an invalid one; the message names the positions of
the memory and of the part.';

create function _check_imported_voices(p_memories jsonb)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_label text;
  v_is_repeated boolean;
begin
  perform _check_parts(
    'memory_voices', p_memories, 'voices', 'array',
    array[
      'login', 'event', 'association', 'voice', 'rationale', 'url', 'finding_id', 'said_at',
      'withdrawn_at', 'is_pending', 'created_at'
    ]
  );
  select format('p_memories[%s].voices[%s]', v.ord, v.number), v.is_repeated
  into v_label, v_is_repeated
  from (
    select
      m.ord,
      e.number,
      num_nonnulls(e.voice ->> 'login', e.voice ->> 'event') <> 1 as has_no_speaker,
      row_number() over (
        partition by m.ord, _fold_name(e.voice ->> 'login'), e.voice ->> 'event'
        order by e.number
      ) > 1 as is_repeated
    from jsonb_array_elements(p_memories) with ordinality as m (memory, ord)
    cross join lateral jsonb_array_elements(nullif(m.memory -> 'voices', 'null'))
    with ordinality as e (voice, number)
  ) as v
  where v.has_no_speaker or v.is_repeated
  order by v.ord, v.number
  limit 1;
  if found then
    perform _reject_argument(
      v_label,
      case
        when v_is_repeated then 'one voice per login or event'
        else 'either a login or an event'
      end,
      case when v_is_repeated then 'another one' else 'both or neither' end
    );
  end if;
end
$$;

comment on function _check_imported_voices is
'Reject memories with voices that cannot be imported.
Argument: p_memories, as in import_memories.
Errors: as in _check_parts.';

create function _imported_rules(p_memory jsonb)
returns table (key text, is_valid boolean, expected text, got text)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_is_retired constant boolean := coalesce(p_memory ->> 'state' = 'retired', false);
begin
  return query
  select r.key, coalesce(r.is_valid, true), r.expected, nullif(p_memory -> r.key, 'null')::text
  from (
    values
    (
      'memory_id',
      coalesce(
        jsonb_typeof(p_memory -> 'memory_id') = 'number'
        and pg_input_is_valid(p_memory ->> 'memory_id', 'positive_number'),
        false
      ),
      _describe_domain('positive_number')
    ),
    ('created_at', p_memory ->> 'created_at' is not null, _describe_domain('event_time')),
    (
      'owner',
      _fold_name(p_memory ->> 'owner') = _fold_name(split_part(p_memory ->> 'repo', '/', 1)),
      'the owner of repo'
    ),
    (
      'embedding_dim', (p_memory ->> 'embedding_dim')::bigint = _embedding_dim(),
      format('%s, the embedding_dim this schema was deployed with', _embedding_dim())
    ),
    ('retired_at', c_is_retired = (p_memory ->> 'retired_at' is not null), 'a time if retired'),
    (
      'retired_reason', c_is_retired or p_memory ->> 'retired_reason' is null,
      'null unless retired'
    ),
    (
      'superseded_by', c_is_retired or p_memory ->> 'superseded_by' is null,
      'null unless retired'
    ),
    (
      'superseded_by_created_at',
      case
        when p_memory ->> 'superseded_by' is null
          then p_memory ->> 'superseded_by_created_at' is null
        else coalesce(
          p_memory ->> 'superseded_by_created_at' ~ '^[0-9]{4,}-[0-9]{2}-[0-9]{2}'
          and pg_input_is_valid(p_memory ->> 'superseded_by_created_at', 'event_time'),
          false
        )
      end,
      format('%s, with superseded_by only', _describe_domain('event_time'))
    )
  ) as r (key, is_valid, expected);
end
$$;

comment on function _imported_rules is
'Return what must hold for a memory to be imported, beyond the types of its columns.
Argument: p_memory, whose values have the right types.
Result: one row per rule. key; is_valid, whether it holds; expected, in words; got, the value.';

create function _check_imported(p_memories jsonb)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_argument text;
  v_expected text;
  v_got text;
begin
  perform _check_objects(
    'learning_memories', 'p_memories', p_memories,
    array[
      'memory_id', 'repo', 'owner?', 'source_repo?', 'finding_id', 'review_id', 'finding_text',
      'severity', 'category', 'file_path', 'language', 'outcome', 'embedding_model?',
      'embedding', 'embedding_dim', 'stale', 'state', 'retired_at', 'retired_reason',
      'superseded_by', 'superseded_by_created_at', 'metadata', 'created_at', 'voices', 'findings',
      'history', 'trust'
    ]
  );
  perform _check_imported_voices(p_memories);
  perform _check_parts(
    'memory_findings', p_memories, 'findings', 'array', array['finding_id', 'created_at']
  );
  perform _check_parts(
    'memory_history', p_memories, 'history', 'array',
    array['action', 'changed_by', 'reason', 'before', 'after', 'created_at']
  );
  perform _check_parts(
    'memory_trust', p_memories, 'trust', 'object',
    array['confirmed', 'contradicted', 'created_at']
  );

  -- Rules beyond the column types.
  select format('p_memories[%s].%s', m.ord, c.key), c.expected, c.got
  into v_argument, v_expected, v_got
  from jsonb_array_elements(p_memories) with ordinality as m (memory, ord)
  cross join lateral _imported_rules(m.memory) as c
  where not c.is_valid
  order by m.ord
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;
end
$$;

comment on function _check_imported is
'Reject memories that cannot be imported.
Argument: p_memories, as in import_memories.
Errors: 22004 for a missing value, 22023 for an invalid one; the message names the 1-based position
and the key.';

create function _shares_text(p_memory_id bigint, p_memory jsonb)
returns boolean
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  return exists (
    select
    from (
      select m.finding_text
      from learning_memories as m
      where m.id = p_memory_id
      union all
      select h.before ->> 'finding_text'
      from memory_history as h
      where h.memory_id = p_memory_id
    ) as known
    where
      known.finding_text = p_memory ->> 'finding_text'
      or known.finding_text in (
        select h.change -> 'before' ->> 'finding_text'
        from jsonb_array_elements(nullif(p_memory -> 'history', 'null')) as h (change)
      )
  );
end
$$;

comment on function _shares_text is
'Return whether a memory and one in a file have, or had before a correction, a text in common.
Arguments: p_memory_id; p_memory, as in import_memories.';

create function _find_origin(p_origin_id bigint, p_created_at timestamptz)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  return array(
    select m.id
    from learning_memories as m
    where
      m.id = any (
        array(
          select p_origin_id
          union all
          select o.memory_id from memory_origins as o where o.origin_id = p_origin_id
        )
      )
      and m.created_at = p_created_at
    order by m.id
  );
end
$$;

comment on function _find_origin is
'Find memories that have this id, or had it where they come from.
Arguments: p_origin_id; p_created_at, when the memory was learned.
Result: ids in ascending order; hardly ever more than one.';

create function _find_imported(p_memories jsonb)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
begin
  return array(
    select
      coalesce(
        (
          select o.id
          from
            unnest(
              _find_origin(
                (m.memory ->> 'memory_id')::bigint, (m.memory ->> 'created_at')::timestamptz
              )
            ) as o (id)
          where _shares_text(o.id, m.memory)
          order by o.id
          limit 1
        ),
        _find_memory(_fold_name(m.memory ->> 'repo'), (m.memory ->> 'finding_id')::bigint)
      )
    from jsonb_array_elements(p_memories) with ordinality as m (memory, ord)
    order by m.ord
  );
end
$$;

comment on function _find_imported is
'Find the memories that are here already: those with the same id where they come from, the same
created_at and a text in common, or else those of the same finding.
Argument: p_memories, as in import_memories.
Result: one id per memory, in order; null if it is new.';

create function _draw_ids(p_sequence text, p_ids bigint[])
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- Drawing takes 0.2 seconds per million.
  c_reach constant bigint := 1000000;
  v_last bigint := coalesce(pg_sequence_last_value(p_sequence::regclass), 0);
  v_to bigint;
begin
  select max(i.id) into v_to from unnest(p_ids) as i (id) where i.id <= v_last + c_reach;
  -- What nextval returns is given to nobody else; setval could set back what others draw meanwhile.
  return array(
    select d.id
    from (
      select nextval(p_sequence::regclass) as id from generate_series(v_last + 1, v_to)
    ) as d
    inner join (select distinct i.id from unnest(p_ids) as i (id)) as i on d.id = i.id
  );
end
$$;

comment on function _draw_ids is
'Draw from a sequence until it has passed all of the given ids that are within reach, so that nobody
is given them later.
Arguments: p_sequence, its name; p_ids.
Result: those ids that nobody was given before.';

create function _assign_ids(p_memories jsonb, p_known bigint[])
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
declare
  c_sequence constant text := 'learning_memories_id_seq';
  v_origin_ids bigint[];
  v_created_at timestamptz[];
  v_ids bigint[];
begin
  -- In input order; a memory may occur twice.
  select array_agg(n.origin_id order by n.ord), array_agg(n.created_at order by n.ord)
  into v_origin_ids, v_created_at
  from (
    select
      (m.memory ->> 'memory_id')::bigint as origin_id,
      (m.memory ->> 'created_at')::timestamptz as created_at,
      min(m.ord) as ord
    from rows from (jsonb_array_elements(p_memories), unnest(p_known))
    with ordinality as m (memory, known, ord)
    where m.known is null
    group by 1, 2
  ) as n;

  if (
    select min(o.id) > coalesce(pg_sequence_last_value(c_sequence::regclass), 0)
    from unnest(v_origin_ids) as o (id)
  )
  then
    v_ids := _draw_ids(c_sequence, v_origin_ids);
  end if;
  if cardinality(v_ids) = cardinality(v_origin_ids) then
    v_ids := v_origin_ids;
  else
    v_ids := array(select nextval(c_sequence::regclass) from unnest(v_origin_ids));
  end if;

  return array(
    select n.id
    from rows from (jsonb_array_elements(p_memories), unnest(p_known))
    with ordinality as m (memory, known, ord)
    left join unnest(v_origin_ids, v_created_at, v_ids) as n (origin_id, created_at, id)
      on
        m.known is null
        and n.origin_id = (m.memory ->> 'memory_id')::bigint
        and n.created_at = (m.memory ->> 'created_at')::timestamptz
    order by m.ord
  );
end
$$;

comment on function _assign_ids is
'Give ids to new memories: those that they have where they come from, if no memory here was ever
given one of them or a larger one, else the next ones in input order. Ties in a search break by id.
Arguments: p_memories, as in import_memories; p_known, from _find_imported.
Result: one id per memory, the same for one that occurs twice; null if it is known.';

create function _insert_new_memories(
  p_memories jsonb, p_embeddings vector[], p_ids bigint[], p_model text
)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_memories jsonb;
  v_embeddings vector[];
  v_ids bigint[];
begin
  select
    jsonb_agg(n.memory order by n.ord),
    array_agg(n.embedding order by n.ord),
    array_agg(n.id order by n.ord)
  into v_memories, v_embeddings, v_ids
  from (
    select distinct on (m.id) m.memory, m.embedding, m.id, m.ord
    from rows from (jsonb_array_elements(p_memories), unnest(p_embeddings), unnest(p_ids))
    with ordinality as m (memory, embedding, id, ord)
    where m.id is not null
    order by m.id, m.ord
  ) as n;
  if v_ids is null then
    return '{}';
  end if;

  perform _draw_ids(
    'findings_id_seq',
    array(
      select (m.memory ->> 'finding_id')::bigint
      from jsonb_array_elements(v_memories) as m (memory)
      union all
      select (f.finding ->> 'finding_id')::bigint
      from jsonb_array_elements(v_memories) as m (memory)
      cross join lateral jsonb_array_elements(nullif(m.memory -> 'findings', 'null'))
        as f (finding)
    )
  );
  return _insert_memories(v_memories, v_embeddings, v_ids, p_model);
end
$$;

comment on function _insert_new_memories is
'Insert memories that are not known yet, without their parts. Findings that are recorded later get
other ids than those that these memories refer to.
Arguments: p_memories, as in import_memories; p_embeddings, one per memory; p_ids, from _assign_ids;
p_model, the active model.
Result: ids of the inserted rows.';

create function _localize_change(p_change jsonb, p_repo text)
returns jsonb
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  if p_change ->> 'superseded_by' is null then
    return p_change;
  end if;
  return p_change || jsonb_build_object(
    'superseded_by',
    (
      select min(o.memory_id)
      from memory_origins as o
      where
        o.origin_id = (p_change ->> 'superseded_by')::bigint
        and p_repo = (select m.repo from learning_memories as m where m.id = o.memory_id)
    )
  );
end
$$;

comment on function _localize_change is
'Return a change of a memory with the ids that memories have here.
Arguments: p_change, the column before or after of memory_history; p_repo, repository of the memory.
Result: the change; superseded_by is null in it if that memory has not been imported yet.';

create function _insert_parts(p_memory_ids bigint[], p_memories jsonb)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
begin
  insert into memory_voices (
    memory_id, created_at, login, event, association, voice, rationale, url, finding_id, said_at,
    withdrawn_at, is_pending
  )
  select
    m.id, coalesce(v.created_at, v.said_at), _fold_name(v.login), v.event, upper(v.association),
    v.voice, v.rationale, v.url, v.finding_id, v.said_at, v.withdrawn_at,
    coalesce(v.is_pending, false)
  from rows from (unnest(p_memory_ids), jsonb_array_elements(p_memories))
  with ordinality as m (id, memory, ord)
  cross join lateral rows from (
    jsonb_to_recordset(
      coalesce(
        nullif(m.memory -> 'voices', 'null'),
        -- As write_memories does it.
        jsonb_build_array(
          jsonb_build_object(
            'event', m.memory -> 'outcome', 'voice', m.memory -> 'outcome',
            'finding_id', m.memory -> 'finding_id',
            'said_at', least((m.memory ->> 'created_at')::timestamptz, _now())
          )
        )
      )
    ) as (
      created_at timestamptz, login text, event text, association text, voice text,
      rationale text, url text, finding_id bigint, said_at timestamptz,
      withdrawn_at timestamptz, is_pending boolean
    )
  )
  with ordinality as v (
    created_at, login, event, association, voice, rationale, url, finding_id, said_at,
    withdrawn_at, is_pending, ord
  )
  order by m.ord, v.ord;

  insert into memory_findings (memory_id, created_at, finding_id)
  select
    m.id, coalesce((f.finding ->> 'created_at')::timestamptz, _now()),
    (f.finding ->> 'finding_id')::bigint
  from rows from (unnest(p_memory_ids), jsonb_array_elements(p_memories))
  with ordinality as m (id, memory, ord)
  cross join lateral jsonb_array_elements(nullif(m.memory -> 'findings', 'null'))
  with ordinality as f (finding, ord)
  order by m.ord, f.ord
  on conflict (finding_id, memory_id) do nothing;

  insert into memory_trust (memory_id, created_at, confirmed, contradicted)
  select
    m.id, coalesce((m.memory -> 'trust' ->> 'created_at')::timestamptz, _now()),
    coalesce((m.memory -> 'trust' ->> 'confirmed')::double precision, 0),
    coalesce((m.memory -> 'trust' ->> 'contradicted')::double precision, 0)
  from rows from (unnest(p_memory_ids), jsonb_array_elements(p_memories))
  with ordinality as m (id, memory, ord)
  where jsonb_typeof(m.memory -> 'trust') = 'object'
  order by m.ord;
end
$$;

comment on function _insert_parts is
'Insert the voices, the joined findings and the trust of memories.
Arguments: p_memory_ids, which have none yet; p_memories, one per id, as in import_memories.';

create function _insert_history(p_memory_ids bigint[], p_memories jsonb)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
begin
  insert into memory_history (memory_id, created_at, action, changed_by, reason, before, after)
  select
    m.id, coalesce(h.created_at, _now()), h.action, _fold_name(h.changed_by), h.reason,
    case when m.has_its_id then h.before else _localize_change(h.before, m.repo) end,
    case when m.has_its_id then h.after else _localize_change(h.after, m.repo) end
  from (
    select
      i.id, i.ord, i.memory -> 'history' as history,
      _fold_name(i.memory ->> 'repo') as repo,
      i.id = (i.memory ->> 'memory_id')::bigint as has_its_id
    from rows from (unnest(p_memory_ids), jsonb_array_elements(p_memories))
    with ordinality as i (id, memory, ord)
  ) as m
  cross join lateral rows from (
    jsonb_to_recordset(nullif(m.history, 'null')) as (
      created_at timestamptz, action text, changed_by text, reason text, before jsonb, after jsonb
    )
  )
  with ordinality as h (created_at, action, changed_by, reason, before, after, ord)
  order by m.ord, h.ord;
end
$$;

comment on function _insert_history is
'Insert the history of memories.
Arguments: p_memory_ids, which have none yet; p_memories, one per id, as in import_memories, whose
origins are recorded (_record_origins).';

create function _record_origins(p_memory_ids bigint[], p_memories jsonb)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
begin
  insert into memory_origins as o (
    memory_id, origin_id, superseded_by, superseded_by_created_at
  )
  select m.id, m.origin_id, m.superseded_by, m.superseded_by_created_at
  from rows from (
    unnest(p_memory_ids),
    jsonb_to_recordset(p_memories) as (
      memory_id bigint, superseded_by bigint, superseded_by_created_at timestamptz
    )
  ) with ordinality as m (id, origin_id, superseded_by, superseded_by_created_at, ord)
  where m.id <> m.origin_id or m.superseded_by is not null
  order by m.ord
  on conflict (memory_id) do update
  set
    superseded_by = excluded.superseded_by,
    superseded_by_created_at = excluded.superseded_by_created_at;
end
$$;

comment on function _record_origins is
'Record where memories come from, and what supersedes them there.
Arguments: p_memory_ids, inserted or replaced; p_memories, one per id, as in import_memories.';

create function _link_successors(p_memory_ids bigint[])
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_ids bigint[];
  v_successors bigint[];
begin
  select array_agg(w.memory_id), array_agg(w.successor)
  into v_ids, v_successors
  from (
    select
      o.memory_id,
      (
        select min(s.id)
        from learning_memories as s
        where
          s.id = any (_find_origin(o.superseded_by, o.superseded_by_created_at))
          and s.repo = m.repo
      ) as successor
    from memory_origins as o
    inner join learning_memories as m on o.memory_id = m.id
    where o.memory_id = any (p_memory_ids) and o.superseded_by is not null
  ) as w
  where w.successor is not null;

  update learning_memories as m
  set superseded_by = w.successor
  from unnest(v_ids, v_successors) as w (id, successor)
  -- Unless it was changed meanwhile.
  where m.id = w.id and m.state = 'retired' and m.superseded_by is null;
  update memory_origins as o
  set superseded_by = null, superseded_by_created_at = null
  where o.memory_id = any (v_ids);
  delete from memory_origins as o
  where o.memory_id = any (v_ids) and o.origin_id = o.memory_id;
end
$$;

comment on function _link_successors is
'Let memories be superseded by those that supersede them where they come from, as far as these are
here.
Argument: p_memory_ids, which this transaction locked, with their origins (_record_origins).';

create function _check_cycles(p_memory_ids bigint[], p_memories jsonb)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_ordinal bigint;
  v_got text;
begin
  -- union, not union all, so that it ends.
  with recursive successors as (
    select m.id, m.superseded_by
    from learning_memories as m
    where m.id = any (p_memory_ids) and m.superseded_by is not null
    union
    select s.id, m.superseded_by
    from successors as s
    inner join learning_memories as m on s.superseded_by = m.id
    where m.superseded_by is not null
  )

  select array_position(p_memory_ids, s.id), p_memories -> (
    array_position(p_memory_ids, s.id) - 1
  ) ->> 'superseded_by'
  into v_ordinal, v_got
  from successors as s
  where s.superseded_by = s.id
  order by array_position(p_memory_ids, s.id)
  limit 1;
  if found then
    perform _reject_argument(
      format('p_memories[%s].superseded_by', v_ordinal),
      'a memory that it does not supersede itself', coalesce(v_got, 'null')
    );
  end if;
end
$$;

comment on function _check_cycles is
'Reject memories that supersede themselves, directly or through others.
Arguments: p_memory_ids; p_memories, one per id, as in import_memories.
Errors: 22023; the message names the 1-based position.';

create function _replace_memories(
  p_memory_ids bigint[], p_memories jsonb, p_embeddings vector[], p_model text
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  c_second_model constant text := _lock_second_model();
begin
  update learning_memories as m
  set
    review_id = n.review_id,
    finding_text = n.finding_text,
    severity = n.severity,
    category = n.category,
    file_path = _stored_path(n.file_path),
    language = n.language,
    outcome = n.outcome,
    stale = coalesce(n.stale, false),
    state = coalesce(n.state, 'active'),
    retired_at = n.retired_at,
    retired_reason = n.retired_reason,
    superseded_by = null,
    metadata = coalesce(n.metadata, '{}'),
    embedding_model = case when e.is_first then e.embedding_model else m.embedding_model end,
    -- Those of another text would still be found.
    embedding = case
      when e.is_first then n.embedding when n.finding_text = m.finding_text then m.embedding
    end,
    second_embedding = case
      when e.is_second then n.embedding
      when n.finding_text = m.finding_text then m.second_embedding
    end
  from rows from (
    jsonb_to_recordset(p_memories) as (
      review_id bigint, finding_text text, severity text, category text, file_path text,
      language text, outcome text, embedding_model text, stale boolean, state text,
      retired_at timestamptz, retired_reason text, metadata jsonb
    ),
    unnest(p_embeddings),
    unnest(p_memory_ids)
  ) as n (
    review_id, finding_text, severity, category, file_path, language, outcome, embedding_model,
    stale, state, retired_at, retired_reason, metadata, embedding, id
  )
  cross join lateral (
    select
      g.embedding_model,
      n.embedding is not null and g.embedding_model = coalesce(c_second_model, '') as is_second,
      n.embedding is not null and g.embedding_model <> coalesce(c_second_model, '') as is_first
    from (select coalesce(n.embedding_model, p_model) as embedding_model) as g
  ) as e
  where m.id = n.id;

  delete from memory_voices as v where v.memory_id = any (p_memory_ids);
  delete from memory_findings as f where f.memory_id = any (p_memory_ids);
  delete from memory_history as h where h.memory_id = any (p_memory_ids);
  delete from memory_trust as t where t.memory_id = any (p_memory_ids);
  -- Embeddings of the former text may be on their way.
  delete from embedding_leases as l where l.memory_id = any (p_memory_ids);
end
$$;

comment on function _replace_memories is
'Replace what is known of memories; their parts are left to _insert_parts and _insert_history. A
memory stays in its repository, keeps its finding and its age, and, unless its text changes, its
embedding if none is given.
Arguments: p_memory_ids, distinct, which this transaction locked; p_memories and p_embeddings, one
per id, as in import_memories; p_model, the active model.';

create function _differ(p_memory_ids bigint[], p_memories jsonb, p_embeddings vector[])
returns boolean[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return array(
    select
      _comparable_memory(
        -- Only what is said of the memory can differ.
        d.memory - array(
          select k.key from jsonb_object_keys(d.memory) as k (key) where not m.memory ? k.key
        )
      ) <> _comparable_memory(m.memory)
      or (
        m.embedding is not null
        and (
          d.embedding is distinct from m.embedding
          or d.memory -> 'embedding_model' <> m.memory -> 'embedding_model'
        )
      )
    from rows from (
      unnest(p_memory_ids), jsonb_array_elements(p_memories), unnest(p_embeddings)
    ) with ordinality as m (id, memory, embedding, ord)
    cross join lateral _describe_memories(array[m.id]) as d
    order by m.ord
  );
end
$$;

comment on function _differ is
'Return whether memories differ from what is known of them.
Arguments: p_memory_ids; p_memories and p_embeddings, one per id, as in import_memories.
Result: one element per memory, in order.';

create function _lock_superseding(p_memories jsonb)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_repo text;
begin
  -- One statement per lock: a query might evaluate them in another order.
  for v_repo in
    select distinct _fold_name(m.memory ->> 'repo') as repo
    from jsonb_array_elements(p_memories) as m (memory)
    where m.memory ->> 'superseded_by' is not null
    order by repo
  loop
    perform _lock_teaching(v_repo);
  end loop;
end
$$;

comment on function _lock_superseding is
'Lock the contents of the repositories in which memories replace others (_lock_teaching).
Argument: p_memories, as in import_memories.';

create function _write_imported(
  p_memory_ids bigint[], p_memories jsonb, p_embeddings vector[], p_actions text[], p_model text
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_ids bigint[];
  v_memories jsonb;
  v_replaced bigint[];
  v_replacing jsonb;
  v_embeddings vector[];
begin
  select
    array_agg(m.id order by m.ord),
    jsonb_agg(m.memory order by m.ord),
    array_agg(m.id order by m.ord) filter (where m.action = 'replaced'),
    jsonb_agg(m.memory order by m.ord) filter (where m.action = 'replaced'),
    array_agg(m.embedding order by m.ord) filter (where m.action = 'replaced')
  into v_ids, v_memories, v_replaced, v_replacing, v_embeddings
  from rows from (
    unnest(p_memory_ids), jsonb_array_elements(p_memories), unnest(p_embeddings),
    unnest(p_actions)
  ) with ordinality as m (id, memory, embedding, action, ord)
  where m.action in ('inserted', 'replaced');

  perform _replace_memories(v_replaced, v_replacing, v_embeddings, p_model);
  perform _record_origins(v_ids, v_memories);
  perform _insert_parts(v_ids, v_memories);
  perform _insert_history(v_ids, v_memories);
end
$$;

comment on function _write_imported is
'Write what is known of memories that were inserted, or that are replaced.
Arguments: p_memory_ids; p_memories and p_embeddings, one per id, as in import_memories; p_actions,
one per id, from _choose_actions; p_model, the active model.';

create function _choose_actions(
  p_memory_ids bigint[],
  p_memories jsonb,
  p_embeddings vector[],
  p_inserted bigint[],
  p_on_conflict text
)
returns text[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_differ boolean[] := _differ(p_memory_ids, p_memories, p_embeddings);
  v_actions text[];
  v_ordinal bigint;
begin
  v_actions := array(
    select
      case
        when m.occurrence > 1 or not m.differs then 'unchanged'
        when p_on_conflict = 'replace' then 'replaced'
        else 'kept'
      end
    from (
      select
        i.differs, i.ord,
        row_number() over (partition by i.id order by i.ord) as occurrence
      from unnest(p_memory_ids, v_differ) with ordinality as i (id, differs, ord)
    ) as m
    order by m.ord
  );
  -- The first occurrence of a new memory.
  select array_agg(case when n.ord is null then a.action else 'inserted' end order by a.ord)
  into v_actions
  from unnest(v_actions) with ordinality as a (action, ord)
  left join (
    select min(i.ord) as ord
    from unnest(p_memory_ids) with ordinality as i (id, ord)
    inner join unnest(p_inserted) as n (id) on i.id = n.id
    group by i.id
  ) as n on a.ord = n.ord;

  v_ordinal := array_position(v_actions, 'kept');
  if p_on_conflict = 'reject' and v_ordinal is not null then
    perform _reject_argument(
      format('p_memories[%s]', v_ordinal), 'a memory that is new or unchanged',
      format('one that differs from memory %s', p_memory_ids[v_ordinal])
    );
  end if;
  return v_actions;
end
$$;

comment on function _choose_actions is
'Decide what happens to memories that are imported.
Arguments: p_memory_ids; p_memories and p_embeddings, one per id, as in import_memories; p_inserted,
those that are new; p_on_conflict, as in import_memories.
Result: inserted, replaced, kept or unchanged, one per memory, in order.
Errors: 22023 if p_on_conflict is reject and a known memory differs.';

create function _import_memories(p_memories jsonb, p_embeddings vector[], p_on_conflict text)
returns table (ordinal integer, memory_id bigint, action text)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_model text;
  v_known bigint[];
  v_ids bigint[];
  v_inserted bigint[];
  v_waiting bigint[];
  v_actions text[];
begin
  -- One import at a time, so that none misses what another one is inserting.
  perform pg_advisory_xact_lock(_lock_key('import', ''));
  v_model := _get_or_set_model(p_memories, p_embeddings, false);
  perform _lock_superseding(p_memories);
  v_known := _find_imported(p_memories);
  v_ids := _assign_ids(p_memories, v_known);
  v_inserted := _insert_new_memories(p_memories, p_embeddings, v_ids, v_model);

  -- A finding that occurs twice, or whose memory was written meanwhile, has one memory.
  v_ids := array(
    select
      case
        when n.id is not null then n.id
        else coalesce(
          m.known,
          _find_memory(_fold_name(m.memory ->> 'repo'), (m.memory ->> 'finding_id')::bigint)
        )
      end
    from rows from (jsonb_array_elements(p_memories), unnest(v_known), unnest(v_ids))
    with ordinality as m (memory, known, id, ord)
    left join unnest(v_inserted) as n (id) on m.id = n.id
    order by m.ord
  );
  v_waiting := array(
    select o.memory_id
    from memory_origins as o
    where o.superseded_by in (
      select (m.memory ->> 'memory_id')::bigint from jsonb_array_elements(p_memories) as m (memory)
    )
  );
  perform _lock_memories(v_ids || v_waiting);
  -- Not found, or found and deleted before it could be locked.
  if
    exists (
      select from unnest(v_ids) as i (id)
      where not exists (select from learning_memories as m where m.id = i.id)
    )
  then
    raise exception using
      errcode = 'serialization_failure',
      message = 'an existing memory was deleted concurrently',
      hint = 'Retry the transaction.';
  end if;

  v_actions := _choose_actions(v_ids, p_memories, p_embeddings, v_inserted, p_on_conflict);
  perform _write_imported(v_ids, p_memories, p_embeddings, v_actions, v_model);
  perform _link_successors(v_ids || v_waiting);
  perform _check_cycles(v_ids, p_memories);

  return query
  select a.ord::integer, a.id, a.action
  from unnest(v_ids, v_actions) with ordinality as a (id, action, ord)
  order by a.ord;
end
$$;

comment on function _import_memories is
'Import memories that were checked.
Arguments: as in import_memories; p_embeddings, from _collect_embeddings.
Result: as in import_memories.
Errors: as in import_memories.';

commit;
