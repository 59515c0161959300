-- Deploy kodiai:base/functions/_rank_bm25 to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _rank_bm25(
  p_table text,
  p_repo text,
  p_owner text,
  p_lexemes text[],
  p_frequencies integer[],
  p_limit integer,
  p_among bigint[] default null,
  p_also bigint[] default null
)
returns table (document_id bigint, score double precision, best_score double precision)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Nothing but index scans pays here; right after a bulk load the planner does not know.
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
-- What is read is the same whatever is asked, so planning it each time is lost.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  -- Above so many postings the most common words only order what the others find.
  c_most_postings constant integer := 10000;
  -- And where so many are asked for, reading everything is cheaper than looking up words.
  c_most_reordered constant integer := 1000;
  -- To look up a posting takes as long as to read so many.
  c_lookup_price constant integer := 8;
  -- So many of the documents of one term are enough to estimate from.
  c_sample constant integer := 256;
  c_terms constant bigint[] := array(select generate_series(0, 31));
  v_k1 constant double precision := _bm25_setting('bm25_k1', 1.2, 'weight');
  v_b constant double precision := _bm25_setting('bm25_b', 0.75, 'ratio');
  v_owner constant text := coalesce(p_owner, split_part(p_repo, '/', 1));
  v_from constant bigint := case
    when p_owner is null then _posting_repo(p_repo) else -9223372036854775808
  end;
  v_to constant bigint := case
    when p_owner is null then _posting_repo(p_repo) else 9223372036854775807
  end;
  v_document constant bigint := _posting_term(p_table, v_owner, '');
  v_documents double precision;
  v_mean_length double precision;
  v_terms bigint[];
  v_frequencies integer[];
  v_estimates bigint[];
  v_weights double precision[];
  v_skipped integer;
  v_looked_up boolean;
  v_read integer;
  v_short double precision;
  v_long double precision;
  v_ids bigint[];
  v_repos bigint[];
  v_scores double precision[];
  v_words bigint[];
  v_asked bigint;
