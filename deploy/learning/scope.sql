-- Deploy kodiai:learning/scope to pg
--
-- Which memories a call is about: those that a search may find, or that a list shows.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- The linter mistakes the brackets of an array type for a subscript here.
-- noqa: disable=LT01

create type search_scope as (
  owner text,
  repo text,
  outcomes text[],
  severities text[],
  categories text[],
  excluded_repos text[],
  path_prefix text,
  created_after timestamptz,
  states text[],
  metadata jsonb,
  embedding_model text,
  embedding_slot integer,
  excluded tsquery
);

comment on type search_scope is
'What a search may find (_in_scope, _is_searchable) or a list shows. Null means any.
owner: never null. repo: owner/name. outcomes, severities, categories, excluded_repos, path_prefix,
created_after: filters of search_memories. states: never null. metadata: object that the
metadata of a memory must contain. embedding_model: model whose embeddings the vector arm compares.
embedding_slot: which columns have them (_embedding_slot).
excluded: documents that match it are not searchable.';

-- noqa: enable=LT01

create function _make_scope(
  p_repo text,
  p_owner text,
  p_outcomes text[] default null,
  p_severities text[] default null,
  p_categories text[] default null,
  p_path_prefix text default null,
  p_created_after timestamptz default null,
  p_metadata jsonb default null,
  p_states text[] default '{active}'
)
returns search_scope
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_scope search_scope;
begin
  v_scope.owner := coalesce(p_owner, split_part(p_repo, '/', 1));
  v_scope.repo := case when p_owner is null then p_repo end;
  v_scope.outcomes := p_outcomes;
  v_scope.severities := p_severities;
  v_scope.categories := p_categories;
  v_scope.path_prefix := _normalize_path(p_path_prefix);
  v_scope.created_after := p_created_after;
  v_scope.states := coalesce(p_states, '{pending, active, retired}');
  -- Every object contains the empty one.
  v_scope.metadata := nullif(p_metadata, '{}');
  return v_scope;
end
$$;

comment on function _make_scope is
'Return the scope that a caller describes: the repository, or all repositories of the owner if it is
given, and the filters.
Arguments: p_repo and p_owner, folded (_check_scope); p_states, pending | active | retired, null for
any; the others as in search_memories.
Result: a search_scope without a model and without exclusions.';

-- No set clause, so that PostgreSQL inlines it: a custom plan then folds away null filters and
-- checks the others in an index-only scan of learning_memories_scope_idx.
create function _in_scope(
  p_scope search_scope,
  p_owner text,
  p_repo text,
  p_outcome text,
  p_severity text,
  p_category text,
  p_file_path text,
  p_created_at timestamptz
)
returns boolean
language sql immutable parallel safe
return p_owner = (p_scope).owner
and ((p_scope).repo is null or p_repo = (p_scope).repo)
and ((p_scope).outcomes is null or p_outcome = any((p_scope).outcomes))
and ((p_scope).severities is null or p_severity = any((p_scope).severities))
and ((p_scope).categories is null or p_category = any((p_scope).categories))
and ((p_scope).excluded_repos is null or p_repo <> all((p_scope).excluded_repos))
and ((p_scope).path_prefix is null or starts_with(p_file_path, (p_scope).path_prefix))
and ((p_scope).created_after is null or p_created_at > (p_scope).created_after);

comment on function _in_scope is
'Return whether a memory is in a scope, judging by the columns of learning_memories_scope_idx.
Arguments: p_scope; the others are columns of learning_memories.
Result: true or false.';

-- Likewise inlined.
create function _has_metadata(p_scope search_scope, p_metadata jsonb)
returns boolean
language sql immutable parallel safe
return (p_scope).metadata is null or p_metadata @> (p_scope).metadata;

comment on function _has_metadata is
'Return whether a memory has the metadata that a scope requires.
Arguments: p_scope; p_metadata, column of learning_memories.
Result: true or false.';

create function _with_model(p_scope search_scope, p_embedding_model text default null)
returns search_scope
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  p_scope.embedding_model := coalesce(p_embedding_model, _active_model());
  p_scope.embedding_slot := _embedding_slot(p_scope.embedding_model);
  return p_scope;
end
$$;

comment on function _with_model is
'Set the model whose embeddings are compared.
Arguments: p_scope; p_embedding_model, null for the active one.
Result: the scope.';

-- The next three have no set clause either: a custom plan knows the slot, and can use its index.
create function _slot_code(p_scope search_scope, p_code bit varying, p_second_code bit varying)
returns bit varying
language sql immutable parallel safe
return case when (p_scope).embedding_slot = 2 then p_second_code else p_code end;

comment on function _slot_code is
'Return the code of the slot of a scope.
Arguments: p_scope; embedding_code and second_code of a memory.
Result: one of the two.';

create function _slot_embedding(p_scope search_scope, p_embedding vector, p_second vector)
returns vector
language sql immutable parallel safe
return case when (p_scope).embedding_slot = 2 then p_second else p_embedding end;

comment on function _slot_embedding is
'Return the embedding of the slot of a scope.
Arguments: p_scope; embedding and second_embedding of a memory.
Result: one of the two.';

create function _is_comparable(
  p_scope search_scope,
  p_embedding_model text,
  p_embedding_code bit varying,
  p_second_code bit varying
)
returns boolean
language sql immutable parallel safe
return case
  when (p_scope).embedding_slot = 2 then p_second_code is not null
  else p_embedding_model = (p_scope).embedding_model and p_embedding_code is not null
end;

comment on function _is_comparable is
'Return whether a memory has an embedding of the model, with which the vector arm can compare it.
Arguments: p_scope; the others are columns of learning_memories.
Result: true, false or null.';

create function _shown_model(
  p_scope search_scope, p_embedding_model text, p_second_code bit varying
)
returns text
language sql immutable parallel safe
return case
  when (p_scope).embedding_slot = 2 and p_second_code is not null then (p_scope).embedding_model
  else p_embedding_model
end;

comment on function _shown_model is
'Return the model of the embedding that a call shows of a memory: that of the scope if it has one.
Arguments: p_scope; the others are columns of learning_memories.
Result: name of the model, or the word none.';

create function _shown_embedding(p_scope search_scope, p_embedding vector, p_second vector)
returns vector
language sql immutable parallel safe
return coalesce(_slot_embedding(p_scope, p_embedding, p_second), p_embedding);

comment on function _shown_embedding is
'Return the embedding that a call shows of a memory, of the model that _shown_model returns.
Arguments: p_scope; embedding and second_embedding of the memory.
Result: the embedding; null if none.';

commit;
