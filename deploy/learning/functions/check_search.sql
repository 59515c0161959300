-- Deploy kodiai:learning/functions/check_search to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function check_search(
  p_repo text,
  p_owner text default null,
  p_questions integer default 10
)
returns table (check_name text, is_ok boolean, detail text)
language plpgsql stable parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Whatever is read is read by an index, in a small table too.
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  c_indexes constant text[] := array[
    'learning_memories_pkey', 'learning_memories_scope_idx', 'learning_memories_embedding_idx',
    'learning_memories_search_tsv_idx', 'findings_search_tsv_idx', 'postings_pkey'
  ];
  c_tables constant text[] := array['learning_memories', 'postings'];
  c_document constant bigint := _posting_term(
    'learning_memories', coalesce(p_owner, split_part(p_repo, '/', 1)), ''
  );
  v_lost text;
  v_model text;
  v_memories bigint;
  v_postings bigint;
  v_questions bigint[];
  v_missing bigint;
  v_scans bigint[];
  v_counted bigint;
  v_found bigint;
  v_possible bigint := 0;
  v_near bigint := 0;
  v_embedding vector;
  v_text text;
  v_farthest double precision;
  v_scope text := case
    when p_owner is null
      then format('d.owner = split_part(%L, ''/'', 1) and d.repo = %1$L', p_repo)
    else format('d.owner = %L', p_owner)
  end;
begin
  perform _check_scope(p_repo, p_owner);
  perform _check_argument('p_questions', p_questions::text, 'row_limit');

  check_name := 'indexes';
  select string_agg(e.name, ', ' order by e.name)
  into v_lost
  from unnest(c_indexes) as e (name)
  left join pg_class as c
    on c.relname = e.name and c.relnamespace = quote_ident(current_schema())::regnamespace
  left join pg_index as i on i.indexrelid = c.oid
  where (i.indisvalid and i.indisready) is not true;
  is_ok := v_lost is null;
  detail := coalesce('missing or invalid: ' || v_lost, format('all %s valid', cardinality(c_indexes)));
  return next;

  check_name := 'postings';
  execute format(
    'select count(*) from learning_memories as d where %s', v_scope
  )
  into v_memories;
  select count(*)
  into v_postings
  from postings as p
  where
    p.term between c_document and c_document + 31
    and (p_owner is not null or p.repo_hash = _posting_repo(p_repo));
  v_model := (select a.embedding_model from active_embedding_model as a);
  execute format(
    'select array_agg(m.id)
    from (
      select d.id
      from learning_memories as d
      where %s and d.embedding_model = %L and d.embedding_code is not null
      -- At random, and the same ones each time.
      order by hashint8extended(d.id, 0)
      limit $1
    ) as m',
    v_scope, v_model
  )
  into v_questions
  using p_questions;
  select count(*)
  into v_missing
  from learning_memories as m
  cross join unnest(_search_tsvector(m.finding_text)) as l
  where
    m.id = any (v_questions)
    and not exists (
      select from postings as p
      where
        p.term = _posting_term('learning_memories', m.owner, l.lexeme) + (hashint8(m.id) & 31)
        and p.repo_hash = _posting_repo(m.repo)
        and p.document_id = m.id
    );
  is_ok := v_postings = v_memories and v_missing = 0;
  detail := format(
    '%s memories, %s of them in the postings; of %s, %s words missing',
    v_memories, v_postings, coalesce(cardinality(v_questions), 0), v_missing
  );
  return next;

  if v_questions is null then
    return;
  end if;

  check_name := 'plans';
  v_scans := array(
    select coalesce(pg_stat_get_xact_numscans(to_regclass(r.name)), 0)
    from unnest(c_tables || c_indexes) with ordinality as r (name, n)
    order by r.n
  );
  for v_embedding, v_text in
    select m.embedding, left(m.finding_text, 1000)
    from learning_memories as m
    where m.id = any (v_questions)
  loop
    perform from search_memories(p_repo, v_text, v_embedding, 10, p_owner);
  end loop;
  select
    string_agg(
      format('%s %s', r.name, case when r.name = any (c_tables) then 'read whole' else 'not read' end),
      ', ' order by r.n
    ) filter (
      where case
        when r.name = any (c_tables) then r.scans > 0
        when r.name in ('learning_memories_pkey', 'postings_pkey') then r.scans = 0
        -- This or the graph, whichever is cheaper.
        when r.name = 'learning_memories_scope_idx' then r.scans_of_codes = 0
      end
    ),
    sum(r.scans)
  into v_lost, v_counted
  from (
    select
      r.name,
      r.n,
      r.scans,
      sum(r.scans) filter (
        where r.name in ('learning_memories_scope_idx', 'learning_memories_embedding_idx')
      ) over () as scans_of_codes
    from (
      select
        r.name,
        r.n,
        coalesce(pg_stat_get_xact_numscans(to_regclass(r.name)), 0) - r.before as scans
      from unnest(c_tables || c_indexes, v_scans) with ordinality as r (name, before, n)
    ) as r
  ) as r;
  is_ok := v_lost is null;
  detail := coalesce(v_lost, format('%s searches by indexes alone', cardinality(v_questions)));
  if v_counted = 0 then
    is_ok := null;
    detail := 'not known: track_counts is off, or it was another node that searched';
  end if;
  return next;

  check_name := 'recall';
  for v_embedding in
    select m.embedding from learning_memories as m where m.id = any (v_questions)
  loop
    execute format(
      'select count(*), max(n.distance)
      from (
        select d.embedding <=> $1 as distance
        from learning_memories as d
        where %s and not d.stale and d.embedding_model = %L and d.embedding is not null
        order by (d.embedding <=> $1) + 0.0
        limit 10
      ) as n',
      v_scope, v_model
    )
    into v_found, v_farthest
    using v_embedding;
    v_possible := v_possible + v_found;
    select v_near + count(*)
    into v_near
    from search_memories(p_repo, null, v_embedding, 10, p_owner) as s
    where s.distance <= v_farthest;
  end loop;
  is_ok := v_near >= 0.95 * v_possible;
  detail := format('%s of the %s nearest found', v_near, v_possible);
  return next;
end
$$;

comment on function check_search(text, text, integer) is
'Whether searches of a scope are as fast and complete as they should be: for the operator to
call now and then, and for monitoring. It searches itself, for memories that there are, and
compares with all of them: half a second to one for each question and 100000 memories.
Arguments: p_repo, owner/name; may be null with p_owner. p_owner: given, it widens the scope
to all repositories of this owner. p_questions: how many memories to search for, 1 to 1000.
Result: a row for each check, with is_ok and, in words, what was found.
indexes: all that a search reads are there and valid; else rebuild them.
postings: every memory is in the inverted index, and those it searches for with all their
words; else rebuild_postings.
plans: the searches read indexes alone, and those they should; null where the server does
not count scans. Not ok after a hand has changed settings of the planner or of functions.
recall: of the 10 nearest to each, at least 95 % are found; else rebuild the graph
(docs/operations.md). The last two are left out where no memory has an embedding.
Errors: 22004 without a scope; 22023 with the argument.';

\set app :schema _app
\set reader :schema _reader
grant execute on function check_search to :"app", :"reader";

commit;
