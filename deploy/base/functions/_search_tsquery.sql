-- Deploy kodiai:base/functions/_search_tsquery to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _search_tsquery(p_text text, p_operator text)
returns tsquery
language sql immutable parallel safe
return nullif(
  array_to_string(
    array(
      select '''' || replace(replace(l.lexeme, '\', '\\'), '''', '''''') || ''''
      from unnest(_search_tsvector(p_text)) as l
      order by l.positions[1], l.lexeme
      limit 256
    ),
    p_operator
  ),
  ''
)::tsquery;

comment on function _search_tsquery(text, text) is
'Turns a question in plain words into a query for its lexemes.
Arguments: p_text; p_operator, "|" for any of its words or "&" for all of them.
Result: the query; null where the text has no lexeme, as when all are stop words. Of a
long text the first 256 different words count: ranking takes time with each, and a
query of tens of thousands overflows the stack.';

commit;
