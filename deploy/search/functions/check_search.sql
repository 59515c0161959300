-- Deploy kodiai:search/functions/check_search to pg

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
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_scope search_scope;
  v_memory_ids bigint[];
begin
  perform _check_scope(p_repo, p_owner);
  perform _check_argument('p_questions', p_questions::text, 'row_limit');

  v_scope.owner := coalesce(p_owner, split_part(p_repo, '/', 1));
  v_scope.repo := case when p_owner is null then p_repo end;
  v_scope.embedding_model := (select a.embedding_model from active_embedding_model as a);
  -- A repeatable pseudorandom sample.
  v_memory_ids := array(
    select m.id
    from learning_memories as m
    where
      _in_scope(
        v_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
      )
      and _is_comparable(v_scope, m.embedding_model, m.embedding_code)
    order by hashint8extended(m.id, 0)
    limit p_questions
  );

  return query select 'indexes', c.is_ok, c.detail from _check_indexes() as c;
  return query
  select 'postings', c.is_ok, c.detail from _check_postings(v_scope, v_memory_ids) as c;
  if cardinality(v_memory_ids) > 0 then
    return query
    select 'plans', c.is_ok, c.detail from _check_plans(v_scope, v_memory_ids) as c;
    return query
    select 'recall', c.is_ok, c.detail from _check_recall(v_scope, v_memory_ids) as c;
  end if;
end
$$;

comment on function check_search is
'Whether searches of a scope are as fast and complete as they should be: for the operator to
call now and then, and for monitoring. It searches itself, for existing memories, and
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
