-- Deploy kodiai:base/functions/_search_tsquery to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _search_tsquery(p_text text, p_operator text)
returns tsquery
language sql immutable parallel safe
return (
  select
    string_agg(
      '''' || replace(replace(l.lexeme, '\', '\\'), '''', '''''') || '''',
      p_operator order by l.ordinality
    )::tsquery
  from
    unnest(tsvector_to_array(_search_tsvector(p_text)))
    with ordinality as l (lexeme, ordinality)
);

comment on function _search_tsquery(text, text) is
'Turns a question in plain words into a query for its lexemes.
Arguments: p_text; p_operator, "|" for any of its words or "&" for all of them.
Result: the query; null where the text has no lexeme, as when all are stop words.';

commit;
