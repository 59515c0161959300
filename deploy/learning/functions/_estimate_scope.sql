-- Deploy kodiai:learning/functions/_estimate_scope to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _estimate_scope(
  p_repo text,
  p_owner text,
  p_scope text,
  p_conditions text,
  p_sampled_above double precision
)
returns table (
  rows double precision, share_in_scope double precision, share double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Whatever is read is read by an index, in a small table too.
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  c_document constant bigint := _posting_term(
    'learning_memories', coalesce(p_owner, split_part(p_repo, '/', 1)), ''
  );
  c_from constant bigint := case
    when p_owner is null then _posting_repo(p_repo) else -9223372036854775808
  end;
  c_to constant bigint := case
    when p_owner is null then _posting_repo(p_repo) else 9223372036854775807
  end;
  -- About so many memories tell the share.
  c_sample constant double precision := 128;
begin
  -- One in 32 has its posting here.
  select 32 * count(*)
  into rows
  from postings as p
  where p.term = c_document and p.repo_hash between c_from and c_to;

  if rows > p_sampled_above then
    -- One in 1, 2, 4, ... of these, by other bits of the hash.
    execute format(
      'select avg((%1$s)::integer), avg((%1$s and %2$s)::integer)
      from postings as p
      cross join lateral (
        select d.* from learning_memories as d where d.id = p.document_id offset 0
      ) as d
      where
        p.term = $1
        and p.repo_hash between $2 and $3
        and (hashint8(p.document_id) >> 5) & $4 = 0',
      p_scope, p_conditions
    )
    into share_in_scope, share
    using
      c_document, c_from, c_to,
      (2 ^ greatest(round(log(2, (rows / 32 / c_sample)::numeric)), 0))::integer - 1;
  end if;
  return next;
end
$$;

comment on function _estimate_scope(text, text, text, text, double precision) is
'How much of a scope a search may find, cheaply: not by statistics of the planner, which a
bulk load leaves behind, but by a sample of postings.
Arguments: p_repo and p_owner, as in search_memories; p_scope and p_conditions, SQL for which
rows d of learning_memories may be found; p_sampled_above, from how many rows on their share
matters.
Result: one row. rows: how many memories the repository or the owner has, about, stale ones
included. share_in_scope: that of them which are in p_scope, 0 to 1; share: that of them
which meet p_conditions too; both null where it was not sampled.';

commit;
