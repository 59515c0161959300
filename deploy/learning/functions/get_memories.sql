-- Deploy kodiai:learning/functions/get_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_memories(p_memory_ids bigint[])
returns table (
  memory_id bigint,
  repo text,
  owner text,
  source_repo text,
  finding_id bigint,
  review_id bigint,
  finding_text text,
  severity text,
  category text,
  file_path text,
  language text,
  outcome text,
  embedding_model text,
  embedding_dim integer,
  embedding vector,
  stale boolean,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  if p_memory_ids is null then
    perform _reject_argument('p_memory_ids', 'an array of ids', null);
  end if;

  return query
  select
    m.id,
    m.repo::text,
    m.owner,
    m.source_repo::text,
    m.finding_id,
    m.review_id,
    m.finding_text::text,
    m.severity::text,
    m.category::text,
    m.file_path::text,
    m.language::text,
    m.outcome::text,
    m.embedding_model::text,
    m.embedding_dim,
    m.embedding,
    m.stale,
    m.created_at
  from (
    select i.id, min(i.n) as n
    from unnest(p_memory_ids) with ordinality as i (id, n)
    group by i.id
  ) as i
  inner join learning_memories as m on i.id = m.id
  order by i.n;
end
$$;

comment on function get_memories is
'Memories by their numbers, stale ones too.
Argument: p_memory_ids.
Result: one row per memory that is there, in the order of the first mention; the
columns are those of learning_memories, embedding null while it waits for one.
Errors: 22004 where p_memory_ids is null.';

grant execute on function get_memories to :"app", :"reader";

commit;