begin
  select count(*), avg(p.length)
  into v_documents, v_mean_length
  from postings as p
  where
    p.term = v_document
    and p.repo_hash between v_from and v_to;
  if v_documents < c_sample then
    select count(*), avg(p.length)
    into v_documents, v_mean_length
    from postings as p
    where
      p.term = any (array(select v_document + s.n from unnest(c_terms) as s (n)))
      and p.repo_hash between v_from and v_to;
  else
    v_documents := v_documents * cardinality(c_terms);
  end if;

  -- The rarest words first; how common they are is estimated where that may matter.
  select
    array_agg(t.term order by t.estimate, t.lexeme),
    array_agg(t.frequency order by t.estimate, t.lexeme),
    array_agg(t.estimate order by t.estimate, t.lexeme),
    count(*) filter (where t.reach > c_most_postings and t.place > 1)
  into v_terms, v_frequencies, v_estimates, v_skipped
  from (
    select
      l.lexeme,
      l.term,
      l.frequency,
      l.estimate,
      row_number() over (order by l.estimate, l.lexeme) as place,
      sum(l.estimate) over (order by l.estimate, l.lexeme) as reach
    from (
      select
        q.lexeme,
        q.frequency,
        _posting_term(p_table, v_owner, q.lexeme) as term,
        case
          when v_documents * cardinality(p_lexemes) <= c_most_postings then 0
          else (
            select count(*)
            from postings as p
            where
              p.term = _posting_term(p_table, v_owner, q.lexeme)
                        and p.repo_hash between v_from and v_to
          ) * cardinality(c_terms)
        end as estimate
      from unnest(p_lexemes, p_frequencies) as q (lexeme, frequency)
    ) as l
  ) as t;

  -- The words of a few documents are looked up; those of many are found sooner among all.
  v_looked_up := c_lookup_price * cardinality(p_among)::bigint * cardinality(v_terms) <= case
    when v_documents * cardinality(v_terms) <= c_most_postings
      then v_documents * cardinality(v_terms)
    else (select sum(e.estimate) from unnest(v_estimates) as e (estimate))
  end;
  if v_looked_up then
    v_skipped := cardinality(v_terms);
  elsif p_among is not null or p_limit > c_most_reordered then
    v_skipped := 0;
  end if;

  v_short := v_k1 * (1 - v_b);
  -- At least 1, for where nearly all texts have nothing but stop words.
  v_long := v_k1 * v_b / greatest(v_mean_length, 1);
  loop
    v_read := cardinality(v_terms) - v_skipped;

    -- What is read is counted as well. idf as in Lucene.
    select
      array_agg(
        t.frequency
        * ln(1 + (greatest(v_documents - c.documents, 0) + 0.5) / (c.documents + 0.5))
        order by t.n
      )
    into v_weights
    from unnest(v_terms, v_frequencies, v_estimates) with ordinality
    as t (term, frequency, estimate, n)
    cross join lateral (
      select
        case
          when t.n > v_read and t.estimate > 0 then t.estimate
          else (
            select count(*)
            from postings as p
            where
              p.term = any (array(select t.term + s.n from unnest(c_terms) as s (n)))
              and p.repo_hash between v_from and v_to
          )
        end::double precision as documents
      -- Or it would be counted for each mention.
      offset 0
    ) as c;

    -- Those of p_also come whatever their place.
    v_asked := case when v_skipped = 0 then p_limit else 2 * p_limit end;
    select
      coalesce(array_agg(b.id), '{}'),
      coalesce(array_agg(b.repo_hash), '{}'),
      coalesce(array_agg(b.score), '{}'),
      coalesce(array_agg(b.words), '{}')
    into v_ids, v_repos, v_scores, v_words
    from (
      select s.id, s.repo_hash, s.score, s.words
      from (
        select
          p.document_id as id,
          min(p.repo_hash) as repo_hash,
          sum(t.weight * p.frequency / (p.frequency + v_short + v_long * p.length)) as score,
          count(*) as words
        from unnest(v_terms[:v_read], v_weights[:v_read]) as t (term, weight)
        cross join lateral (
          select p.document_id, p.repo_hash, p.frequency, p.length
          from postings as p
          where
            p.term = any (array(select t.term + s.n from unnest(c_terms) as s (n)))
            and p.repo_hash between v_from and v_to
        ) as p
        where p_among is null or p.document_id in (select unnest(p_among))
        group by p.document_id
      ) as s
      left join unnest(p_also) as a (id) on a.id = s.id
      order by a.id is null, s.words = v_read desc, s.score desc, s.id
      limit v_asked + coalesce(cardinality(p_also), 0)
    ) as b;

    exit when v_skipped = 0 or cardinality(v_ids) >= v_asked or v_looked_up;
    v_skipped := 0;
  end loop;

  if v_skipped > 0 then
    -- The whole score of the best, which may be better by the words that were skipped.
    execute format(
      'select
        $1 || array_agg(d.id),
        $2 || array_agg(%s),
        $3 || array_agg(0::double precision),
        $4 || array_agg(0::bigint)
      from %I as d
      where d.id = any ($5) and d.id <> all ($1)',
      case when p_owner is null then v_from::text else '_posting_repo(d.repo)' end, p_table
    )
    into v_ids, v_repos, v_scores, v_words
    using v_ids, v_repos, v_scores, v_words, p_also || p_among;

    select array_agg(s.id), array_agg(s.score), array_agg(s.words)
    into v_ids, v_scores, v_words
    from (
      select
        d.id,
        d.score
        + coalesce(
          sum(t.weight * p.frequency / (p.frequency + v_short + v_long * p.length)), 0
        ) as score,
        d.words + count(p.frequency) as words
      from unnest(v_ids, v_repos, v_scores, v_words) as d (id, repo_hash, score, words)
      cross join unnest(v_terms[v_read + 1:], v_weights[v_read + 1:]) as t (term, weight)
      left join lateral (
        select p.frequency, p.length
        from postings as p
        where
          p.term = t.term + (hashint8(d.id) & 31)
          and p.repo_hash = d.repo_hash
          and p.document_id = d.id
        -- One by one, whatever the planner thinks of that.
        offset 0
      ) as p on true
      group by d.id, d.score, d.words
    ) as s
    where s.words > 0;
  end if;

  return query
  select
    r.id,
    case
      when r.words = cardinality(v_terms)
        then
          _lift_score(
            r.score, max(r.score) filter (where r.words < cardinality(v_terms)) over ()
          )
      else r.score
    end as score,
    (select sum(w.weight) from unnest(v_weights) as w (weight))
  from unnest(v_ids, v_scores, v_words) as r (id, score, words)
  order by 2 desc, 1;
end
$$;

comment on function _rank_bm25(
  text, text, text, text[], integer[], integer, bigint[], bigint[]
) is
'The text arm: ranks the documents of a repository or an owner by BM25, the sum over the
words asked for of
  times asked * ln(1 + (N - n + 0.5) / (n + 0.5)) * f / (f + k1 * (1 - b + b * L / mean L))
for N documents in the scope, n of them with the word, f times in this one of L words
(mean L counts as 1 at least).
Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond,
2009, in the form of Lucene. k1 and b: the settings kodiai.bm25_k1 (1.2) and kodiai.bm25_b
(0.75).
N, n and L are those of this moment, stale memories included. N and mean L are estimated
from one document in 32 where that gives 256 or more. Of words that have 10000 postings
together or more, the rarest are read (unless p_limit is above 1000), and the others count
for the best 2 * p_limit that these find; their n is estimated in the same way. Where
p_among and the words are few, each word of each is looked up instead.
Arguments: p_table, learning_memories or findings; p_repo and p_owner, as in
search_memories; p_lexemes and p_frequencies, as from _parse_question; p_limit, how many;
p_among, null for all or the only ids to rank; p_also, ids to score besides, of a table
with a column repo where p_owner is given.
Result: best first, ties by document_id, those of p_also at their place. Fewer than p_limit
others only where no more have any of the words. A row with all the words comes before
those without: its score is at least theirs, and a thousandth of its own more.
best_score: what the sum above is always below.';

commit;
