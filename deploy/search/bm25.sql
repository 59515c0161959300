-- Deploy kodiai:search/bm25 to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _bm25_setting(p_name text, p_default double precision, p_domain text)
returns double precision
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_value constant text := nullif(current_setting('kodiai.' || p_name, true), '');
begin
  if v_value is null then
    return p_default;
  end if;
  perform _check_argument('the setting kodiai.' || p_name, v_value, p_domain);
  return v_value;
end
$$;

comment on function _bm25_setting is
'Return a parameter of BM25 from the setting kodiai.<name> of the session, role or database (alter
database ... set kodiai.bm25_b = 0.5).
Arguments: p_name, bm25_k1 or bm25_b; p_default, used if it is not set; p_domain, its range.
Result: the value.
Errors: 22023 if the setting is outside the domain.';

create function _promote_score(p_score double precision, p_best_below double precision)
returns double precision
language sql immutable parallel safe
return greatest(p_score, p_best_below) + 0.001 * p_score;

comment on function _promote_score is
'Return a score that ranks a row above all rows of a lower class: the larger of its score and
their best, plus 0.001 times its score.
Arguments: p_score, its score; p_best_below, the best score of the lower class, null if empty.';

create function _has_all_terms(p_matched_weight double precision, p_total_weight double precision)
returns boolean
language sql immutable parallel safe
-- Sums of the same weights in another order differ by rounding, and the smallest weight is larger.
return p_matched_weight >= p_total_weight * (1 - 1e-12::double precision);

comment on function _has_all_terms is
'Return whether a document contains all terms of a query, judging by the sum of their weights.
Arguments: p_matched_weight, of the terms that it contains; p_total_weight, of all.';

create function _path_share()
returns double precision
language sql immutable parallel safe
return 0.05;

comment on function _path_share is
'Return what a term that only the path of a memory contains adds to its score, as a fraction of its
weight. A term of the text adds about half of its weight.';

-- No set clause, so that PostgreSQL inlines it.
create function _term_share(p_frequency smallint, p_norm double precision)
returns double precision
language sql immutable parallel safe
return case p_frequency when 0 then _path_share() else p_frequency / (p_frequency + p_norm) end;

comment on function _term_share is
'Return what a term adds to the score of a document, as a fraction of its weight.
Arguments: p_frequency, occurrences in the text, 0 if only the path contains the term; p_norm,
k1 * (1 - b + b * L / mean L) of BM25 (_rank_bm25).
Result: above 0 and below 1.';

