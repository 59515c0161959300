-- Deploy kodiai:search/analysis to pg
--
-- From texts to lexemes. Stored texts and queries take the same way.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- Classes of characters are ranges, so that they do not depend on the locale of the database.
-- What is beyond ASCII and not punctuation counts as a letter.

-- Zero-width space and joiners, soft hyphen, direction marks, variation selectors.
\set ignored '\\u00AD\\u034F\\u061C\\u180E\\u200B-\\u200F\\u202A-\\u202E'
\set ignored :ignored '\\u2060-\\u206F\\uFE00-\\uFE0F\\uFEFF'
-- Full-width and half-width forms, ligatures, radicals, mathematical letters.
\set compatible '\\u2E80-\\u2FDF\\uFB00-\\uFDFF\\uFE30-\\uFEFE\\uFF00-\\uFFEF'
\set compatible :compatible '\\U0001D400-\\U0001D7FF'
\set punctuation '\\u0080-\\u00A9\\u00AB-\\u00B1\\u00B4\\u00B6-\\u00B8\\u00BB\\u00BF'
\set punctuation :punctuation '\\u00D7\\u00F7\\u037E\\u0387\\u055A-\\u055F\\u0589\\u058A\\u05BE'
\set punctuation :punctuation '\\u05C0\\u05C3\\u05C6\\u05F3\\u05F4\\u0606-\\u060F\\u061B-\\u061F'
\set punctuation :punctuation '\\u066A-\\u066D\\u06D4\\u0964\\u0965\\u0E3F\\u0E4F\\u0E5A\\u0E5B'
\set punctuation :punctuation '\\u17D4-\\u17DB\\u2000-\\u206F\\u207A-\\u207E\\u208A-\\u208E'
\set punctuation :punctuation '\\u20A0-\\u20CF\\u2122\\u2190-\\u245F\\u2500-\\u2775\\u2794-\\u2BFF'
\set punctuation :punctuation '\\u2E00-\\u2E7F\\u3000-\\u3004\\u3008-\\u3020\\u3030\\u303D-\\u303F'
\set punctuation :punctuation '\\u30A0\\u30FB\\uE000-\\uF8FF\\uFFF0-\\uFFFF\\U0001F000-\\U0001FAFF'
-- Letters of scripts without spaces between words, and Hangul: Thai, Lao, Myanmar, Khmer, Han,
-- Kana, Bopomofo.
\set unspaced '\\u0E01-\\u0E30\\u0E32\\u0E33\\u0E40-\\u0E46\\u0E81-\\u0EB0\\u0EB2'
\set unspaced :unspaced '\\u0EB3\\u0EBD-\\u0EC6\\u0EDC-\\u0EDF\\u1000-\\u102A\\u103F'
\set unspaced :unspaced '\\u1050-\\u1055\\u1780-\\u17B3\\u1100-\\u11FF\\u2E80-\\u2FDF'
\set unspaced :unspaced '\\u3005-\\u3007\\u3021-\\u3029\\u3041-\\u3096\\u309D-\\u309F'
\set unspaced :unspaced '\\u30A1-\\u30FA\\u30FC-\\u30FF\\u3105-\\u312F\\u3131-\\u318E'
\set unspaced :unspaced '\\u31A0-\\u31BF\\u31F0-\\u31FF\\u3400-\\u4DBF\\u4E00-\\u9FFF'
\set unspaced :unspaced '\\uA960-\\uA97C\\uAC00-\\uD7A3\\uD7B0-\\uD7FB\\uF900-\\uFAFF'
\set unspaced :unspaced '\\U00020000-\\U0003FFFF'
-- Marks that belong to the letter before them.
\set marks '\\u0300-\\u036F\\u0E31\\u0E34-\\u0E3A\\u0E47-\\u0E4E\\u0EB1'
\set marks :marks '\\u0EB4-\\u0EBC\\u0EC8-\\u0ECE\\u102B-\\u103E\\u1056-\\u1059'
\set marks :marks '\\u17B4-\\u17D3\\u3099\\u309A'

-- Case as identifiers use it: Latin, Greek and Cyrillic.
\set lower 'a-z\\u00DF-\\u00FF\\u03B1-\\u03C9\\u0430-\\u045F'
\set upper 'A-Z\\u00C0-\\u00DE\\u0391-\\u03A9\\u0400-\\u042F'
\set letter 'A-Za-z\\u0080-\\U0010FFFF'

