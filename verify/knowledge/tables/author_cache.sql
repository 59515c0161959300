-- Verify kodiai:knowledge/tables/author_cache on pg

begin;

set local search_path = :"schema", public;

select _verify_table('author_cache', array[
  'column id bigint not null identity',
  'column repo repo_name not null',
  'column author_login text not null',
  'column tier author_tier not null',
  'column author_association text not null',
  'column pr_count integer',
  'column cached_at timestamp with time zone not null default now()',
  'constraint author_cache_pr_count_check CHECK ((pr_count >= 0))',
  'constraint author_cache_pkey PRIMARY KEY (id)',
  'constraint author_cache_key UNIQUE (repo, author_login)',
  'index author_cache_pkey btree (id)',
  'index author_cache_key btree (repo, author_login)'
]);

rollback;