create function _plan_terms(
  p_corpus search_corpus, p_query parsed_query, p_rare_only boolean default false
)
returns search_term[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Beyond this many postings, the commonest terms only re-score what rarer terms found.
  c_postings_budget constant integer := 10000;
  c_reads_all constant boolean
  := p_corpus.documents * cardinality(p_query.terms) <= c_postings_budget;
begin
  return array(
    select row(t.slots, t.count, t.postings, t.in_budget, null)::search_term
    from (
      select
        t.*,
        coalesce(
          sum(t.postings) over (order by t.postings, t.lexeme) <= c_postings_budget
          or row_number() over (order by t.postings, t.lexeme) = 1,
          true
        ) as in_budget
      from (
        select
          q.lexeme,
          q.count,
          s.slots,
          case
            when not c_reads_all
              then (
                select count(*)
                from postings as p
                where
                  p.term = s.slots[1]
                  and p.repo_hash between p_corpus.first_repo and p_corpus.last_repo
              ) * _posting_slot_count()
          end as postings
        from unnest(p_query.terms, p_query.counts) as q (lexeme, count)
        cross join lateral (
          select _posting_slots(p_corpus.table_name, p_corpus.owner, q.lexeme) as slots
          -- Optimization fence: otherwise the slots are computed once per reference.
          offset 0
        ) as s
      ) as t
    ) as t
    where t.in_budget or not p_rare_only
    order by t.postings, t.lexeme
  );
end
$$;

comment on function _plan_terms is
'Decide for which terms of a query to read all postings: in a large corpus the rarest, which
determine the top of the ranking. The others are looked up only for documents that these find.
Arguments: p_corpus; p_query; p_rare_only, whether to drop the others.
Result: its terms, rarest first, without weights.';

create function _weigh_terms(p_corpus search_corpus, p_terms search_term[], p_read_count integer)
returns search_term[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select
      row(
        t.slots,
        t.count,
        t.postings,
        t.in_budget,
        t.count
        * ln(1 + (greatest(p_corpus.documents - c.documents, 0) + 0.5) / (c.documents + 0.5))
      )::search_term
    from unnest(p_terms) with ordinality
    as t (slots, count, postings, in_budget, weight, ord)
    cross join lateral (
      select
        case
          when t.ord > p_read_count and t.postings > 0 then t.postings
          else (
            select count(*)
            from postings as p
            where
              p.term = any (t.slots)
              and p.repo_hash between p_corpus.first_repo and p_corpus.last_repo
              and p.frequency > 0
          )
        end::double precision as documents
      -- Optimization fence: otherwise the count runs once per reference.
      offset 0
    ) as c
    order by t.ord
  );
end
$$;

comment on function _weigh_terms is
'Set the weight of each term: count * idf, with the idf of Lucene (_rank_bm25). Document
frequencies are exact for terms whose postings are read, and estimates for the others.
Arguments: p_corpus; p_terms, from _plan_terms; p_read_count, how many of the first ones are read.
Result: the terms, in the same order.';

create function _score_postings(
  p_corpus search_corpus,
  p_terms search_term[],
  p_limit integer,
  p_candidate_ids bigint[],
  p_extra_ids bigint[]
)
returns scored_document[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
-- Force hash aggregation: the planner expects few rows instead of thousands, and a sort would sum
-- equal texts in different orders, with different rounding.
set enable_sort = off
as $$
declare
  -- No document scores higher.
  c_max_score constant double precision := (select sum(t.weight) from unnest(p_terms) as t);
begin
  return array(
    select row(b.document_id, b.repo_hash, b.score, b.matched_weight)::scored_document
    from (
      select s.document_id, s.repo_hash, s.score, s.matched_weight
      from (
        select
          p.document_id,
          min(p.repo_hash) as repo_hash,
          sum(
            t.weight * _term_share(
              p.frequency, p_corpus.norm_base + p_corpus.norm_per_term * p.length
            )
          ) as score,
          sum(t.weight) as matched_weight
        from unnest(p_terms) as t
        cross join lateral (
          select p.document_id, p.repo_hash, p.frequency, p.length
          from postings as p
          where
            p.term = any (t.slots)
            and p.repo_hash between p_corpus.first_repo and p_corpus.last_repo
        ) as p
        where p_candidate_ids is null or p.document_id in (select unnest(p_candidate_ids))
        group by p.document_id
      ) as s
      -- One sort key instead of three sorts several times faster.
      order by
        s.score
        + case when _has_all_terms(s.matched_weight, c_max_score) then c_max_score else 0 end
        + case
          when s.document_id in (select unnest(p_extra_ids)) then 2 * c_max_score else 0
        end desc,
        s.document_id
      limit p_limit + coalesce(cardinality(p_extra_ids), 0)
    ) as b
  );
end
$$;

comment on function _score_postings is
'Score documents by reading all postings of the terms.
Arguments: p_corpus; p_terms, with weights; p_limit; p_candidate_ids, the only ids to score, null
for all; p_extra_ids, ids to return regardless of rank.
Result: the best p_limit documents that contain a term, those with all terms first, then by score;
and those of p_extra_ids that contain a term.';

create function _add_documents(
  p_corpus search_corpus, p_documents scored_document[], p_document_ids bigint[]
)
returns scored_document[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_missing_ids constant bigint[] := array(
    select i.id from unnest(p_document_ids) as i (id)
    except
    select d.document_id from unnest(p_documents) as d
  );
begin
  if p_corpus.first_repo = p_corpus.last_repo then
    return p_documents || array(
      select row(i.id, p_corpus.first_repo, 0, 0)::scored_document
      from unnest(v_missing_ids) as i (id)
    );
  end if;
  -- Only memories can be searched by owner.
  return p_documents || array(
    select row(m.id, _posting_repo(m.repo), 0, 0)::scored_document
    from learning_memories as m
    where m.id = any (v_missing_ids)
  );
end
$$;

comment on function _add_documents is
'Add documents to a list of scored documents, for _score_lookups to score.
Arguments: p_corpus; p_documents; p_document_ids, of the corpus, possibly in p_documents already.
Result: p_documents, followed by those that were missing, with a score of 0.';

create function _score_lookups(
  p_corpus search_corpus, p_terms search_term[], p_documents scored_document[]
)
returns scored_document[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
-- Force hash aggregation: a sort would sum equal texts in different orders, with different
-- rounding.
set enable_sort = off
as $$
begin
  return array(
    select row(s.document_id, s.repo_hash, s.score, s.matched_weight)::scored_document
    from (
      select
        d.document_id,
        d.repo_hash,
        d.score
        + coalesce(
          sum(
            t.weight * _term_share(
              p.frequency, p_corpus.norm_base + p_corpus.norm_per_term * p.length
            )
          ),
          0
        ) as score,
        d.matched_weight
        + coalesce(sum(t.weight) filter (where p.frequency is not null), 0) as matched_weight
      from unnest(p_documents) as d
      cross join unnest(p_terms) as t
      left join lateral (
        select p.frequency, p.length
        from postings as p
        where
          p.term = t.slots[1 + _posting_slot(d.document_id)]
          and p.repo_hash = d.repo_hash
          and p.document_id = d.document_id
        -- Optimization fence: look up one posting at a time.
        offset 0
      ) as p on true
      group by d.document_id, d.repo_hash, d.score, d.matched_weight
    ) as s
    where s.matched_weight > 0
  );
end
$$;

comment on function _score_lookups is
'Add the contribution of further terms to the scores of documents, by looking up the posting of
each term in each document.
Arguments: p_corpus; p_terms, with weights, whose postings were not read; p_documents.
Result: the documents that contain any term, in no particular order.';

create function _rank_bm25(
  p_corpus search_corpus,
  p_terms search_term[],
  p_limit integer,
  p_candidate_ids bigint[] default null,
  p_extra_ids bigint[] default null,
  out documents scored_document[],
  out best_score double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Beyond this many rows, reading all postings is cheaper than looking up terms.
  c_max_rescored constant integer := 1000;
  -- Cost of one random posting lookup, in postings read sequentially.
  c_lookup_cost constant integer := 8;
  c_k1 constant double precision := _bm25_setting('bm25_k1', 1.2, 'weight');
  c_b constant double precision := _bm25_setting('bm25_b', 0.75, 'ratio');
  c_count constant integer := cardinality(p_terms);
  c_postings constant double precision := coalesce(
    (select sum(t.postings) from unnest(p_terms) as t), p_corpus.documents * c_count
  );
  c_use_lookups constant boolean
  := coalesce(c_lookup_cost * cardinality(p_candidate_ids)::bigint * c_count <= c_postings, false);
  v_read_count integer := case
    when c_use_lookups then 0
    when p_candidate_ids is not null or p_limit > c_max_rescored then c_count
    else (select count(*) from unnest(p_terms) as t where t.in_budget)
  end;
  v_terms search_term[];
  v_batch_size integer;
begin
  p_corpus.norm_base := c_k1 * (1 - c_b);
  -- At least 1, in case nearly all texts consist of stop words.
  p_corpus.norm_per_term := c_k1 * c_b / greatest(p_corpus.mean_length, 1);

  loop
    v_terms := _weigh_terms(p_corpus, p_terms, v_read_count);
    v_batch_size := case when v_read_count = c_count then p_limit else 2 * p_limit end;
    documents := _score_postings(
      p_corpus, v_terms[:v_read_count], v_batch_size, p_candidate_ids, p_extra_ids
    );
    exit when v_read_count = c_count or cardinality(documents) >= v_batch_size or c_use_lookups;
    v_read_count := c_count;
  end loop;

  if v_read_count < c_count then
    -- The skipped terms may change the order.
    documents := _score_lookups(
      p_corpus, v_terms[v_read_count + 1:],
      _add_documents(p_corpus, documents, p_extra_ids || p_candidate_ids)
    );
  end if;

  best_score := (select sum(t.weight) from unnest(v_terms) as t);
  documents := array(
    select row(d.document_id, d.repo_hash, d.promoted_score, d.matched_weight)::scored_document
    from (
      select
        d.*,
        case
          when d.has_all_terms
            then _promote_score(d.score, max(d.score) filter (where not d.has_all_terms) over ())
          else d.score
        end as promoted_score
      from (
        select d.*, _has_all_terms(d.matched_weight, best_score) as has_all_terms
        from unnest(documents) as d
      ) as d
    ) as d
    order by d.promoted_score desc, d.document_id
  );
end
$$;

comment on function _rank_bm25 is
'Rank the documents of a corpus by BM25, the sum over the terms of the query of
  count * ln(1 + (N - n + 0.5) / (n + 0.5)) * f / (f + k1 * (1 - b + b * L / mean L))
for N documents in the corpus, n of which contain the term, and f occurrences in this document of
L lexemes (mean L counts as at least 1). For a term that only the path of a memory contains, the
fraction is _path_share; n, f and L are those of the texts.
Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond,
2009, in the form of Lucene. k1 and b: the settings kodiai.bm25_k1 (1.2) and kodiai.bm25_b
(0.75).
N, n and L are current values that include stale memories, or estimates (_measure_corpus,
_weigh_terms). If terms have too many postings (_plan_terms), only the rarest are read, and the
others re-score the best 2 * p_limit that these find, unless p_limit is above 1000. If candidates
and terms are few, each term is looked up in each candidate instead.
Arguments: p_corpus; p_terms, from _plan_terms; p_limit; p_candidate_ids, the only ids to rank,
null for all; p_extra_ids, ids to score regardless of rank.
Result: documents, best first, ties by document_id; apart from the extra ones, fewer than p_limit
only if no more contain a term. A document with all terms ranks above the others (_promote_score).
best_score: an upper bound of the sum above.
Errors: 22023 if a setting is out of range.';

commit;
