-- Deploy kodiai:learning/functions/rebuild_postings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function rebuild_postings()
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_count bigint;
begin
  -- Writers wait; searches go on, and see the old ones until this is committed.
  lock table learning_memories, findings in share mode;
  delete from postings;
  execute format(
    'insert into postings (term, repo_hash, document_id, frequency, length)
    select p.term, p.repo_hash, p.document_id, p.frequency, p.length
    from (%s union all %s) as p
    order by p.term, p.repo_hash',
    _postings_of('learning_memories', 'd.repo', 'learning_memories'),
    _postings_of(
      'findings', '(select r.repo from reviews as r where r.id = d.review_id)', 'findings'
    )
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function rebuild_postings() is
'Writes the inverted index of the text arm anew, for where check_search found it incomplete:
after a restore or a load that went past the triggers. Searches go on meanwhile; writers of
memories and findings wait, for about 10 seconds for 100000 memories. Vacuum afterwards.
Result: how many postings were written.
Errors: none of its own.';

commit;
