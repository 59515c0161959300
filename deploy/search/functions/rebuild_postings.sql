-- Deploy kodiai:search/functions/rebuild_postings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function rebuild_postings()
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- The locks wait for vacuums and index rebuilds, and writers queue behind them.
set lock_timeout = '10s'
as $$
declare
  v_count bigint;
begin
  -- Blocks writers and other rebuilds. Searches continue and see the old postings until this
  -- commits.
  lock table findings in share row exclusive mode;
  lock table learning_memories in share row exclusive mode;

  -- The triggers set search_tsv.
  update findings as f set search_tsv = f.search_tsv
  where f.search_tsv is distinct from _document_lexemes(f.title);
  update learning_memories as m set search_tsv = m.search_tsv
  where m.search_tsv is distinct from _memory_lexemes(m.state, m.finding_text, m.file_path);

  delete from postings;
  insert into postings (term, repo_hash, document_id, frequency, length)
  select p.term, p.repo_hash, p.document_id, p.frequency, p.length
  from (
    select p.term, p.repo_hash, p.document_id, p.frequency, p.length
    from learning_memories as m
    cross join lateral _list_postings('learning_memories', m.id, m.repo, m.search_tsv) as p
    union all
    select p.term, p.repo_hash, p.document_id, p.frequency, p.length
    from findings as f
    inner join reviews as r on f.review_id = r.id
    cross join lateral _list_postings('findings', f.id, r.repo, f.search_tsv) as p
  ) as p
  order by p.term, p.repo_hash;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function rebuild_postings is
'Rebuild the inverted index of the text arm.

Only for members of the owner role, because it blocks writers. Call it if check_search reports
missing postings, such as after a load that bypassed the triggers.

Searches continue and see the old postings until it commits. Writers of memories and findings
wait, about 10 seconds per 100000 memories. Vacuum the table postings afterwards.

Result: number of postings written.

Errors:
  55P03: a lock was not granted within 10 seconds, for example because of a long transaction, a
    vacuum or an index rebuild';

commit;
