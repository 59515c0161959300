-- Deploy kodiai:learning/assessment to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create type similarity_scale as (
  deviation double precision,
  near double precision
);

comment on type similarity_scale is
'How to judge cosine similarities of a model (_similarity_scale).
deviation: the standard deviation of those of two memories of one repository that have nothing to do
with each other.
near: similarity above which a memory says something about a finding; null if unknown.';

-- The linter mistakes the brackets of an array type for a subscript here.
-- noqa: disable=LT01

create type weighed_voice as (
  memory_id bigint,
  side integer,
  login text,
  vector_weight double precision,
  text_weight double precision,
  weight double precision
);

comment on type weighed_voice is
'A voice about a neighbor of a finding (_weigh_voices).
side: as in _voice_side. login: null for an event. vector_weight, text_weight: how near its memory
is in each arm, 0 to 1 for the nearest; multiplied by weight in the result of _limit_voices.
weight: regardless of nearness.';

create type voice_sums as (
  odds double precision,
  voices_for bigint,
  voices_against bigint,
  weight_for double precision,
  weight_against double precision
);

comment on type voice_sums is
'What voices say together (_sum_voices). for and against: suppression.
odds: that the finding is not wanted; null without voices. The others are numbers and weights of
the voices about neighbors that count; weights are those of the vector arm, or else of the text
arm.';

create type finding_assessment as (
  verdict text,
  confidence double precision,
  odds double precision,
  voices_for bigint,
  voices_against bigint,
  weight_for double precision,
  weight_against double precision,
  nearest double precision,
  memory_ids bigint[],
  memory_weights double precision[],
  is_protected boolean,
  reason text
);

comment on type finding_assessment is
'What the memories of a team say about a finding (_assess). The attributes are those of
assess_finding.';

-- noqa: enable=LT01

create function _similarity_scale(p_embedding_model text, p_min_similarity double precision)
returns similarity_scale
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_scale similarity_scale;
begin
  select m.deviation, m.mean_similarity + m.deviation
  into v_scale
  from embedding_models as m
  where m.embedding_model = p_embedding_model;
  -- Without a calibration: that of all-MiniLM-L6-v2 on findings of one repository.
  v_scale.deviation := coalesce(v_scale.deviation, 0.14);
  v_scale.near := coalesce(p_min_similarity, v_scale.near);
  return v_scale;
end
$$;

comment on function _similarity_scale is
'Return how to judge cosine similarities of a model.
Arguments: p_embedding_model; p_min_similarity, to use instead of the calibrated one, or null.
Result: a similarity_scale; near is null if the model is not calibrated and p_min_similarity null.';

create function _spread(p_n bigint, p_first bigint, p_last bigint)
returns bigint
language sql immutable parallel safe
return p_first + abs(hashint8extended(p_n, 0) % (p_last - p_first + 1));

comment on function _spread is
'Return a number that looks random, always the same.
Arguments: p_n, which one; p_first and p_last, its bounds.';

