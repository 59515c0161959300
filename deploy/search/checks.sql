-- Deploy kodiai:search/checks to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_indexes(out is_ok boolean, out detail text)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_indexes constant text[] := array[
    'learning_memories_pkey', 'learning_memories_scope_idx', 'learning_memories_embedding_idx',
    'learning_memories_search_tsv_idx', 'findings_search_tsv_idx', 'postings_pkey'
  ];
  v_invalid text;
begin
  select string_agg(e.name, ', ' order by e.name)
  into v_invalid
  from unnest(c_indexes) as e (name)
  left join pg_class as c
    on c.relname = e.name and c.relnamespace = quote_ident(current_schema())::regnamespace
  left join pg_index as i on i.indexrelid = c.oid
  where (i.indisvalid and i.indisready) is not true;
  is_ok := v_invalid is null;
  detail := coalesce(
    'missing or invalid: ' || v_invalid, format('all %s are valid', cardinality(c_indexes))
  );
end
$$;

comment on function _check_indexes is
'For check_search: check that all indexes that searches read exist and are valid.
Result: is_ok; detail, in words.';

create function _check_postings(
  p_scope search_scope, p_memory_ids bigint[], out is_ok boolean, out detail text
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  c_slots constant bigint[] := _posting_slots('learning_memories', p_scope.owner, '');
  v_memories bigint;
  v_postings bigint;
  v_missing bigint;
begin
  select count(*)
  into v_memories
  from learning_memories as m
  where
    _in_scope(
      p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
    );
  select count(*)
  into v_postings
  from postings as p
  where
    p.term = any (c_slots)
    and (p_scope.repo is null or p.repo_hash = _posting_repo(p_scope.repo));
  select count(*)
  into v_missing
  from learning_memories as m
  cross join unnest(_to_tsvector(m.finding_text)) as l
  where
    m.id = any (p_memory_ids)
    and not exists (
      select from postings as p
      where
        p.term = _posting_term('learning_memories', m.owner, l.lexeme) + _posting_slot(m.id)
        and p.repo_hash = _posting_repo(m.repo)
        and p.document_id = m.id
    );
  is_ok := v_postings = v_memories and v_missing = 0;
  detail := format(
    '%s memories, %s in the inverted index; %s terms of %s sampled memories missing',
    v_memories, v_postings, v_missing, coalesce(cardinality(p_memory_ids), 0)
  );
end
$$;

comment on function _check_postings is
'For check_search: check that the inverted index contains the memories in scope.
Arguments: p_scope; p_memory_ids, memories whose lexemes to look up.
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
  c_before constant jsonb := (select jsonb_object_agg(s.name, s.scans) from _count_scans() as s);
  v_embedding vector;
  v_text text;
  v_problems text;
  v_scans bigint;
begin
  for v_embedding, v_text in
    select m.embedding, left(m.finding_text, 1000)
    from learning_memories as m
    where m.id = any (p_memory_ids)
  loop
    perform from search_memories(
      p_scope.repo, v_text, v_embedding, 10,
      case when p_scope.repo is null then p_scope.owner end
    );
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
        when s.name <> 'learning_memories_embedding_idx' then s.scans = 0
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
    v_problems, format('%s searches used the expected indexes only', cardinality(p_memory_ids))
  );
  if v_scans = 0 then
    is_ok := null;
    detail := 'unknown: track_counts is off, or another node ran the searches';
  end if;
end
$$;

comment on function _check_plans is
'For check_search: check that searches read indexes only, and the intended ones.
Arguments: p_scope, a repository or an owner; p_memory_ids, memories to search for.
Result: is_ok, null if the server does not count scans; detail, in words.';

create function _check_recall(
  p_scope search_scope, p_memory_ids bigint[], out is_ok boolean, out detail text
)
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  c_min_recall constant double precision := 0.95;
  v_embedding vector;
  v_count bigint;
  v_farthest double precision;
  v_nearest bigint := 0;
  v_found bigint := 0;
begin
  for v_embedding in
    select m.embedding from learning_memories as m where m.id = any (p_memory_ids)
  loop
    select count(*), max(n.distance)
    into v_count, v_farthest
    from (
      select m.embedding <=> v_embedding as distance
      from learning_memories as m
      where
        _in_scope(
          p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path,
          m.created_at
        )
        and _is_searchable(p_scope, m.stale, m.search_tsv)
        and m.embedding_model = p_scope.embedding_model
        -- Not _is_comparable, because the code may be missing.
        and m.embedding is not null
      order by (m.embedding <=> v_embedding) + 0.0
      limit 10
    ) as n;
    v_nearest := v_nearest + v_count;
    select v_found + count(*)
    into v_found
    from search_memories(
      p_scope.repo, null, v_embedding, 10,
      case when p_scope.repo is null then p_scope.owner end
    ) as s
    where s.distance <= v_farthest;
  end loop;
  is_ok := v_found >= c_min_recall * v_nearest;
  detail := format('%s of %s nearest neighbors found', v_found, v_nearest);
end
$$;

comment on function _check_recall is
'For check_search: check that the vector arm finds the nearest memories.
Arguments: p_scope, a repository or an owner; p_memory_ids, memories to search for.
Result: is_ok; detail, in words.';

commit;
