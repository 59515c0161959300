-- Deploy kodiai:knowledge/tables/author_cache to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table author_cache (
  id bigint not null generated always as identity,
  repo repo_name not null,
  author_login login_name not null,
  tier author_tier not null,
  author_association short_name not null,
  pr_count natural_number,
  cached_at timestamptz not null default _now(),
  constraint author_cache_pkey primary key (id),
  constraint author_cache_key unique (repo, author_login)
);

create index author_cache_cached_at_idx on author_cache (cached_at);

comment on table author_cache is
'Cached data about authors of pull requests, one row per repository and author.';
comment on column author_cache.id is 'Cache entry id.';
comment on column author_cache.repo is 'Repository, owner/name in lower case.';
comment on column author_cache.author_login is 'GitHub login of the author, in lower case.';
comment on column author_cache.tier is 'How established the author is in the repository.';
comment on column author_cache.author_association is
'GitHub author association, such as MEMBER.';
comment on column author_cache.pr_count is
'Number of the author''s pull requests merged in the repository; null if not counted.';
comment on column author_cache.cached_at is 'When the entry was last written.';

commit;
