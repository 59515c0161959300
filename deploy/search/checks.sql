-- Deploy kodiai:search/checks to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _search_indexes()
returns text[]
language sql immutable parallel safe
return array[
  'learning_memories_pkey', 'learning_memories_scope_idx', 'learning_memories_embedding_idx',
  'learning_memories_second_embedding_idx', 'learning_memories_search_tsv_idx',
  'learning_memories_metadata_idx',
  'learning_memories_text_idx', 'findings_search_tsv_idx', 'postings_pkey'
];

comment on function _search_indexes is
'Return the names of the indexes that searches read.';

create function _check_indexes(out is_ok boolean, out detail text)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_invalid text;
begin
  select string_agg(e.name, ', ' order by e.name)
  into v_invalid
  from unnest(_search_indexes()) as e (name)
  left join pg_class as c
    on c.relname = e.name and c.relnamespace = quote_ident(current_schema())::regnamespace
  left join pg_index as i on i.indexrelid = c.oid
  where (i.indisvalid and i.indisready) is not true;
  is_ok := v_invalid is null;
  detail := coalesce(
    'missing or invalid: ' || v_invalid, format('all %s are valid', cardinality(_search_indexes()))
  );
end
$$;

comment on function _check_indexes is
'For check_search: check that all indexes that searches read exist and are valid.
Result: is_ok; detail, in words.';

create function _count_missing_words(p_memory_id bigint)
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return (
    select count(distinct w.word)
    from learning_memories as m
    cross join lateral string_to_table(
      -- Not with _to_tsvector, which is to be checked.
      translate(
        lower(m.finding_text),
        '!"#$%&''()*+,-./:;<=>?@[]^_`{|}~' || chr(92) || chr(9) || chr(10) || chr(13),
        repeat(' ', 35)
      ),
      ' '
    ) as w (word)
    cross join lateral unnest(
      -- The parser does not take every run of letters and digits for one word.
      case
        when w.word ~ '[0-9]' then array[w.word]
        else tsvector_to_array(_stem_words(w.word))
      end
    ) as l (lexeme)
    where
      m.id = p_memory_id
      and m.state <> 'pending'
      -- Shorter ones may be contractions.
      and w.word ~ '^[a-z0-9]{3,200}$'
      and not exists (
        select from postings as p
        where
          p.term = _posting_term('learning_memories', m.owner, l.lexeme) + _posting_slot(m.id)
          and p.repo_hash = _posting_repo(m.repo)
          and p.document_id = m.id
      )
  );
end
$$;

comment on function _count_missing_words is
'For check_search: count the words of a memory that it has no posting for. A word is what ASCII
punctuation and spaces separate, if it consists of three or more ASCII letters and digits and is
not a stop word.
Argument: p_memory_id.
Result: the number of distinct words.';

