-- Deploy kodiai:base/functions/_parse_question to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _parse_question(p_text text)
returns table (lexemes text[], frequencies integer[], phrases tsquery, excluded tsquery)
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
-- Or Postgres would tell the client of each word that is too long for a lexeme.
set client_min_messages = warning
as $$
declare
  -- Ranking takes time with each word; what has more is not a question.
  c_most_lexemes constant integer := 256;
  c_most_phrases constant integer := 32;
  -- Not -1, -i, --verbose or -ms-align-items, of which findings are full.
  c_excluded constant text
  := '(?<!\S)-(["“][^"“”]*["”]|[[:alpha:]_][^[:space:]"“”-]+(?!\S))';
  c_phrase constant text := '["“]([^"“”]+)["”]';
  v_wanted constant text := regexp_replace(p_text, c_excluded, ' ', 'g');
  v_query tsquery;
begin
  select
    coalesce(array_agg(l.lexeme order by l.place, l.lexeme), '{}'),
    coalesce(array_agg(l.frequency order by l.place, l.lexeme), '{}')
  into lexemes, frequencies
  from (
    select
      t.lexeme,
      t.positions[1] as place,
      coalesce(cardinality(t.positions), 1) as frequency
    from unnest(_search_tsvector(v_wanted)) as t
    order by place, t.lexeme
    limit c_most_lexemes
  ) as l;

  for v_query in
    select _search_phrase(m.matched[1])
    from regexp_matches(v_wanted, c_phrase, 'g') as m (matched)
    limit c_most_phrases
  loop
    phrases := coalesce(phrases && v_query, v_query, phrases);
  end loop;

  for v_query in
    select _search_phrase(m.matched[1])
    from regexp_matches(p_text, c_excluded, 'g') as m (matched)
    limit c_most_phrases
  loop
    excluded := coalesce(excluded || v_query, v_query, excluded);
  end loop;

  return next;
end
$$;

comment on function _parse_question(text) is
'Takes a question in plain words apart, as people type it into a web search: "quoted words"
are a phrase, -word and -"quoted words" are not wanted.
Argument: p_text. Result: one row. lexemes: what is wanted, in the order of the question,
the first 256 different ones; frequencies: how often each is asked for. phrases: the
quoted ones, all of them; null for none. excluded: what is not wanted, any of it; null for
none. Of each the first 32 count.';

commit;
