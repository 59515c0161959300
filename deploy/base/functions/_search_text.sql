-- Deploy kodiai:base/functions/_search_text to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _search_text(
  p_table text,
  p_repo text,
  p_owner text,
  p_lexemes text[],
  p_frequencies integer[],
  p_phrases tsquery,
  p_scope text,
  p_conditions text,
  p_limit integer,
  p_also bigint[] default null,
  p_among bigint[] default null
)
returns table (
  document_id bigint, score double precision, place integer, best_score double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Whatever is read is read by an index, in a small table too.
set enable_seqscan = off
-- What is read is the same whatever is asked, so planning it each time is lost.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  -- So many rows with the phrases are ranked apart.
  c_most_phrases constant integer := 5000;
  -- By the index first, and by id after that, whatever the planner thinks of it.
  c_among constant text := format(
    'select coalesce(array_agg(d.id), ''{}'')
    from %s as c
    cross join lateral (select d.* from %I as d where d.id = c.id offset 0) as d
    where %s',
    case
      when p_among is null
        then format('(select d.id from %I as d where %s offset 0)', p_table, p_scope)
      else '(select unnest($1) as id)'
    end,
    p_table, p_conditions
  );
  -- So many tell how many more to rank.
  c_fewest constant integer := 5;
  v_asked integer := 2 * p_limit;
  v_ids bigint[];
  v_scores double precision[];
  v_among bigint[] := p_among;
  -- Whether all of these meet the conditions.
  v_is_met boolean := false;
  v_found bigint[];
  v_phrased bigint[];
  v_best_score double precision;
begin
  if cardinality(p_lexemes) = 0 then
    return;
  end if;

  -- Of the best, those that meet the conditions. Where too few do, so many of the best as
  -- should have enough; where hardly any do, or still too few, the best of those that do.
  loop
    select
      coalesce(array_agg(r.document_id order by r.n), '{}'),
      coalesce(array_agg(r.score order by r.n), '{}'),
      max(r.best_score)
    into v_ids, v_scores, v_best_score
    from _rank_bm25(
      p_table, p_repo, p_owner, p_lexemes, p_frequencies, v_asked, v_among, p_also
    ) with ordinality as r (document_id, score, best_score, n);

    execute format(
      'select coalesce(array_agg(f.id order by f.n), ''{}'')
      from (
        select c.id, c.n
        from unnest($1) with ordinality as c (id, n)
        -- By id and then by the condition, whatever the planner thinks of that.
        cross join lateral (select d.* from %I as d where d.id = c.id offset 0) as d
        where %s and %s
        -- In the order of the list: nothing else drives this loop.
        limit $2
      ) as f',
      p_table, p_scope, p_conditions
    )
    into v_found
    using v_ids, p_limit;

    exit when cardinality(v_found) = p_limit or cardinality(v_ids) < v_asked or v_is_met;
    if v_asked = 2 * p_limit and cardinality(v_found) >= c_fewest and p_among is null then
      v_asked := 1.5 * v_asked * p_limit / cardinality(v_found);
    else
      execute c_among
      into v_among
      using p_among;
      v_is_met := true;
    end if;
  end loop;

  -- Rows with the phrases go before all others. They need not be among the best by their
  -- words, but where very many have the phrases, the best that have them are.
  if p_phrases is not null then
    execute format(
      'select array_agg(d.id)
      from (
        select d.id from %I as d where %s and %s and d.search_tsv @@ $1 limit $2
      ) as d',
      p_table, p_scope, p_conditions
    )
    into v_among
    using p_phrases, c_most_phrases + 1;
    if cardinality(v_among) <= c_most_phrases then
      select v_ids || array_agg(r.document_id), v_scores || array_agg(r.score)
      into v_ids, v_scores
      from _rank_bm25(
        p_table, p_repo, p_owner, p_lexemes, p_frequencies, p_limit, v_among
      ) as r
      where r.document_id not in (select unnest(v_ids));
      v_found := v_found || v_among;
    end if;

    execute format(
      'select array_agg(d.id) from %I as d where d.id = any ($1) and d.search_tsv @@ $2', p_table
    )
    into v_phrased
    using v_ids, p_phrases;

    select
      array_agg(s.id order by s.score desc, s.id),
      array_agg(s.score order by s.score desc, s.id)
    into v_ids, v_scores
    from (
      select
        c.id,
        case
          when c.has_phrases
            then _lift_score(c.score, max(c.score) filter (where not c.has_phrases) over ())
          else c.score
        end as score
      from (
        select c.id, c.score, c.id in (select unnest(v_phrased)) as has_phrases
        from unnest(v_ids, v_scores) as c (id, score)
      ) as c
    ) as s;

    v_found := array(
      select c.id
      from unnest(v_ids) with ordinality as c (id, n)
      where c.id in (select unnest(v_found))
      order by c.n
      limit p_limit
    );
  end if;

  return query
  select c.id, c.score, f.n::integer, v_best_score
  from unnest(v_ids, v_scores) with ordinality as c (id, score, n)
  left join unnest(v_found) with ordinality as f (id, n) on c.id = f.id
  where f.id is not null or c.id = any (p_also)
  order by c.n;
end
$$;

comment on function _search_text(
  text, text, text, text[], integer[], tsquery, text, text, integer, bigint[], bigint[]
) is
'The text arm of a search: ranks by BM25 what meets conditions. Rows that have all quoted
phrases come before those without, in the way that rows with all words do in _rank_bm25.
Arguments: p_table, learning_memories or findings; p_repo and p_owner, as in
search_memories; p_lexemes, p_frequencies and p_phrases, as from _parse_question;
p_scope and p_conditions, SQL for which rows d of the table may be found, the first by what
an index has, where it can; p_limit, how many; p_also,
ids of rows that meet them and are to be scored besides; p_among, where they are known, the
ids of all rows in p_scope.
Result: best first, ties by document_id: the first p_limit, or all where fewer have any of
the words, with their place; and those of p_also, where they have any, without one.
score and best_score: as in _rank_bm25.';

commit;
