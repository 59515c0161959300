-- Deploy kodiai:search/functions/check_search to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function check_search(
  p_repo text,
  p_owner text default null,
  p_questions bigint default 10
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
  select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  perform _check_argument('p_questions', p_questions::text, 'row_limit');

  v_scope := _with_model(_make_scope(p_repo, p_owner));
  -- Repeatable pseudorandom sample.
  v_memory_ids := array(
    select m.id
    from learning_memories as m
    where
      _in_scope(
        v_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
      )
      and _is_comparable(v_scope, m.embedding_model, m.embedding_code, m.second_code)
    order by hashint8extended(m.id, 0)
    limit p_questions
  );

  return query select 'indexes', c.is_ok, c.detail from _check_indexes() as c;
  return query
  select 'postings', c.is_ok, c.detail from _check_postings(v_scope, v_memory_ids) as c;
  if cardinality(v_memory_ids) > 0 then
    return query select 'states', c.is_ok, c.detail from _check_states(v_memory_ids) as c;
    return query
    select 'plans', c.is_ok, c.detail from _check_plans(v_scope, v_memory_ids) as c;
    return query
    select 'recall', c.is_ok, c.detail from _check_recall(v_scope, v_memory_ids) as c;
  end if;
end
$$;

comment on function check_search is
'Check that searches of a scope are fast and complete.

For operators and monitoring. Searches for a repeatable sample of existing memories. Takes up to
about 2 seconds with 100000 memories in scope: each check stops after some time, and detail says
how much it has checked.

indexes: all indexes that searches read exist and are valid. If not, rebuild them.

postings: the inverted index contains every memory that does not await approval, and the words of
the sampled ones. If not, call rebuild_postings, as a member of the owner role.

states: the states and outcomes of the sampled memories follow from their voices. Fails if the
tables were changed by hand.

plans: searches read indexes only, and the intended ones. Fails if planner settings or the
settings of functions were changed by hand.

recall: searches find at least 95 % of the 50 nearest neighbors of the sampled memories that are
among up to 10000 other samples, with which the memories are compared exactly. If not, rebuild the
HNSW graph (docs/guides/operations.md).

Arguments:
  p_repo: owner/name; repository to check; may be null if p_owner is given
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only
  p_questions: 1 to 1000; number of memories to sample, at most

Result: rows, each a SearchCheck, one per check; only the first two if no memory in scope has an
    embedding of the active model.
  check_name: indexes | postings | states | plans | recall; what was checked
  is_ok: whether the check passed; null for plans if the server does not count index scans
  detail: what was found, in words

Errors:
  22004: p_repo and p_owner are both null, or p_questions is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_questions => 5';

\set app :schema _app
\set reader :schema _reader
grant execute on function check_search to :"app", :"reader";

commit;
