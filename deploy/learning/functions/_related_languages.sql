-- Deploy kodiai:learning/functions/_related_languages to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _related_languages(p_languages text[])
returns text[]
language sql immutable parallel safe
return array(
  select distinct r.language
  from (
    values
    (array['javascript', 'typescript', 'jsx', 'tsx', 'vue', 'svelte', 'coffeescript']),
    (array['c', 'c++', 'cpp', 'cuda', 'objective-c', 'objective-c++', 'zig']),
    (array['java', 'kotlin', 'scala', 'groovy', 'clojure']),
    (array['c#', 'csharp', 'f#', 'fsharp', 'visual basic', 'vb.net']),
    (array['python', 'cython', 'starlark', 'jupyter notebook']),
    (array['css', 'scss', 'sass', 'less']),
    (array['html', 'xml', 'jsx', 'tsx', 'vue', 'svelte']),
    (array['sql', 'plpgsql', 'plsql', 'tsql']),
    (array['shell', 'bash', 'sh', 'zsh', 'fish']),
    (array['erlang', 'elixir']),
    (array['haskell', 'ocaml', 'elm', 'f#', 'fsharp', 'purescript'])
  ) as f (family)
  cross join unnest(f.family) as r (language)
  where
    f.family && array(select lower(l.language) from unnest(p_languages) as l (language))
    and not exists (
      select
      from unnest(p_languages) as l (language)
      where lower(l.language) = r.language
    )
  order by r.language
);

comment on function _related_languages(text[]) is
'The languages that share much of their syntax or their libraries with one of these.
Argument: p_languages, in any case of letters. Result: the others, in lower case.';

commit;
