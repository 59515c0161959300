-- Deploy kodiai:base/domains to pg
--
-- Lengths of texts, ranges of numbers and closed sets of values. Error messages show the comment
-- of a domain after "expected" (_describe_domain).

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- Capital letters beyond ASCII and their lower case. No collation has the same rules on all
-- servers: lower with the one of the database would depend on its locale, so that a dump might
-- not fit into another database.
select
  string_agg(chr(c.code), '' order by c.code) as capitals,
  string_agg(chr(c.code + r.distance), '' order by c.code) as small_letters
from (
  values
  -- Latin
  (192, 214, 1, 32), (216, 222, 1, 32), (256, 302, 2, 1), (306, 310, 2, 1), (313, 327, 2, 1),
  (330, 374, 2, 1), (376, 376, 1, -121), (377, 381, 2, 1), (416, 420, 2, 1), (431, 431, 1, 1),
  (461, 475, 2, 1), (478, 494, 2, 1), (504, 542, 2, 1), (546, 562, 2, 1), (7680, 7828, 2, 1),
  (7838, 7838, 1, -7615), (7840, 7934, 2, 1),
  -- Greek; the last one is the final sigma, whose capital is that of the other sigma
  (902, 902, 1, 38), (904, 906, 1, 37), (908, 908, 1, 64), (910, 911, 1, 63), (913, 929, 1, 32),
  (931, 939, 1, 32), (962, 962, 1, 1),
  -- Cyrillic
  (1024, 1039, 1, 80), (1040, 1071, 1, 32), (1120, 1152, 2, 1), (1162, 1214, 2, 1),
  (1216, 1216, 1, 15), (1217, 1229, 2, 1), (1232, 1326, 2, 1),
  -- Armenian
  (1329, 1366, 1, 48)
) as r (first, last, step, distance)
cross join generate_series(r.first, r.last, r.step) as c (code)
\gset

-- No set clause, so that PostgreSQL inlines it.
create function _fold_name(p_name text)
returns text
language sql immutable parallel safe
return case
  when octet_length(p_name) = length(p_name) then lower(p_name collate "C")
  -- Normalize before, because letters may be decomposed, and after, because some letters have a
  -- composed form in lower case only.
  else normalize(
    translate(lower(normalize(p_name) collate "C"), :'capitals', :'small_letters')
  )
end;

comment on function _fold_name is
'Return the one form in which the name of a repository, an owner or a person is stored and compared:
in lower case and NFC, whatever the locale of the database. Letters beyond ASCII are Latin, Greek,
Cyrillic and Armenian; rare ones, such as those of phonetic alphabets, keep their case.
Argument: p_name, in any letter case.
Result: the name; null for null. Folding it again changes nothing.';

-- White space and control characters; of those beyond ASCII, classes such as [:space:] have what
-- the locale says.
\set space '[:space:]\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
\set control '[:cntrl:]\\u0080-\\u009f\\u2028\\u2029'
\set repo_flaw '(^|/)([/' :space ']|$)|[' :space '](/|$)|[' :control ']'
\set owner_flaw '^([' :space ']|$)|[' :space ']$|[/' :control ']'

-- Names are stored folded, so that plain equality and plain indexes are right. Indexed texts are
-- limited in bytes, because a B-tree entry is limited to 2704.
create domain repo_name as text
constraint repo_name_check check (
  octet_length(value) <= 200
  and value ~ '/'
  -- No segment is empty, or begins or ends with white space.
  and value !~ :'repo_flaw' collate "C"
  and value = _fold_name(value)
);
comment on domain repo_name is
'owner/name of at most 200 bytes, with or without groups between';

create domain owner_name as text
constraint owner_name_check check (
  octet_length(value) <= 200
  and value !~ :'owner_flaw' collate "C"
  and value = _fold_name(value)
);
comment on domain owner_name is 'an owner name of at most 200 bytes, without a slash';

create domain login_name as text
constraint login_name_check check (
  value ~ '[^[:space:]]' and length(value) <= 200 and value = _fold_name(value)
);
comment on domain login_name is
'a name of 1 to 200 characters, not blank';

create domain file_path as text
constraint file_path_check check (octet_length(value) between 1 and 1000);
comment on domain file_path is 'a path of 1 to 1000 bytes';

create domain model_name as text
constraint model_name_check check (value ~ '[^[:space:]]' and octet_length(value) <= 200);
comment on domain model_name is
'a name of 1 to 200 bytes, not blank';