create function _check_postings(
  p_scope search_scope, p_memory_ids bigint[], out is_ok boolean, out detail text
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  c_deadline constant timestamptz := clock_timestamp() + interval '0.3 seconds';
  c_slots constant bigint[] := _posting_slots('learning_memories', p_scope.owner, '');
  v_memories bigint;
  v_postings bigint;
  v_missing bigint := 0;
  v_checked integer := 0;
begin
  select count(*)
  into v_memories
  from learning_memories as m
  where
    _in_scope(
      p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
    );
  -- Apart, so that the others are counted in the index alone.
  select v_memories - count(*)
  into v_memories
  from learning_memories as m
  where
    m.id in (
      select v.memory_id from memory_voices as v where v.is_pending and v.withdrawn_at is null
    )
    and _in_scope(
      p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
    )
    and m.state = 'pending';
  select count(*)
  into v_postings
  from postings as p
  where
    p.term = any (c_slots)
    and (p_scope.repo is null or p.repo_hash = _posting_repo(p_scope.repo));
  for n in 1..coalesce(cardinality(p_memory_ids), 0) loop
    v_missing := v_missing + _count_missing_words(p_memory_ids[n]);
    v_checked := n;
    exit when clock_timestamp() > c_deadline;
  end loop;
  is_ok := v_postings = v_memories and v_missing = 0;
  detail := format(
    '%s memories, %s in the inverted index; %s words of %s sampled memories missing',
    v_memories, v_postings, v_missing, v_checked
  );
end
$$;

comment on function _check_postings is
'For check_search: check that the inverted index contains the memories in scope that do not await
approval, and the words of as many samples as 0.3 seconds allow (_count_missing_words).
Arguments: p_scope; p_memory_ids, memories whose words to look up.
Result: is_ok; detail, in words.';

create function _check_states(p_memory_ids bigint[], out is_ok boolean, out detail text)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_wrong bigint[] := array(
    select d.id
    from _derive_states(p_memory_ids) as d
    inner join learning_memories as m on d.id = m.id
    where
      (m.state = 'pending') <> (m.search_tsv is null)
      or (
        (d.state, d.outcome) <> (m.state, m.outcome)
        -- What was loaded without its voices has none to follow.
        and exists (select from memory_voices as v where v.memory_id = d.id)
      )
    order by d.id
  );
begin
  is_ok := v_wrong = '{}';
  detail := format('%s sampled memories follow their voices', cardinality(p_memory_ids));
  if not is_ok then
    detail := format(
      '%s of %s sampled memories do not follow their voices, such as memory %s',
      cardinality(v_wrong), cardinality(p_memory_ids), v_wrong[1]
    );
  end if;
end
$$;

comment on function _check_states is
'For check_search: check that the states and the outcomes of memories follow from their voices, and
that those that await approval are not in the inverted index.
Argument: p_memory_ids.
Result: is_ok; detail, in words.';

create function _count_scans()
returns table (name text, is_table boolean, scans bigint)
language sql stable parallel restricted
set search_path = :"schema", public, pg_temp
begin atomic
  select
    r.name,
    r.is_table,
    coalesce(pg_stat_get_xact_numscans(to_regclass(r.name)), 0) as scans
  from (
    values
    ('learning_memories', true),
    ('learning_memories_pkey', false),
    ('learning_memories_scope_idx', false),
    ('learning_memories_embedding_idx', false),
    ('learning_memories_second_embedding_idx', false),
    ('postings', true),
    ('postings_pkey', false)
  ) as r (name, is_table);
end;

comment on function _count_scans is
'For check_search: count the scans of this transaction on the tables and indexes that searches
read.
Result: name, of the table or index; is_table; scans, of a table only sequential ones.';

create function _check_plans(
  p_scope search_scope, p_memory_ids bigint[], out is_ok boolean, out detail text
)
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_deadline constant timestamptz := clock_timestamp() + interval '0.4 seconds';
  c_before constant jsonb := (select jsonb_object_agg(s.name, s.scans) from _count_scans() as s);
  v_embedding vector;
  v_text text;
  v_problems text;
  v_scans bigint;
  v_searches integer := 0;
begin
  for v_embedding, v_text in
    select
      _slot_embedding(p_scope, m.embedding, m.second_embedding),
      left(m.finding_text, 1000)
    from learning_memories as m
    where m.id = any (p_memory_ids)
  loop
    perform from search_memories(
      p_scope.repo, v_text, v_embedding, 10,
      case when p_scope.repo is null then p_scope.owner end
    );
    v_searches := v_searches + 1;
    exit when clock_timestamp() > c_deadline;
  end loop;

  select
    string_agg(
      format(case when s.is_table then 'sequential scan on %s' else '%s not used' end, s.name),
      ', ' order by not s.is_table, s.name
    ) filter (
      where case
        when s.is_table then s.scans > 0
        -- Searches use this or the graph, whichever is cheaper.
        when s.name = 'learning_memories_scope_idx' then s.scans_of_codes = 0
        when s.name !~ '_embedding_idx$' then s.scans = 0
      end
    ),
    sum(s.scans)
  into v_problems, v_scans
  from (
    select
      s.*,
      sum(s.scans) filter (where s.name ~ '_(scope|embedding)_idx$') over () as scans_of_codes
    from (
      select s.name, s.is_table, s.scans - (c_before ->> s.name)::bigint as scans
      from _count_scans() as s
    ) as s
  ) as s;
  is_ok := v_problems is null;
  detail := coalesce(
    v_problems, format('%s searches used the expected indexes only', v_searches)
  );
  if v_scans = 0 then
    is_ok := null;
    detail := 'unknown: track_counts is off, or another node ran the searches';
  end if;
end
$$;

comment on function _check_plans is
'For check_search: check that searches read indexes only, and the intended ones, with as many
searches as 0.4 seconds allow.
Arguments: p_scope, a repository or an owner; p_memory_ids, memories to search for.
Result: is_ok, null if the server does not count scans; detail, in words.';

create function _list_compared(p_scope search_scope, p_limit integer)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
  return array(
    select m.id
    from learning_memories as m
    where
      _in_scope(
        p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
      )
    -- Repeatable pseudorandom sample, independent of the questions.
    order by hashint8extended(m.id, 1)
    limit p_limit
  );
end
$$;

comment on function _list_compared is
'For check_search: sample memories to compare exactly with the questions.
Arguments: p_scope; p_limit.
Result: ids of memories in scope, all if they are no more than p_limit.';

create function _check_recall(
  p_scope search_scope, p_memory_ids bigint[], out is_ok boolean, out detail text
)
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  c_min_recall constant double precision := 0.95;
  c_max_compared constant integer := 10000;
  c_max_questions constant integer := 30;
  -- Fewer than are fetched, because preferences may reorder them.
  c_nearest constant integer := 50;
  c_deadline constant timestamptz := clock_timestamp() + interval '0.3 seconds';
  c_compared_ids constant bigint[] := _list_compared(p_scope, c_max_compared);
  v_embedding vector;
  v_embeddings vector[] := '{}';
  v_radii double precision[] := '{}';
  v_questions integer[] := '{}';
  v_found_ids bigint[] := '{}';
  v_ids bigint[];
  v_radius double precision;
  v_count integer := 0;
  v_nearest bigint;
  v_found bigint;
begin
  for v_embedding in
    select _slot_embedding(p_scope, m.embedding, m.second_embedding)
    from learning_memories as m
    where m.id = any (p_memory_ids)
  loop
    select array_agg(s.memory_id), max(s.distance) filter (where s.rank <= c_nearest)
    into v_ids, v_radius
    from (
      select f.memory_id, f.distance, row_number() over (order by f.distance) as rank
      from search_memories(
        p_repo => p_scope.repo,
        p_query_embedding => v_embedding,
        p_limit => 2 * c_nearest,
        p_owner => case when p_scope.repo is null then p_scope.owner end,
        p_duplicate_distance => null
      ) as f
    ) as s;
    v_count := v_count + 1;
    v_embeddings := v_embeddings || v_embedding;
    v_radii := v_radii || v_radius;
    v_questions := v_questions || array_fill(v_count, array[coalesce(cardinality(v_ids), 0)]);
    v_found_ids := v_found_ids || v_ids;
    exit when v_count = c_max_questions or clock_timestamp() > c_deadline;
  end loop;

  select count(*), count(f.id)
  into v_nearest, v_found
  from (
    select q.ord, c.id
    from (
      -- subvector fetches each embedding once, for all questions.
      select
        m.id,
        subvector(
          _slot_embedding(p_scope, m.embedding, m.second_embedding), 1, _embedding_dim()
        ) as embedding
      from learning_memories as m
      where
        m.id = any (c_compared_ids)
        and _is_searchable(p_scope, m.stale, m.state, m.metadata, m.search_tsv)
        -- Not _is_comparable, because the code may be missing.
        and (p_scope.embedding_slot = 2 or m.embedding_model = p_scope.embedding_model)
        and _slot_embedding(p_scope, m.embedding, m.second_embedding) is not null
      offset 0
    ) as c
    cross join lateral (
      select u.ord
      from unnest(v_embeddings, v_radii) with ordinality as u (embedding, radius, ord)
      where c.embedding <=> u.embedding < u.radius
    ) as q
  ) as n
  left join unnest(v_questions, v_found_ids) as f (ord, id) on n.ord = f.ord and n.id = f.id;
  is_ok := v_found >= c_min_recall * v_nearest;
  detail := format(
    '%s of %s nearest neighbors found, in %s searches compared with %s memories',
    v_found, v_nearest, v_count, cardinality(c_compared_ids)
  );
end
$$;

comment on function _check_recall is
'For check_search: check that the vector arm finds the nearest memories. Each search returns 100
memories; those of a sample of up to 10000 memories in scope that are nearer than the 50th nearest
of the 100 should be among them. The sample and the number of searches, what 0.3 seconds allow
and at most 30, bound the time.
Arguments: p_scope, a repository or an owner; p_memory_ids, memories to search for.
Result: is_ok; detail, in words.';

commit;
