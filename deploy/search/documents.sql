-- Deploy kodiai:search/documents to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _list_documents(p_table text, p_scope search_scope)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
  if p_table = 'findings' then
    return array(
      select f.id
      from findings as f
      inner join reviews as r on f.review_id = r.id
      where r.repo = p_scope.repo
    );
  end if;
  return array(
    select m.id
    from learning_memories as m
    where
      _in_scope(
        p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path,
        m.created_at
      )
  );
end
$$;

comment on function _list_documents is
'Lists the documents in scope, searchable or not.
Arguments: p_table, learning_memories or findings; p_scope. Result: their ids.';

create function _pick_searchable(
  p_table text, p_scope search_scope, p_document_ids bigint[], p_limit integer default null
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- The access path does not depend on the arguments: reuse one generic plan.
set plan_cache_mode = force_generic_plan
as $$
begin
  -- The optimization fences make each a loop over the list that looks up one document after
  -- the other by id: so the limit needs no order, and stops it.
  if p_table = 'findings' then
    return array(
      select c.id
      from unnest(p_document_ids) as c (id)
      cross join lateral (
        select
        from findings as f
        inner join reviews as r on f.review_id = r.id
        where
          f.id = c.id
          and r.repo = p_scope.repo
          and (p_scope.excluded is null or not f.search_tsv @@ p_scope.excluded)
        offset 0
      ) as d
      limit p_limit
    );
  end if;
  return array(
    select c.id
    from unnest(p_document_ids) as c (id)
    cross join lateral (
      select
      from learning_memories as m
      where
        m.id = c.id
        and _in_scope(
          p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path,
          m.created_at
        )
        and _is_searchable(p_scope, m.stale, m.search_tsv)
      offset 0
    ) as d
    limit p_limit
  );
end
$$;

comment on function _pick_searchable is
'Picks the documents that a search may return.
Arguments: p_table, learning_memories or findings; p_scope; p_document_ids, to pick from, best
first; p_limit, how many, null for all. Result: the first of them, in the same order.';

create function _list_phrase_matches(
  p_table text, p_scope search_scope, p_phrases tsquery, p_limit integer
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
-- GIN answers by bitmaps alone.
set enable_bitmapscan = on
as $$
begin
  -- Any of them will do: where there are more, none is used.
  if p_table = 'findings' then
    return array(
      select f.id
      from findings as f
      where
        exists (
          select from reviews as r
          where r.id = f.review_id and r.repo = p_scope.repo
        )
        and (p_scope.excluded is null or not f.search_tsv @@ p_scope.excluded)
        and f.search_tsv @@ p_phrases
      limit p_limit
    );
  end if;
  return array(
    select m.id
    from learning_memories as m
    where
      _in_scope(
        p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path,
        m.created_at
      )
      and _is_searchable(p_scope, m.stale, m.search_tsv)
      and m.search_tsv @@ p_phrases
    limit p_limit
  );
end
$$;

comment on function _list_phrase_matches is
'Lists the documents that a search may return and that have all its phrases.
Arguments: p_table, learning_memories or findings; p_scope; p_phrases; p_limit, how many.
Result: their ids, in no order.';

create function _pick_phrase_matches(
  p_table text, p_document_ids bigint[], p_phrases tsquery
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- The access path does not depend on the arguments: reuse one generic plan.
set plan_cache_mode = force_generic_plan
as $$
begin
  if p_table = 'findings' then
    return array(
      select f.id
      from findings as f
      where f.id = any (p_document_ids) and f.search_tsv @@ p_phrases
    );
  end if;
  return array(
    select m.id
    from learning_memories as m
    where m.id = any (p_document_ids) and m.search_tsv @@ p_phrases
  );
end
$$;

comment on function _pick_phrase_matches is
'Picks the documents that have all phrases of a query.
Arguments: p_table, learning_memories or findings; p_document_ids, to pick from; p_phrases.
Result: the ids of those that have them, in no order.';

commit;