create domain short_name as text
constraint short_name_check check (value ~ '[^[:space:]]' and length(value) <= 200);
comment on domain short_name is
'a name of 1 to 200 characters, not blank';

create domain short_text as text
constraint short_text_check check (value ~ '[^[:space:]]' and length(value) <= 500);
comment on domain short_text is
'text of 1 to 500 characters, not blank';

create domain long_text as text
constraint long_text_check check (value ~ '[^[:space:]]' and length(value) <= 100000);
comment on domain long_text is
'text of 1 to 100000 characters, not blank (split longer text, or use its beginning)';

create domain positive_number as bigint
constraint positive_number_check check (value >= 1);
comment on domain positive_number is 'an integer from 1 to 9223372036854775807';

-- Small enough for sums to stay within bigint.
create domain natural_number as bigint
constraint natural_number_check check (value between 0 and 1000000000000000);
comment on domain natural_number is 'an integer from 0 to 1000000000000000';

create domain percentage as integer
constraint percentage_check check (value between 0 and 100);
comment on domain percentage is 'an integer from 0 to 100';

create domain ratio as double precision
constraint ratio_check check (value between 0 and 1);
comment on domain ratio is 'a number from 0 to 1';

create domain cosine_distance as double precision
constraint cosine_distance_check check (value between 0 and 2);
comment on domain cosine_distance is 'a number from 0 to 2';

create domain usd_amount as numeric
constraint usd_amount_check check (value between 0 and 1000000);
comment on domain usd_amount is 'a number from 0 to 1000000';

create domain jsonb_object as jsonb
constraint jsonb_object_check check (jsonb_typeof(value) = 'object');
comment on domain jsonb_object is 'a JSON object';

create domain metadata as jsonb
constraint metadata_check check (
  jsonb_typeof(value) = 'object' and octet_length(value::text) <= 10000
);
comment on domain metadata is 'a JSON object of at most 10000 bytes';

-- A number without a unit, such as '30', is an interval of seconds, whatever was meant: intervals
-- are at least a minute, or an hour where rows are deleted or ranked.
create domain age as interval
constraint age_check check (value = '0' or value between '1 minute' and '1000 years');
comment on domain age is '0, or an interval of 1 minute to 1000 years, such as 1 day';

create domain retention as interval
constraint retention_check check (value = '0' or value between '1 hour' and '1000 years');
comment on domain retention is '0, or an interval of 1 hour to 1000 years, such as 30 days';

-- What clients can represent: a year of four digits.
create domain event_time as timestamptz
constraint event_time_check check (
  value >= '0001-01-01 00:00:00+00' and value < '10000-01-01 00:00:00+00'
);
comment on domain event_time is 'a date and time in the years 1 to 9999';

create domain day_count as integer
constraint day_count_check check (value between 1 and 3660);
comment on domain day_count is 'an integer from 1 to 3660';

create domain row_limit as integer
constraint row_limit_check check (value between 1 and 1000);
comment on domain row_limit is 'an integer from 1 to 1000';

create domain batch_size as integer
constraint batch_size_check check (value between 1 and 100000);
comment on domain batch_size is 'an integer from 1 to 100000';

create domain run_seconds as integer
constraint run_seconds_check check (value between 1 and 3600);
comment on domain run_seconds is 'an integer from 1 to 3600';

create domain weight as double precision
constraint weight_check check (value between 0 and 1000);
comment on domain weight is 'a number from 0 to 1000';

create domain memory_weight as double precision
constraint memory_weight_check check (value between -1 and 1);
comment on domain memory_weight is 'a number from -1 to 1';

create domain odds as double precision
constraint odds_check check (value between 1 and 50);
comment on domain odds is 'a number from 1 to 50';

create domain rank_constant as integer
constraint rank_constant_check check (value between 1 and 1000000);
comment on domain rank_constant is 'an integer from 1 to 1000000';

create domain lease_time as interval
constraint lease_time_check check (value between '1 minute' and '1 day');
comment on domain lease_time is 'an interval of 1 minute to 1 day, such as 10 minutes';

create domain half_life as interval
constraint half_life_check check (extract(epoch from value) >= 3600);
comment on domain half_life is 'an interval of 1 hour or more, such as 30 days';

create domain severity as text
constraint severity_check check (value in ('critical', 'major', 'medium', 'minor'));
comment on domain severity is 'critical, major, medium or minor';

create domain category as text
constraint category_check check (
  value in ('security', 'correctness', 'performance', 'style', 'documentation')
);
comment on domain category is
'security, correctness, performance, style or documentation';