-- The linter takes arguments and keywords for columns.
-- noqa: disable=RF03

create function _normalize_unicode(p_text text)
returns text
language sql immutable parallel safe
return (
  select
    regexp_replace(
      translate(normalize(string_agg(s.folded, '' order by s.ord), nfc), e'\u2019\u02BC', ''''''),
      '[' || :'punctuation' || ']',
      ' ',
      'g'
    )
  from (
    select
      m.ord,
      -- Only of these: otherwise JAVA™ would become JAVATM.
      case
        when m.matched[1] ~ ('^[' || :'compatible' || ']') then normalize(m.matched[1], nfkc)
        else m.matched[1]
      end as folded
    from regexp_matches(
      regexp_replace(p_text, '[' || :'ignored' || ']+', '', 'g'),
      '[' || :'compatible' || ']+|[^' || :'compatible' || ']+',
      'g'
    ) with ordinality as m (matched, ord)
  ) as s
);

comment on function _normalize_unicode is
'Make texts equal that look equal: compose letters and accents (NFC), turn full-width forms,
half-width forms and ligatures into ordinary letters (NFKC), drop zero-width characters, and turn
punctuation beyond ASCII into spaces, apart from apostrophes.
Argument: p_text.
Result: the text; null if nothing remains.';

create function _split_scripts(p_text text)
returns text
language sql immutable parallel safe
return (
  select
    string_agg(
      case
        when not s.is_unspaced then s.letter
        when s.next_letter is not null then ' ' || s.letter || s.next_letter || ' '
        when s.follows_letter then ' '
        else ' ' || s.letter || ' '
      end,
      '' order by s.ord
    )
  from (
    select
      l.ord,
      l.letter,
      l.is_unspaced,
      lag(l.is_unspaced) over (order by l.ord) as follows_letter,
      case
        when lead(l.is_unspaced) over (order by l.ord) then lead(l.letter) over (order by l.ord)
      end as next_letter
    from (
      select
        m.ord,
        m.matched[1] as letter,
        m.matched[1] ~ ('^[' || :'unspaced' || ']') as is_unspaced
      from regexp_matches(
        p_text,
        '[' || :'unspaced' || '][' || :'marks' || ']*|[^' || :'unspaced' || ']+',
        'g'
      ) with ordinality as m (matched, ord)
    ) as l
  ) as s
);

comment on function _split_scripts is
'Split what is written without spaces, in Chinese, Japanese, Korean, Thai, Lao, Khmer or Burmese:
each run of such letters becomes its overlapping pairs, or one letter if it is alone. If ABC and D
were such letters, ABCleakD would become "AB BC leak D".
Source: the CJKBigramFilter of Lucene.
Argument: p_text.
Result: the text with spaces inserted.';

create function _list_letters(p_text text)
returns text[]
language sql immutable parallel safe
return array(
  select distinct m.matched[1]
  from regexp_matches(
    _normalize_unicode(p_text), '[' || :'unspaced' || '][' || :'marks' || ']*', 'g'
  ) as m (matched)
);

comment on function _list_letters is
'List the letters that _split_scripts pairs.
Argument: p_text.
Result: distinct letters, with their marks.';

create function _drop_contractions(p_text text)
returns text
language sql immutable parallel safe
return regexp_replace(
  p_text,
  '(?<=[[:alpha:]])''(?:m|d|ll|ve|re|s|t)(?![[:alnum:]''])'
  || '|(?<![[:alnum:]])(?:e[.]g|i[.]e)(?![[:alnum:]])',
  ' ',
  'gi'
);

comment on function _drop_contractions is
'Drop what an apostrophe leaves of am, had, will, have, are, is and not (''m, ''d, ''ll, ''ve, ''re,
''s, ''t after a letter), and e.g. and i.e.: stop words that text_config may not know.
Argument: p_text.
Result: the text; null for null.';

