-- Verify kodiai:base/domains on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_fold_name', '
  immutable parallel safe security invoker (p_name text)
  returns text
');

select _verify_none(
  'name that _fold_name folds differently',
  array(
    select n.name
    from (values ('ACME/API', 'acme/api'), (e'E\u0301', 'é')) as n (name, folded)
    where _fold_name(n.name) <> n.folded
  )
);

-- Closed sets: constraint and comment list the same values.
select _verify_none(
  'domain with different values in constraint and comment',
  array(
    select d.oid::text
    from
      unnest(
        array[
          'severity', 'category', 'outcome', 'voice', 'memory_state', 'model_state',
          'memory_action', 'verdict', 'finding_outcome', 'untrusted', 'conflict_action',
          'run_status', 'confidence_band', 'reaction_content', 'semver_bump_type',
          'dependency_source', 'merge_confidence', 'advisory_status', 'advisory_severity',
          'resilience_kind', 'threshold_method', 'author_tier', 'fusion', 'query_syntax',
          'retained_table'
        ]::regtype[]
      ) as d (oid)
    where
      array(
        select w.word
        from regexp_split_to_table(obj_description(d.oid, 'pg_type'), ', | or ') as w (word)
        order by w.word
      )
      <> array(
        select w.word[1]
        from
          pg_constraint as c
        cross join
          regexp_matches(pg_get_constraintdef(c.oid), '''([^'']*)''', 'g') as w (word)
        where c.contypid = d.oid
        order by w.word[1]
      )
  )
);

-- Other domains: the first value is valid, the second is not.
select _verify_none(
  'domain with a different range',
  array(
    select
      concat_ws(
        ' ',
        d.name,
        case when not pg_input_is_valid(d.value, d.name) then 'rejects ' || left(d.value, 40) end,
        case when pg_input_is_valid(d.other, d.name) then 'accepts ' || left(d.other, 40) end
      )
    from
      (
        values
        ('repo_name', 'owner/name', 'name'),
        ('repo_name', 'owner/a group/a name', 'owner/a name '),
        ('repo_name', 'owner/name', 'owner//name'),
        ('repo_name', 'owner/name', 'owner/Name'),
        ('repo_name', 'é/name', 'É/name'),
        ('repo_name', 'owner/name', e'owner/name\u3000'),
        ('repo_name', 'o/' || repeat('é', 99), 'o/' || repeat('é', 99) || 'x'),
        ('owner_name', repeat('x', 200), repeat('x', 201)),
        ('owner_name', 'an owner', 'an/owner'),
        ('owner_name', 'owner', 'Owner'),
        ('login_name', repeat('x', 200), repeat('x', 201)),
        ('login_name', 'x', ' '),
        ('login_name', 'ann', 'Ann'),
        ('file_path', repeat('x', 1000), repeat('x', 1001)),
        ('file_path', ' ', ''),
        ('model_name', repeat('x', 200), repeat('x', 201)),
        ('model_name', 'x', ' '),
        ('short_name', repeat('x', 200), repeat('x', 201)),
        ('short_name', 'x', ' '),
        ('short_text', repeat('x', 500), repeat('x', 501)),
        ('short_text', 'x', ' '),
        ('long_text', repeat('x', 100000), repeat('x', 100001)),
        ('long_text', 'x', e' \n'),
        ('positive_number', '9223372036854775807', '0'),
        ('natural_number', '0', '-1'),
        ('natural_number', '1000000000000000', '1000000000000001'),
        ('percentage', '100', '101'),
        ('percentage', '0', '-1'),
        ('ratio', '1', '1.01'),
        ('ratio', '0', 'NaN'),
        ('cosine_distance', '2', '2.01'),
        ('cosine_distance', '0', '-0.01'),
        ('usd_amount', '0', '-0.01'),
        ('usd_amount', '1000000', '1000000.01'),
        ('jsonb_object', '{}', '[]'),
        ('metadata', '{}', '[]'),
        ('metadata', '{}', '{"a": "' || repeat('x', 9992) || '"}'),
        ('age', '0', '-1 s'),
        ('age', '1 minute', '59 s'),
        ('age', '1000 years', '1001 years'),
        ('retention', '0', '-1 s'),
        ('retention', '1 hour', '59 minutes'),
        ('retention', '1000 years', '1001 years'),
        ('event_time', '9999-12-31 23:59:59.999999Z', '10000-01-01 00:00Z'),
        ('event_time', '0001-01-01 00:00Z', '0001-12-31 23:59:59.999999Z BC'),
        ('day_count', '3660', '3661'),
        ('day_count', '1', '0'),
        ('row_limit', '1000', '1001'),
        ('row_limit', '1', '0'),
        ('batch_size', '100000', '100001'),
        ('batch_size', '1', '0'),
        ('run_seconds', '3600', '3601'),
        ('run_seconds', '1', '0'),
        ('weight', '1000', '1000.01'),
        ('weight', '0', '-0.01'),
        ('memory_weight', '1', '1.01'),
        ('memory_weight', '-1', '-1.01'),
        ('odds', '50', '50.01'),
        ('odds', '1', '0.99'),
        ('rank_constant', '1000000', '1000001'),
        ('rank_constant', '1', '0'),
        ('lease_time', '1 minute', '59 s'),
        ('lease_time', '1 day', '25 hours'),
        ('half_life', '1 hour', '59 minutes')
      ) as d (name, value, other)
    where
      not pg_input_is_valid(d.value, d.name)
      or pg_input_is_valid(d.other, d.name)
  )
);

select _verify_none(
  'domain without a comment, or not owned by the owner of the schema',
  array(
    select t.oid::regtype::text
    from pg_type as t
    inner join pg_namespace as n on t.typnamespace = n.oid
    where
      n.oid = quote_ident(:'schema')::regnamespace
      and t.typtype = 'd'
      and (t.typowner <> n.nspowner or obj_description(t.oid, 'pg_type') is null)
  )
);

rollback;
