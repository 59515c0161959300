-- Verify kodiai:base/domains on pg

begin;

set local search_path = :"schema", public;

-- Each domain takes the words that its comment names, and no other.
select
  1 / (
    count(t.oid) = 14
    and bool_and(
      t.typtype = 'd'
      and t.typbasetype = 'text'::regtype
      and t.typowner = n.nspowner
      and array(
        select w.word
        from regexp_split_to_table(obj_description(t.oid, 'pg_type'), ', | or ') as w (word)
        order by w.word
      )
      = array(
        select w.word[1]
        from
          pg_constraint as c
        cross join
          regexp_matches(pg_get_constraintdef(c.oid), '''([^'']*)''', 'g') as w (word)
        where c.contypid = t.oid
        order by w.word[1]
      )
    )
  )::integer
from
  unnest(
    array[
      'severity', 'category', 'outcome', 'run_status', 'confidence_band',
      'reaction_content', 'semver_bump_type', 'dependency_source', 'merge_confidence',
      'advisory_status', 'advisory_severity', 'resilience_kind', 'threshold_method',
      'author_tier'
    ]::regtype[]
  ) as d (oid)
inner join pg_type as t on d.oid = t.oid
inner join pg_namespace as n on t.typnamespace = n.oid;

select 1 / (
  pg_input_is_valid(repeat('x', 100000), 'finding_text')
  and not pg_input_is_valid(repeat('x', 100001), 'finding_text')
  and not pg_input_is_valid(e' \n', 'finding_text')
  and pg_input_is_valid(repeat('x', 2000), 'file_path')
  and not pg_input_is_valid(repeat('x', 2001), 'file_path')
  and not pg_input_is_valid('', 'file_path')
  and pg_input_is_valid(repeat('x', 200), 'short_name')
  and not pg_input_is_valid(repeat('x', 201), 'short_name')
  and not pg_input_is_valid(' ', 'short_name')
  and pg_input_is_valid('owner/name', 'repo_name')
  and not pg_input_is_valid('name', 'repo_name')
  and not pg_input_is_valid('owner/name/more', 'repo_name')
  and not pg_input_is_valid('owner/a name', 'repo_name')
  and not pg_input_is_valid('owner/' || repeat('x', 200), 'repo_name')
)::integer;

rollback;