create function _normalize_text(p_text text)
returns text
language sql immutable parallel safe
return case
  when octet_length(p_text) > length(p_text)
    then coalesce(_drop_contractions(_split_scripts(_normalize_unicode(p_text))), '')
  -- Cheaper than replacing nothing.
  when p_text ~ '''[a-zA-Z]|[.][egEG]' then _drop_contractions(p_text)
  else p_text
end;

comment on function _normalize_text is
'Prepare a text for splitting it into words: _normalize_unicode, _split_scripts and
_drop_contractions.
Argument: p_text.
Result: the text; null for null.';

create function _boundary_pattern()
returns text
language sql immutable parallel safe
return '[' || :'lower' || '][' || :'upper' || ']'
|| '|[' || :'letter' || '][0-9]|[0-9][' || :'letter' || ']'
|| '|[' || :'upper' || ']{2}[' || :'lower' || ']{2}';

comment on function _boundary_pattern is
'Return a regular expression for the places where _split_identifiers splits a run of letters and
digits.';

create function _split_identifiers(p_text text)
returns text
language sql immutable parallel safe
return regexp_replace(
  regexp_replace(
    p_text,
    -- Split lowerUpper, letter1, 1letter and UPPERLower, but not APIs.
    '([' || :'lower' || '])(?=[' || :'upper' || '])'
    || '|([' || :'letter' || '])(?=[0-9])|([0-9])(?=[' || :'letter' || '])'
    || '|([' || :'upper' || '])(?=[' || :'upper' || '][' || :'lower' || ']{2})',
    e'\\1\\2\\3\\4 ',
    'g'
  ),
  -- All other ASCII, so that the parser sees words only: no tags, entities or URLs.
  '[!-/:-@[-`{-~]+',
  ' ',
  'g'
);

comment on function _split_identifiers is
'Split a text into words, and identifiers into theirs: getUserById becomes "get User By Id",
src/db/pool_manager.py "src db pool manager py", HTTP2Server "HTTP 2 Server".
Argument: p_text, from _normalize_text.
Result: letters, digits and spaces; null for null.';

create function _cut_words(p_text text)
returns text
language sql immutable parallel safe
return (
  select
    string_agg(
      case
        when octet_length(m.matched[1]) > 2046
          then regexp_replace(m.matched[1], '(.{255})', e'\\1 ', 'g')
        else m.matched[1]
      end,
      '' order by m.ord
    )
  from regexp_matches(
    p_text, e'[A-Za-z0-9\\u0080-\\U0010FFFF]+|[^A-Za-z0-9\\u0080-\\U0010FFFF]+', 'g'
  ) with ordinality as m (matched, ord)
);

comment on function _cut_words is
'Cut what is too long for a lexeme, which has at most 2046 bytes, into pieces of 255 characters.
Argument: p_text.
Result: the text with spaces inserted.';

-- noqa: enable=all

create function _stem_words(p_text text)
returns tsvector
language sql immutable parallel safe
return to_tsvector(:'text_config'::regconfig, p_text);

comment on function _stem_words is
'Convert words to lexemes by text_config, the text search configuration chosen at deploy.
Argument: p_text, words separated by spaces.
Result: the lexemes with their positions; null for null.';

create function _extract_identifiers(p_text text)
returns tsvector
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_boundary constant text := _boundary_pattern();
  c_inside constant text := '(?:' || c_boundary
  || e'|[0-9A-Za-z\\u0080-\\U0010FFFF](?:[_./\\\\-]+|::)[0-9A-Za-z\\u0080-\\U0010FFFF])';
  -- And everything joined to it.
  c_identifier constant text := e'([0-9A-Za-z\\u0080-\\U0010FFFF]*' || c_inside
  || e'(?:[_./:\\\\-]*[0-9A-Za-z\\u0080-\\U0010FFFF])*)';
  v_compounds text[];
  v_runs text;
  v_lexemes tsvector := '';
begin
  if p_text !~ c_inside then
    return v_lexemes;
  end if;
  select
    -- A path is the same with backslashes.
    array_agg(translate(lower(m.matched[1]), chr(92), '/')) filter (
      where
        m.matched[1] ~ e'[_./:\\\\-]'
        -- Anything longer is data, not a name; besides, a lexeme has at most 2046 bytes.
        and length(m.matched[1]) <= 200
    ),
    lower(string_agg(m.matched[1], ' ') filter (where m.matched[1] ~ c_boundary))
  into v_compounds, v_runs
  from regexp_matches(p_text, c_identifier, 'g') as m (matched);

  if v_compounds is not null then
    v_lexemes := array_to_tsvector(v_compounds);
  end if;
  if v_runs is not null then
    v_runs := regexp_replace(v_runs, e'[_./:\\\\-]+', ' ', 'g');
    v_lexemes := v_lexemes || strip(_stem_words(v_runs));
    -- The parser reads 9e0a as a number, 9e0, and a.
    if v_runs ~ '[0-9]e[0-9]+[a-z]' then
      v_lexemes := v_lexemes || array_to_tsvector(string_to_array(v_runs, ' '));
    end if;
  end if;
  return v_lexemes;
end
$$;

comment on function _extract_identifiers is
'Return the lexemes of identifiers, paths and compounds before they are split. A run of letters and
digits becomes what the same run in lower case becomes, so that indexingoperation finds
IndexingOperation; a compound of up to 200 characters is also kept as it is, in lower case:
src/db/pool_manager.py, std::vector.
Argument: p_text, from _normalize_text.
Result: the lexemes, without positions.';

create function _to_tsvector(p_text text)
returns tsvector
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- A tsvector has at most 1 MB. Beyond this size, a text in Chinese may need more if each of its
  -- pairs of letters has a position.
  c_max_bytes constant integer := 400000;
  v_text text := _normalize_text(p_text);
  v_half integer;
  v_lexemes tsvector;
begin
  if octet_length(v_text) > 2046 and v_text ~ e'\\S{255}\\S' then
    v_text := _cut_words(v_text);
  end if;
  if octet_length(v_text) <= c_max_bytes then
    v_lexemes := _stem_words(_split_identifiers(v_text)) || _extract_identifiers(v_text);
  else
    v_half := length(v_text) / 2;
    v_lexemes := strip(_stem_words(_split_identifiers(left(v_text, v_half))))
    || strip(_stem_words(_split_identifiers(substr(v_text, v_half + 1))))
    || _extract_identifiers(v_text);
  end if;
  if length(v_lexemes) = 0 then
    v_lexemes := to_tsvector('pg_catalog.simple', _split_identifiers(v_text));
  end if;
  if length(v_lexemes) = 0 and p_text ~ '[^[:space:]]' then
    v_lexemes := array_to_tsvector(
      array[left(btrim(regexp_replace(p_text, '[[:space:]]+', ' ', 'g')), 100)]
    );
  end if;
  return v_lexemes;
end
$$;

comment on function _to_tsvector is
'Convert a text to lexemes: its words, normalized by text_config, the text search configuration
chosen at deploy, with identifiers and paths split; and each identifier and path as a whole,
without a position. So "pool manager" finds pool_manager.py, and the full name ranks it higher.
Every run of letters and digits becomes a lexeme (several above 2046 bytes, _cut_words), unless it
is a stop word of text_config or a contraction (_drop_contractions). If that leaves nothing, the
stop words become lexemes; if the text has no letters or digits, its first 100 characters.
Argument: p_text.
Result: its lexemes with their positions; null for null.';

create function _path_lexemes(p_path text)
returns tsvector
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_path constant text := _normalize_text(p_path);
  v_whole constant text := lower(btrim(v_path, '_./:-'));
  v_words text := _split_identifiers(v_path);
  v_lexemes tsvector;
begin
  if v_path ~ _boundary_pattern() then
    v_words := v_words || ' ' || translate(v_whole, '_./:-', '     ');
  end if;
  v_lexemes := _stem_words(v_words);
  -- As _extract_identifiers keeps it.
  if
    v_whole ~ e'^[0-9a-z\\u0080-\\U0010FFFF]+([_./:-]+[0-9a-z\\u0080-\\U0010FFFF]+)+$'
    and length(v_whole) <= 200
  then
    v_lexemes := v_lexemes || ('''' || v_whole || ''':1')::tsvector;
  end if;
  return setweight(v_lexemes, 'C');
end
$$;

comment on function _path_lexemes is
'Return the lexemes of a path: its words, names such as poolmanager of PoolManager, and the whole.
Argument: p_path.
Result: the lexemes with positions, of weight C; null for null.';

create function _document_lexemes(p_text text, p_path text default null)
returns tsvector
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_lexemes tsvector := _to_tsvector(p_text);
begin
  if octet_length(p_text) > length(p_text) then
    v_lexemes := v_lexemes || array_to_tsvector(_list_letters(p_text));
  end if;
  if p_path is not null then
    v_lexemes := v_lexemes || _path_lexemes(p_path);
  end if;
  return v_lexemes;
end
$$;

comment on function _document_lexemes is
'Return the lexemes to store for a text: those of _to_tsvector; each letter that _split_scripts
pairs, so that a query of a single letter finds it; and those of a path, with the weight C.
Arguments: p_text; p_path, null for none.
Result: the lexemes; null for a text that is null.';

commit;