create function _measure_similarity(
  p_embedding_model text,
  out pairs bigint,
  out mean_similarity double precision,
  out deviation double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  c_pairs constant integer := 2000;
  v_scope constant search_scope := _with_model(null, p_embedding_model);
  v_first constant bigint := (select min(m.id) from learning_memories as m);
  v_last constant bigint := (select max(m.id) from learning_memories as m);
begin
  select count(*), avg(p.similarity), stddev_samp(p.similarity)
  into pairs, mean_similarity, deviation
  from (
    -- The same points each time, so that measuring again gives the same.
    select distinct on (least(a.id, b.id), greatest(a.id, b.id))
      1 - (
        _slot_embedding(v_scope, a.embedding, a.second_embedding)
        <=> _slot_embedding(v_scope, b.embedding, b.second_embedding)
      ) as similarity
    from generate_series(1, c_pairs) as g (n)
    cross join lateral (
      select m.* from learning_memories as m
      where m.id >= _spread(2 * g.n, v_first, v_last)
      order by m.id
      limit 1
    ) as a
    cross join lateral (
      select
        (select m.id from learning_memories as m where m.repo = a.repo order by m.id limit 1),
        (select m.id from learning_memories as m where m.repo = a.repo order by m.id desc limit 1)
    ) as r (first, last)
    cross join lateral (
      select m.* from learning_memories as m
      where m.repo = a.repo and m.id >= _spread(2 * g.n + 1, r.first, r.last)
      order by m.id
      limit 1
    ) as b
    where
      _is_comparable(v_scope, a.embedding_model, a.embedding_code, a.second_code)
      and _is_comparable(v_scope, b.embedding_model, b.embedding_code, b.second_code)
      and a.finding_text <> b.finding_text
  ) as p
  where p.similarity is not null;
end
$$;

comment on function _measure_similarity is
'Measure the similarity of random pairs of memories, each of one repository.
Argument: p_embedding_model.
Result: pairs, their number; mean_similarity and deviation of their cosine similarities.';

create function _calibrate(
  p_embedding_model text,
  out pairs bigint,
  out mean_similarity double precision,
  out deviation double precision
)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_min_pairs constant integer := 100;
begin
  select m.pairs, m.mean_similarity, m.deviation
  into pairs, mean_similarity, deviation
  from _measure_similarity(p_embedding_model) as m;
  if pairs < c_min_pairs or deviation = 0 then
    mean_similarity := null;
    deviation := null;
    return;
  end if;

  insert into embedding_models as m (
    embedding_model, calibrated_at, pairs, mean_similarity, deviation
  )
  values (p_embedding_model, _now(), pairs, mean_similarity, deviation)
  on conflict (embedding_model) do update
  set
    calibrated_at = excluded.calibrated_at,
    pairs = excluded.pairs,
    mean_similarity = excluded.mean_similarity,
    deviation = excluded.deviation;
end
$$;

comment on function _calibrate is
'Measure how similar the embeddings of a model are, and store it.
Argument: p_embedding_model.
Result: as in _measure_similarity; without mean_similarity and deviation if there are too few pairs
to store anything.';

create function _find_neighbors(
  p_scope search_scope,
  p_corpus search_corpus,
  p_query_text text,
  p_embedding vector,
  p_limit integer
)
returns table (memory_id bigint, similarity double precision, coverage double precision)
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_estimate scope_estimate := _survey_scope(p_scope, p_corpus, p_embedding);
  v_query parsed_query := _parse_query(p_query_text, 'plain');
  v_vector_matches search_match[] := '{}';
  v_text_matches search_match[];
begin
  -- A finding repeats its terms more often than a question does; how often says little.
  v_query.counts := array_fill(1, array[cardinality(v_query.terms)]);
  if p_embedding is not null then
    v_vector_matches := _search_vectors(
      p_scope, p_embedding, p_corpus.documents, v_estimate.share_comparable, p_limit,
      v_estimate.memory_ids, v_estimate.code_distances
    );
  end if;
  select t.matches
  into v_text_matches
  from _search_text(
    p_corpus, p_scope, v_query, p_limit,
    v_estimate.share_searchable, v_estimate.memory_ids, p_rare_only => true
  ) as t;

  return query
  select
    m.id,
    1 - coalesce(
      v.value,
      case
        when _is_comparable(p_scope, m.embedding_model, m.embedding_code, m.second_code)
          then _slot_embedding(p_scope, m.embedding, m.second_embedding) <=> p_embedding
      end
    ),
    coalesce(t.coverage, 0)
  from unnest(v_vector_matches) as v
  full join unnest(v_text_matches) as t on v.id = t.id
  cross join lateral (
    select m.* from learning_memories as m
    where m.id = coalesce(v.id, t.id)
    -- Optimization fence: look up one memory at a time.
    offset 0
  ) as m;
end
$$;

comment on function _find_neighbors is
'Find the memories that are similar to a text, by both arms of search_memories.
Arguments: p_scope; p_corpus, of the same repository or owner; p_query_text; p_embedding, of the
text, or null; p_limit, number of memories of each arm.
Result: memory_id; similarity, cosine similarity, null without an embedding of the model; coverage,
share of the terms of the text that the memory contains, weighted by idf, 0 if the text arm ranks it
too low to count. In a large corpus only the rarer terms count (_plan_terms): a finding has many.';

create function _trust(p_confirmed double precision, p_contradicted double precision)
returns double precision
language sql immutable parallel safe
return (0.1 + coalesce(p_confirmed, 0))
/ (0.1 + coalesce(p_confirmed, 0) + coalesce(p_contradicted, 0));

comment on function _trust is
'Return how far dismissals of a memory are to be trusted, by what became of the findings against
which it spoke. One that decided alone about a finding that was wanted keeps an eleventh of its
weight.
Arguments: columns of memory_trust; null if there is no row.
Result: above 0, at most 1.';

create function _weigh_voices(
  p_memory_ids bigint[],
  p_similarities double precision[],
  p_coverages double precision[],
  p_deviation double precision,
  p_repo text,
  p_file_path text,
  p_half_life interval,
  p_maintainers text[]
)
returns weighed_voice[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Measured: docs/explanation/assessment-quality.md.
  c_per_deviation constant double precision := 2;
  c_per_coverage constant double precision := 3;
  c_same_file constant double precision := 1.1;
  c_other_repo constant double precision := 0.5;
begin
  return array(
    with neighbors as (
      select
        u.id,
        coalesce(
          exp(c_per_deviation / p_deviation * (u.similarity - max(u.similarity) over ())), 0
        ) as vector_weight,
        exp(c_per_coverage * (u.coverage - max(u.coverage) over ())) as text_weight
      from unnest(p_memory_ids, p_similarities, p_coverages) as u (id, similarity, coverage)
    ),

    spoken as (
      select
        n.id, n.vector_weight, n.text_weight, s.side, v.id as voice_id, v.login,
        case when r.repo = m.repo then r.pr_number end as pr_number,
        case when m.repo = p_repo then 1 else c_other_repo end
        * case when m.file_path = p_file_path then c_same_file else 1 end
        * _recency_weight(_now() - v.said_at, p_half_life)
        * case when s.side < 0 then _trust(t.confirmed, t.contradicted) else 1 end as weight
      from neighbors as n
      cross join lateral (
        select m.* from learning_memories as m
        where m.id = n.id
        -- Optimization fence: look up one memory at a time.
        offset 0
      ) as m
      inner join memory_voices as v on n.id = v.memory_id
      cross join lateral (select _voice_side(v.voice) as side) as s
      left join memory_trust as t on n.id = t.memory_id
      left join findings as f on coalesce(v.finding_id, m.finding_id) = f.id
      left join reviews as r on coalesce(f.review_id, m.review_id) = r.id
      where
        v.withdrawn_at is null
        and not v.is_pending
        and s.side <> 0
        and (
          p_maintainers is null
          or s.side > 0
          or upper(coalesce(v.association, _find_association(m.repo, v.login)))
          = any (p_maintainers)
        )
    ),

    -- A person has one voice, however often they speak.
    persons as (
      select distinct on (s.side, coalesce(s.login, s.voice_id::text)) s.*
      from spoken as s
      order by
        s.side, coalesce(s.login, s.voice_id::text),
        (s.vector_weight + s.text_weight) * s.weight desc, s.voice_id
    ),

    -- Those who speak on one pull request hear each other.
    pull_requests as (
      select
        p.*,
        row_number() over (
          partition by p.side, p.pr_number
          order by (p.vector_weight + p.text_weight) * p.weight desc, p.voice_id
        ) as rank
      from persons as p
    )

    select
      row(q.id, q.side, q.login, q.vector_weight, q.text_weight, q.weight)::weighed_voice
    from pull_requests as q
    where q.pr_number is null or q.rank <= 2
    order by q.voice_id
  );
end
$$;

comment on function _weigh_voices is
'Weigh what people and events say about the neighbors of a finding. Nearer voices weigh more, and
those that share more terms, are newer, from the same file or the repository itself, or about a
memory that has been right (_trust). A person has one voice on each side; on each side of one pull
request at most two voices count.
Arguments: p_memory_ids, p_similarities and p_coverages, from _find_neighbors; p_deviation, of a
similarity_scale; p_repo, which asks; p_file_path, of the finding, or null; p_half_life, in which
the weight of a voice halves, null for never; p_maintainers, associations of those whose dismissals
count, null for all.
Result: the voices that count, in the order in which they were first heard.';

create function _limit_voices(p_voices weighed_voice[], p_left_out integer, p_limit integer)
returns weighed_voice[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- More neighbors than count, for the base rate around the finding.
  c_neighbors constant integer := greatest(p_limit, 60);
  v_login text;
begin
  select v.login into v_login
  from unnest(p_voices) as v
  where v.side = p_left_out and v.login is not null
  order by (v.vector_weight + v.text_weight) * v.weight desc, v.login
  limit 1;
  return array(
    select
      row(
        v.memory_id, v.side, v.login,
        case when v.vector_rank <= p_limit then v.vector_weight * v.weight else 0 end,
        case when v.text_rank <= p_limit then v.text_weight * v.weight else 0 end,
        v.weight
      )::weighed_voice
    -- Ranked without whoever is left out, so that they do not displace others.
    from (
      select
        u.*,
        dense_rank() over (order by u.vector_weight desc, u.memory_id) as vector_rank,
        dense_rank() over (order by u.text_weight desc, u.memory_id) as text_rank
      from unnest(p_voices) as u
      where v_login is null or u.side <> p_left_out or u.login is distinct from v_login
    ) as v
    where least(v.vector_rank, v.text_rank) <= c_neighbors
  );
end
$$;

comment on function _limit_voices is
'Select the voices about the nearest memories.
Arguments: p_voices, from _weigh_voices; p_left_out, on which side the person with the largest
weight is left out, -1 or 1, null to leave out nobody; p_limit, how many memories count in each arm.
Result: the voices, with their weights in both arms, 0 beyond p_limit.';

create function _odds(p_dismissed double precision, p_wanted double precision)
returns double precision
language sql immutable parallel safe
return (
  select (o.dismissed / nullif(o.total, 0) + 0.02) / (1 - o.dismissed / nullif(o.total, 0) + 0.02)
  from (
    select
      coalesce(p_dismissed, 0) as dismissed,
      coalesce(p_dismissed, 0) + coalesce(p_wanted, 0) as total
  ) as o
);

comment on function _odds is
'Return the odds of two weights, between 1 to 51 and 51 to 1 so that no evidence is certain.
Arguments: p_dismissed and p_wanted, null for 0.
Result: the odds; null if both weights are 0.';

create function _combine_odds(
  p_vector double precision, p_text double precision, p_base double precision
)
returns double precision
language sql immutable parallel safe
return coalesce(
  p_vector * p_text / p_base, p_vector, p_text, p_base, 1
);

comment on function _combine_odds is
'Combine the odds of both arms as independent evidence, of which each contains the base rate (naive
Bayes). A regression on 25 random splits of review_verdicts fitted exponents of .9, 1.0 and -1.1
(docs/explanation/assessment-quality.md).
Arguments: p_vector and p_text, null if an arm found nothing; p_base, the odds around the finding.
Result: the odds that the finding is not wanted.';

create function _sum_voices(p_voices weighed_voice[])
returns voice_sums
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_has_vectors constant boolean := exists(
    select from unnest(p_voices) as v where v.vector_weight > 0
  );
  v_sums voice_sums;
begin
  select
    _combine_odds(
      _odds(
        sum(v.vector_weight) filter (where v.side < 0),
        sum(v.vector_weight) filter (where v.side > 0)
      ),
      _odds(
        sum(v.text_weight) filter (where v.side < 0), sum(v.text_weight) filter (where v.side > 0)
      ),
      _odds(sum(v.weight) filter (where v.side < 0), sum(v.weight) filter (where v.side > 0))
    ),
    count(*) filter (where v.side < 0 and c.weight > 0),
    count(*) filter (where v.side > 0 and c.weight > 0),
    coalesce(sum(c.weight) filter (where v.side < 0), 0),
    coalesce(sum(c.weight) filter (where v.side > 0), 0)
  into v_sums
  from unnest(p_voices) as v
  cross join lateral (
    select case when c_has_vectors then v.vector_weight else v.text_weight end as weight
  ) as c;
  return v_sums;
end
$$;

comment on function _sum_voices is
'Add up what voices say about a finding.
Argument: p_voices, from _limit_voices.';

create function _weigh_memories(
  p_voices weighed_voice[],
  p_limit integer,
  out memory_ids bigint[],
  out memory_weights double precision[]
)
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  select
    array_agg(w.memory_id order by abs(w.weight) desc, w.memory_id),
    array_agg(w.weight order by abs(w.weight) desc, w.memory_id)
  into memory_ids, memory_weights
  from (
    select s.memory_id, sum(s.weight) as weight
    from (
      select
        v.memory_id,
        -v.side / 2.0::double precision * (
          coalesce(v.vector_weight / nullif(sum(v.vector_weight) over (), 0), 0)
          + coalesce(v.text_weight / nullif(sum(v.text_weight) over (), 0), 0)
        ) as weight
      from unnest(p_voices) as v
    ) as s
    group by s.memory_id
    order by abs(sum(s.weight)) desc, s.memory_id
    limit p_limit
  ) as w
  where w.weight <> 0;
end
$$;

comment on function _weigh_memories is
'Return how much each memory contributed to an assessment.
Arguments: p_voices, from _limit_voices; p_limit, maximum number of memories.
Result: memory_ids, and memory_weights, the share of each in the evidence of both arms, positive if
it speaks for suppression; the largest first.';

create function _describe_assessment(
  p_assessment finding_assessment,
  p_scale similarity_scale,
  p_ratio double precision,
  p_has_embedding boolean
)
returns text
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_odds constant double precision := greatest(p_assessment.odds, 1 / p_assessment.odds);
begin
  if p_assessment.nearest is null then
    return 'No similar memory has a verdict.';
  elsif p_has_embedding and p_scale.near is null then
    return 'The similarity of this model is not calibrated (calibrate_similarity).';
  elsif p_assessment.verdict = 'unknown' then
    return format(
      'The nearest memory with a verdict has a similarity of %s, below %s.',
      round(p_assessment.nearest::numeric, 2), round(p_scale.near::numeric, 2)
    );
  end if;
  return format(
    'Similar findings: %s %s, %s wanted; odds of %s to 1 that this one is %swanted%s.',
    p_assessment.voices_for,
    case p_assessment.voices_for when 1 then 'was dismissed' else 'were dismissed' end,
    p_assessment.voices_against,
    round(v_odds::numeric, case when v_odds < 10 then 1 else 0 end),
    case when p_assessment.odds >= 1 then 'not ' else '' end,
    case
      when p_assessment.verdict <> 'keep' then ''
      when p_assessment.is_protected
        then ', but it is protected: that takes twice the evidence, from maintainers'
      when not p_has_embedding then ', but without an embedding nothing is suppressed'
      when v_odds >= p_ratio then ', but too few voices say so, or one person alone'
      else ', too little to decide'
    end
  );
end
$$;

comment on function _describe_assessment is
'Say in a sentence why an assessment came to its verdict.
Arguments: p_assessment; p_scale, from _similarity_scale; p_ratio, the odds that decide;
p_has_embedding, whether the finding has one.';

create function _list_maintainers(p_repo text)
returns text[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return coalesce(
    (select p.trusted_associations from get_learning_policy(p_repo) as p),
    '{OWNER, MEMBER, COLLABORATOR}'
  );
end
$$;

comment on function _list_maintainers is
'List the associations of the maintainers of a repository: those that its policy trusts, or else
those with write access on GitHub.
Argument: p_repo.';

create function _assess(
  p_scope search_scope,
  p_repo text,
  p_corpus search_corpus,
  p_scale similarity_scale,
  p_finding jsonb,
  p_embedding vector,
  p_min_voices integer,
  p_ratio double precision,
  p_half_life interval,
  p_limit integer
)
returns finding_assessment
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  c_has_embedding constant boolean := p_embedding is not null;
  -- Without an embedding: half of the words.
  c_near constant double precision := case
    when c_has_embedding then coalesce(p_scale.near, 2) else 0.5
  end;
  -- As in search_memories; more than count, so that nobody displaces others by repeating themselves.
  c_depth constant integer := greatest(p_limit, 100);
  v_assessment finding_assessment;
  v_memory_ids bigint[];
  v_similarities double precision[];
  v_coverages double precision[];
  v_voices weighed_voice[];
  v_all voice_sums;
  v_for voice_sums;
  v_against voice_sums;
  v_evidence integer;
begin
  v_assessment.is_protected := p_finding ->> 'severity' = 'critical'
  or p_finding ->> 'severity' = 'major'
  and p_finding ->> 'category' in ('security', 'correctness');
  v_evidence := case when v_assessment.is_protected then 2 else 1 end;

  select array_agg(n.memory_id), array_agg(n.similarity), array_agg(n.coverage)
  into v_memory_ids, v_similarities, v_coverages
  from _find_neighbors(
    p_scope, p_corpus, p_finding ->> 'finding_text', p_embedding, c_depth
  ) as n;
  v_voices := _weigh_voices(
    v_memory_ids, v_similarities, v_coverages, p_scale.deviation, p_repo,
    _stored_path(p_finding ->> 'file_path'), p_half_life,
    case when v_assessment.is_protected then _list_maintainers(p_repo) end
  );
  select max(case when c_has_embedding then u.similarity else u.coverage end)
  into v_assessment.nearest
  from unnest(v_memory_ids, v_similarities, v_coverages) as u (id, similarity, coverage)
  where u.id in (select v.memory_id from unnest(v_voices) as v);

  -- No single person decides, unless one voice is enough.
  v_for := _sum_voices(
    _limit_voices(v_voices, case when p_min_voices > 1 then -1 end, p_limit)
  );
  v_against := _sum_voices(
    _limit_voices(v_voices, case when p_min_voices > 1 then 1 end, p_limit)
  );
  v_voices := _limit_voices(v_voices, null, p_limit);
  v_all := _sum_voices(v_voices);
  v_assessment.odds := v_all.odds;
  v_assessment.voices_for := v_all.voices_for;
  v_assessment.voices_against := v_all.voices_against;
  v_assessment.weight_for := v_all.weight_for;
  v_assessment.weight_against := v_all.weight_against;
  v_assessment.verdict := case
    when v_assessment.nearest >= c_near is not true then 'unknown'
    when
      c_has_embedding
      and v_for.odds >= v_evidence * p_ratio
      and v_for.voices_for >= v_evidence * p_min_voices
      then 'suppress'
    when 1 / v_against.odds >= p_ratio and v_against.voices_against >= p_min_voices then 'boost'
    else 'keep'
  end;
  v_assessment.confidence := case v_assessment.verdict
    when 'suppress' then v_all.odds / (1 + v_all.odds)
    when 'unknown' then 0
    else 1 / (1 + v_all.odds)
  end;
  select w.memory_ids, w.memory_weights
  into v_assessment.memory_ids, v_assessment.memory_weights
  from _weigh_memories(v_voices, p_limit) as w;
  v_assessment.reason := _describe_assessment(
    v_assessment, p_scale, p_ratio, c_has_embedding
  );
  return v_assessment;
end
$$;

comment on function _assess is
'Assess a finding by what the team said about similar ones.
Arguments: p_scope, with the model of p_embedding; p_repo, which asks; p_corpus, of the same
repository or owner; p_scale, from _similarity_scale; p_finding, an object with finding_text,
severity, category and file_path; p_embedding, of its text, or null; the others as in
assess_finding.';

create function _check_assessment_arguments(
  p_min_voices bigint,
  p_ratio double precision,
  p_min_similarity double precision,
  p_half_life interval,
  p_limit bigint,
  p_embedding_model text
)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_min_voices', p_min_voices::text, 'row_limit');
  perform _check_argument('p_ratio', p_ratio::text, 'odds');
  perform _check_optional('p_min_similarity', p_min_similarity::text, 'ratio');
  perform _check_optional('p_half_life', p_half_life::text, 'half_life');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');
  perform _check_optional('p_embedding_model', p_embedding_model, 'model_name');
end
$$;

comment on function _check_assessment_arguments is
'Reject invalid arguments of assess_finding and assess_findings.
Arguments: as in assess_finding.
Errors: 22004 for a missing argument, 22023 for an invalid one.';

create function _assess_findings(
  p_repo text,
  p_owner text,
  p_findings jsonb,
  p_embeddings vector[],
  p_min_voices bigint,
  p_ratio double precision,
  p_min_similarity double precision,
  p_half_life interval,
  p_limit bigint,
  p_embedding_model text
)
returns setof finding_assessment
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
-- As in search_memories.
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  v_scope search_scope := _with_model(_make_scope(p_repo, p_owner), p_embedding_model);
  v_corpus search_corpus;
  v_scale similarity_scale;
begin
  v_scale := _similarity_scale(v_scope.embedding_model, p_min_similarity);
  v_corpus := _measure_corpus('learning_memories', v_scope.owner, v_scope.repo);
  for v_ordinal in 1 .. jsonb_array_length(p_findings) loop
    return next _assess(
      v_scope, p_repo, v_corpus, v_scale, p_findings -> (v_ordinal - 1), p_embeddings[v_ordinal],
      p_min_voices::integer, p_ratio, p_half_life, p_limit::integer
    );
  end loop;
end
$$;

comment on function _assess_findings is
'Assess the findings of a review.
Arguments: p_repo and p_owner, folded; p_findings, an array of objects with finding_text, severity,
category and file_path; p_embeddings, one per finding, null for none; the others as in
assess_finding. All were checked.
Result: one row per finding, in their order.';

commit;
