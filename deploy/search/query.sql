-- Deploy kodiai:search/query to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_search_arguments(
  p_repo text,
  p_query_text text,
  p_query_embedding vector,
  p_limit bigint,
  p_owner text,
  p_outcomes text[],
  p_severities text[],
  p_categories text[],
  p_languages text[],
  p_vector_weight double precision,
  p_text_weight double precision,
  p_rrf_k bigint,
  p_recency_half_life interval,
  p_max_distance double precision,
  p_diversity double precision,
  p_fusion text,
  p_recency_floor double precision,
  p_min_gap double precision,
  p_duplicate_distance double precision,
  p_query_syntax text,
  p_min_relevance double precision,
  p_exclude_repos text[],
  p_home_weight double precision,
  p_metadata jsonb
)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_argument text;
  v_value text;
  v_type text;
begin
  perform _check_scope(p_repo, p_owner);
  if p_query_text is null and p_query_embedding is null then
    perform _reject_argument('p_query_text or p_query_embedding', 'a query', null);
  end if;
  if p_query_embedding is null then
    perform _check_argument('p_query_text', p_query_text, 'long_text');
  elsif length(p_query_text) > 100000 then
    perform _reject_argument(
      'p_query_text', 'at most 100000 characters; search for the first 100000', p_query_text
    );
  end if;
  if vector_dims(p_query_embedding) <> _embedding_dim() then
    perform _reject_argument(
      'p_query_embedding', format('%s dimensions', _embedding_dim()),
      vector_dims(p_query_embedding)::text
    );
  end if;
  -- The cosine distance of a vector from itself is NaN if all elements are zero, or if their
  -- squares underflow or overflow real.
  if p_query_embedding <=> p_query_embedding = 'NaN' then
    perform _reject_argument(
      'p_query_embedding', 'a vector with a defined cosine distance',
      format('one with norm %s', vector_norm(p_query_embedding))
    );
  end if;
  perform _check_array('p_outcomes', p_outcomes, 'outcome');
  perform _check_array('p_severities', p_severities, 'severity');
  perform _check_array('p_categories', p_categories, 'category');
  perform _check_size('p_languages', cardinality(p_languages));
  perform _check_array('p_exclude_repos', p_exclude_repos, 'repo_name');

  -- One statement: calling _check_argument for each argument takes several times as long.
  select c.argument, c.value, c.type
  into v_argument, v_value, v_type
  from (
    values
    ('p_limit', p_limit::text, 'row_limit', false),
    ('p_vector_weight', p_vector_weight::text, 'weight', false),
    ('p_text_weight', p_text_weight::text, 'weight', false),
    ('p_rrf_k', p_rrf_k::text, 'rank_constant', false),
    ('p_recency_half_life', p_recency_half_life::text, 'half_life', true),
    ('p_max_distance', p_max_distance::text, 'cosine_distance', true),
    ('p_diversity', p_diversity::text, 'ratio', false),
    ('p_fusion', p_fusion, 'fusion', false),
    ('p_recency_floor', p_recency_floor::text, 'ratio', false),
    ('p_min_gap', p_min_gap::text, 'ratio', true),
    ('p_duplicate_distance', p_duplicate_distance::text, 'cosine_distance', true),
    ('p_query_syntax', p_query_syntax, 'query_syntax', false),
    ('p_min_relevance', p_min_relevance::text, 'ratio', true),
    ('p_home_weight', p_home_weight::text, 'ratio', false),
    ('p_metadata', p_metadata::text, 'metadata', true)
  ) as c (argument, value, type, is_optional)
  where not coalesce(pg_input_is_valid(c.value, c.type), c.is_optional)
  order by c.argument
  limit 1;
  if found then
    perform _check_argument(v_argument, v_value, v_type);
  end if;
end
$$;

comment on function _check_search_arguments is
'Reject invalid arguments of search_memories.
Arguments: as in search_memories.
Errors: 22004 for a missing argument, 22023 for an invalid one.';

