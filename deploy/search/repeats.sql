-- Deploy kodiai:search/repeats to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- The linter takes arguments for columns.
-- noqa: disable=RF03
create function _shares_words(p_search_tsv tsvector, p_other tsvector)
returns boolean
language sql immutable parallel safe
return (
  select
    2 * count(*) filter (where l.times = 2)
    >= least(length(p_search_tsv), length(p_other)) + 6
    or count(*) filter (where l.times = 2) = count(*)
  from (
    select count(*) as times
    from (
      select u.lexeme from unnest(p_search_tsv) as u
      union all
      select u.lexeme from unnest(p_other) as u
    ) as u
    group by u.lexeme
  ) as l
);

comment on function _shares_words is
'Return whether two texts of near embeddings are taken for the same: they share half of the words of
the shorter one and three more, or all words of both. The three keep apart short texts that differ
in the one word that matters. Measured: docs/explanation/joining.md.
Arguments: the lexemes of the texts (_document_lexemes).';

-- noqa: enable=all
create function _find_repeat(
  p_repo text,
  p_finding_text text,
  p_embedding vector,
  p_embedding_model text,
  p_same_distance double precision,
  out memory_id bigint,
  out distance double precision
)
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
-- As in search_memories.
set jit = off
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  -- The nearest ones that may have the words.
  c_nearest constant integer := 10;
  c_lexemes constant tsvector := _document_lexemes(p_finding_text);
  v_scope search_scope;
  v_corpus search_corpus;
  v_matches search_match[];
begin
  memory_id := _find_text(p_repo, p_finding_text);
  if memory_id is not null then
    distance := 0;
    return;
  elsif p_embedding is null then
    return;
  end if;

  -- In every state: what was retired must not be taught again as something new.
  v_scope := _with_model(_make_scope(p_repo, null, p_states => null), p_embedding_model);
  v_corpus := _measure_corpus('learning_memories', v_scope.owner, p_repo, false);
  v_matches := _search_vectors(v_scope, p_embedding, v_corpus.documents, 1, c_nearest);
  select v.id, v.value
  into memory_id, distance
  from unnest(v_matches) as v
  inner join learning_memories as m on v.id = m.id
  where
    v.value <= p_same_distance
    and _shares_words(_document_lexemes(m.finding_text), c_lexemes)
  order by v.value, m.state = 'active' desc, v.id
  limit 1;
end
$$;

comment on function _find_repeat is
'Find the memory that a text repeats: one of equal text, or else the nearest one that is near in
both arms. Stale memories are no longer repeated.
Arguments: p_repo; p_finding_text; p_embedding, null for none; p_embedding_model; p_same_distance,
the largest cosine distance of a repetition.
Result: memory_id and its cosine distance, 0 for an equal text; null if the text is new.';

create function _join_or_insert(
  p_memory jsonb,
  p_embedding vector,
  p_same_distance double precision,
  out memory_id bigint,
  out inserted boolean,
  out distance double precision
)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_repo constant text := _fold_name(p_memory ->> 'repo');
  c_finding_id constant bigint := p_memory ->> 'finding_id';
  v_model text := _get_or_set_model(jsonb_build_array(p_memory), array[p_embedding], true);
  v_id bigint := nextval('learning_memories_id_seq');
begin
  memory_id := _find_memory(c_repo, c_finding_id);
  if memory_id is null and p_same_distance is not null then
    perform _lock_teaching(c_repo);
    select r.memory_id, r.distance
    into memory_id, distance
    from _find_repeat(
      c_repo, p_memory ->> 'finding_text', p_embedding,
      coalesce(p_memory ->> 'embedding_model', v_model), p_same_distance
    ) as r;
  end if;
  if memory_id is null then
    inserted := _insert_memories(
      jsonb_build_array(p_memory), array[p_embedding], array[v_id], v_model
    ) <> '{}';
    memory_id := case when inserted then v_id else _find_memory(c_repo, c_finding_id) end;
  else
    inserted := false;
  end if;

  perform _lock_memories(array[memory_id]);
  if not exists (
    select from learning_memories as m where m.id = memory_id and m.repo = c_repo
  )
  then
    raise exception using
      errcode = 'serialization_failure',
      message = 'the memory was deleted or renamed concurrently',
      hint = 'Retry the transaction.';
  end if;
  if not inserted then
    insert into memory_findings (finding_id, memory_id)
    select c_finding_id, m.id
    from learning_memories as m
    where m.id = memory_id and c_finding_id <> coalesce(m.finding_id, -1)
    on conflict do nothing;
    perform _add_embeddings(
      array[memory_id], jsonb_build_array(p_memory), array[p_embedding], v_model
    );
  end if;
end
$$;

comment on function _join_or_insert is
'Find the memory that is taught, or insert it, and lock it.
Arguments: p_memory, an object as in _insert_memories; p_embedding; p_same_distance, as in
teach_memory.
Result: memory_id; inserted, whether it is new; distance, as in teach_memory.
Errors: 22004 as in _get_or_set_model; 40001 if the memory was deleted concurrently.';

commit;