create domain outcome as text
constraint outcome_check check (
  value in ('published', 'accepted', 'suppressed', 'thumbs_up', 'thumbs_down')
);
comment on domain outcome is 'published, accepted, suppressed, thumbs_up or thumbs_down';

create domain voice as text
constraint voice_check check (
  value in ('published', 'accepted', 'suppressed', 'thumbs_up', 'thumbs_down', 'reply')
);
comment on domain voice is
'published, accepted, suppressed, thumbs_up, thumbs_down or reply';

create domain memory_state as text
constraint memory_state_check check (value in ('pending', 'active', 'retired'));
comment on domain memory_state is 'pending, active or retired';

create domain model_state as text
constraint model_state_check check (value in ('active', 'next', 'former', 'inactive'));
comment on domain model_state is 'active, next, former or inactive';

create domain memory_action as text
constraint memory_action_check check (
  value in ('taught', 'withdrawn', 'approved', 'rejected', 'retired', 'restored', 'corrected')
);
comment on domain memory_action is
'taught, withdrawn, approved, rejected, retired, restored or corrected';

create domain verdict as text
constraint verdict_check check (value in ('suppress', 'keep', 'boost', 'unknown'));
comment on domain verdict is 'suppress, keep, boost or unknown';

create domain finding_outcome as text
constraint finding_outcome_check check (value in ('wanted', 'unwanted'));
comment on domain finding_outcome is 'wanted or unwanted';

create domain conflict_action as text
constraint conflict_action_check check (value in ('keep', 'replace', 'reject'));
comment on domain conflict_action is 'keep, replace or reject';

create domain untrusted as text
constraint untrusted_check check (value in ('pending', 'ignore'));
comment on domain untrusted is 'pending or ignore';

create domain run_status as text
constraint run_status_check check (
  value in ('pending', 'running', 'completed', 'superseded')
);
comment on domain run_status is 'pending, running, completed or superseded';

create domain confidence_band as text
constraint confidence_band_check check (value in ('high', 'medium', 'low'));
comment on domain confidence_band is 'high, medium or low';

create domain reaction_content as text
constraint reaction_content_check check (value in ('+1', '-1'));
comment on domain reaction_content is '+1 or -1';

create domain semver_bump_type as text
constraint semver_bump_type_check check (
  value in ('major', 'minor', 'patch', 'unknown')
);
comment on domain semver_bump_type is 'major, minor, patch or unknown';

create domain dependency_source as text
constraint dependency_source_check check (
  value in ('dependabot', 'renovate', 'unknown')
);
comment on domain dependency_source is 'dependabot, renovate or unknown';

create domain merge_confidence as text
constraint merge_confidence_check check (value in ('high', 'medium', 'low'));
comment on domain merge_confidence is 'high, medium or low';

create domain advisory_status as text
constraint advisory_status_check check (value in ('none', 'present', 'unknown'));
comment on domain advisory_status is 'none, present or unknown';

create domain advisory_severity as text
constraint advisory_severity_check check (
  value in ('critical', 'high', 'medium', 'low', 'unknown')
);
comment on domain advisory_severity is 'critical, high, medium, low or unknown';

create domain resilience_kind as text
constraint resilience_kind_check check (value in ('timeout', 'retry'));
comment on domain resilience_kind is 'timeout or retry';

create domain threshold_method as text
constraint threshold_method_check check (
  value in ('adaptive', 'percentile', 'configured')
);
comment on domain threshold_method is 'adaptive, percentile or configured';

create domain author_tier as text
constraint author_tier_check check (value in ('first-time', 'regular', 'core'));
comment on domain author_tier is 'first-time, regular or core';

create domain fusion as text
constraint fusion_check check (value in ('zscore', 'rrf'));
comment on domain fusion is 'zscore or rrf';

create domain query_syntax as text
constraint query_syntax_check check (value in ('plain', 'websearch'));
comment on domain query_syntax is 'plain or websearch';

create domain retained_table as text
constraint retained_table_check check (
  value in (
    'telemetry_events', 'rate_limit_events', 'retrieval_quality_events', 'resilience_events',
    'run_state', 'review_checkpoints', 'author_cache', 'assessments', 'recalled_memories',
    'retired_memories', 'stale_memories'
  )
);
comment on domain retained_table is
'telemetry_events, rate_limit_events, retrieval_quality_events, resilience_events, run_state, '
'review_checkpoints, author_cache, assessments, recalled_memories, retired_memories or '
'stale_memories';

commit;
