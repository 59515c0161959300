-- Verify kodiai:knowledge/tables/author_cache on pg

begin;

set local search_path = :"schema", public;

select _verify_table('author_cache', array[
  'column id bigint not null identity',
  'column repo repo_name not null',
  'column author_login login_name not null',
  'column tier author_tier not null',
  'column author_association short_name not null',
  'column pr_count natural_number',
  'column cached_at timestamp with time zone not null default _now()',
  'constraint author_cache_pkey PRIMARY KEY (id)',
  'constraint author_cache_key UNIQUE (repo, author_login)',
  'index author_cache_pkey btree (id)',
  'index author_cache_key btree (repo, author_login)',
  'index author_cache_cached_at_idx btree (cached_at)'
]);

rollback;
