-- Verify kodiai:knowledge/tables/feedback_reactions on pg

begin;

set local search_path = :"schema", public;

select _verify_table('feedback_reactions', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column repo repo_name not null',
  'column pr_number positive_number not null',
  'column review_id bigint not null',
  'column finding_id bigint not null',
  'column comment_id positive_number not null',
  'column comment_surface short_name not null',
  'column reaction_id positive_number not null',
  'column reaction_content reaction_content not null',
  'column reactor_login login_name not null',
  'column reacted_at timestamp with time zone',
  'column severity severity not null',
  'column category category not null',
  'column file_path file_path not null',
  'column title short_text not null',
  'constraint feedback_reactions_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES '
  'findings(id) ON DELETE CASCADE',
  'constraint feedback_reactions_key UNIQUE (repo, comment_id, reaction_id)',
  'constraint feedback_reactions_reactor_key UNIQUE (repo, comment_id, comment_surface, '
  'reactor_login)',
  'constraint feedback_reactions_pkey PRIMARY KEY (id)',
  'constraint feedback_reactions_review_id_fkey FOREIGN KEY (review_id) REFERENCES '
  'reviews(id) ON DELETE CASCADE',
  'index feedback_reactions_pkey btree (id)',
  'index feedback_reactions_key btree (repo, comment_id, reaction_id)',
  'index feedback_reactions_reactor_key btree (repo, comment_id, comment_surface, '
  'reactor_login)',
  'index feedback_reactions_repo_created_at_idx btree (repo, created_at DESC)',
  'index feedback_reactions_review_id_idx btree (review_id)',
  'index feedback_reactions_finding_id_idx btree (finding_id)',
  'index feedback_reactions_repo_title_idx btree (repo, title)'
]);

rollback;
