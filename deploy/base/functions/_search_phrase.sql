-- Deploy kodiai:base/functions/_search_phrase to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _search_phrase(p_text text)
returns tsquery
language sql immutable parallel safe
return (
  select
    -- No phraseto_tsquery: it raises a notice where all words are stop words.
    string_agg(
      coalesce('<' || w.distance || '>', '')
      || '''' || replace(replace(w.lexeme, '\', '\\'), '''', '''''') || '''',
      '' order by w.place, w.lexeme
    )::tsquery
  from (
    select
      l.lexeme,
      p.place,
      p.place - lag(p.place) over (order by p.place, l.lexeme) as distance
    from unnest(_search_tsvector(p_text)) as l
    cross join unnest(l.positions) as p (place)
    order by p.place, l.lexeme
    -- A query of tens of thousands overflows the stack.
    limit 32
  ) as w
);

comment on function _search_phrase(text) is
'Turns a text into a query for its words in their order, next to each other.
Argument: p_text, of which the first 32 words count. Result: the query; null where the
text has no lexeme, as when all are stop words.';

commit;