create function _phrase_to_tsquery(p_text text)
returns tsquery
language sql immutable parallel safe
return (
  select
    -- phraseto_tsquery would raise a notice if all words are stop words.
    string_agg(
      coalesce('<' || w.distance || '>', '')
      || '''' || replace(replace(w.lexeme, e'\\', e'\\\\'), '''', '''''') || ''':D',
      '' order by w.position, w.lexeme
    )::tsquery
  from (
    select
      l.lexeme,
      p.position,
      p.position - lag(p.position) over (order by p.position, l.lexeme) as distance
    from unnest(_stem_words(_split_identifiers(_normalize_text(p_text)))) as l
    cross join unnest(l.positions) as p (position)
    order by p.position, l.lexeme
    -- A tsquery of tens of thousands of words overflows the stack.
    limit 32
  ) as w
);

comment on function _phrase_to_tsquery is
'Convert a text to a query for its words, adjacent and in order, in texts but not in paths.
Argument: p_text, of which the first 32 words count.
Result: the query; null if the text has no lexeme, for example because it consists of stop
words.';

create function _parse_query(p_text text, p_syntax text)
returns parsed_query
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
-- PostgreSQL raises a notice for each word that is too long for a lexeme.
set client_min_messages = warning
as $$
declare
  -- Ranking time grows with the number of terms, and no real query has more.
  c_max_terms constant integer := 256;
  c_max_phrases constant integer := 32;
  -- Do not treat -1, -i, --verbose and -ms-align-items as exclusions: findings are full of them.
  c_excluded constant text
  := '(?<![^[:space:]])-(["“][^"“”]*["”]|[[:alpha:]_][^[:space:]"“”-]+(?![^[:space:]]))';
  c_phrase constant text := '["“]([^"“”]+)["”]';
  c_has_operators constant boolean := p_syntax = 'websearch';
  v_wanted constant text := case
    when c_has_operators then regexp_replace(p_text, c_excluded, ' ', 'g') else p_text
  end;
  v_phrase tsquery;
  v_query parsed_query;
begin
  v_query.text := p_text;
  select
    coalesce(array_agg(l.lexeme order by l.position, l.lexeme), '{}'),
    coalesce(array_agg(l.count order by l.position, l.lexeme), '{}')
  into v_query.terms, v_query.counts
  from (
    select
      t.lexeme,
      t.positions[1] as position,
      coalesce(cardinality(t.positions), 1) as count
    from unnest(_to_tsvector(v_wanted)) as t
    order by position, t.lexeme
    limit c_max_terms
  ) as l;
  if not c_has_operators then
    return v_query;
  end if;

  for v_phrase in
    select _phrase_to_tsquery(m.matched[1])
    from regexp_matches(v_wanted, c_phrase, 'g') with ordinality as m (matched, ord)
    order by m.ord
    limit c_max_phrases
  loop
    -- A single quoted word is just a term.
    if numnode(v_phrase) > 1 then
      v_query.phrases := coalesce(v_query.phrases && v_phrase, v_phrase);
    end if;
  end loop;

  for v_phrase in
    select _phrase_to_tsquery(m.matched[1])
    from regexp_matches(p_text, c_excluded, 'g') with ordinality as m (matched, ord)
    order by m.ord
    limit c_max_phrases
  loop
    v_query.excluded := coalesce(v_query.excluded || v_phrase, v_phrase, v_query.excluded);
  end loop;

  return v_query;
end
$$;

comment on function _parse_query is
'Parse a query. In the syntax plain, all of it is words. In the syntax websearch, that of web
search engines, "quoted words" are a phrase if they have at least two terms, and -word and
-"quoted words" are excluded.
Arguments: p_text; p_syntax, plain or websearch.
Result: the first 256 distinct terms, the first 32 phrases, and the first 32 exclusions.';

commit;
