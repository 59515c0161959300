"""What the tables of the original schema hold gets into kodiai."""

from __future__ import annotations

import psycopg
import pytest

from kodiai import Client
from tests.server import ROOT, connection_of, psql

from .corpus import vector

pytestmark = pytest.mark.slow

#: The fourteen tables; the columns that matter, and one that kodiai does not know.
TABLES = """
create schema original;
set search_path = original, public;
create table reviews (
  id bigint primary key, created_at timestamptz default now(), repo text, pr_number int,
  head_sha text, delivery_id text, files_analyzed int, lines_changed int, findings_total int,
  duration_ms int, model text, conclusion text, config_snapshot json, extra text);
create table findings (
  id bigint primary key, created_at timestamptz default now(), review_id bigint, file_path text,
  start_line int, end_line int, severity text, category text, confidence int, title text,
  suppressed boolean default false, suppression_pattern text, comment_id bigint,
  comment_surface text, review_output_key text, search_tsv tsvector);
create table suppression_log (
  id bigint primary key, review_id bigint, pattern text, matched_count int, finding_ids json);
create table global_patterns (
  id bigint primary key, severity text, category text, confidence_band text,
  pattern_fingerprint text, count int);
create table feedback_reactions (
  id bigint primary key, created_at timestamptz default now(), repo text, review_id bigint,
  finding_id bigint, comment_id bigint, comment_surface text, reaction_id bigint,
  reaction_content text, reactor_login text, reacted_at timestamptz, severity text,
  category text, file_path text, title text);
create table run_state (
  id bigint primary key, run_key text, repo text, pr_number int, base_sha text, head_sha text,
  delivery_id text, action text, status text, completed_at timestamptz, superseded_by text);
create table author_cache (
  id bigint primary key, repo text, author_login text, tier text, author_association text,
  pr_count int, cached_at timestamptz);
create table dep_bump_merge_history (
  id bigint primary key, repo text, pr_number int, merged_at timestamptz, delivery_id text,
  source text, signals json, package_name text, is_security_bump int);
create table review_checkpoints (
  id bigint primary key, review_output_key text, repo text, pr_number int,
  checkpoint_data json, partial_comment_id bigint);
create table telemetry_events (
  id bigint primary key, created_at timestamptz, delivery_id text, repo text, event_type text,
  provider text, model text, input_tokens int, cost_usd double precision, conclusion text);
create table rate_limit_events (
  id bigint primary key, created_at timestamptz, delivery_id text, repo text, event_type text,
  cache_hit_rate real, skipped_queries int, retry_attempts int, degradation_path text);
create table retrieval_quality_events (
  id bigint primary key, created_at timestamptz, delivery_id text, repo text, event_type text,
  result_count int, threshold_method text);
create table resilience_events (
  id bigint primary key, created_at timestamptz, delivery_id text, repo text, event_type text,
  kind text);
create table learning_memories (
  id bigint primary key, created_at timestamptz, repo text, owner text, finding_id bigint,
  review_id bigint, source_repo text, finding_text text, severity text, category text,
  file_path text, language text, outcome text, embedding_model text, embedding_dim int,
  embedding vector, stale boolean, search_tsv tsvector);
"""

# Of most tables the second row violates a rule.
ROWS = f"""
insert into reviews values
  (11, '2026-01-05', 'Acme/API', 1, 'sha', 'd1', 3, 40, 3, 900, 'm', 'success', '{{"a": 1}}', 'x'),
  (12, '2026-01-06', 'no-repo', 1, 'sha', 'd2', 3, 40, 1, 900, 'm', 'success', null, 'x'),
  (13, '2026-01-07', 'acme/api', 1, 'sha', 'd1', 3, 40, 0, 900, 'm', 'success', null, 'x'),
  (14, '2026-01-08', 'acme/api', 2, null, null, 3, 40, 0, null, null, 'unknown', null, 'x');
insert into findings (
  id, review_id, file_path, severity, category, confidence, title, suppressed,
  suppression_pattern, comment_id, comment_surface
) values
  (21, 11, 'a.py', 'major', 'style', 80, 'first', false, null, 5, 'review'),
  (22, 11, 'a.py', 'horrible', 'style', 80, 'second', false, null, null, null),
  (23, 11, 'a.py', 'minor', 'style', 80, 'third', true, 'rule', null, null),
  (24, 12, 'a.py', 'minor', 'style', 80, 'fourth', false, null, null, null),
  (25, 99, 'a.py', 'minor', 'style', 80, 'fifth', false, null, null, null);
insert into suppression_log values (31, 11, 'rule', 1, '[23]'), (32, 12, 'rule', 0, '[]');
insert into global_patterns values
  (1, 'major', 'style', 'high', 'f1', 7), (2, 'major', 'style', 'none', 'f1', 7);
insert into feedback_reactions (
  id, repo, review_id, finding_id, comment_id, comment_surface, reaction_id, reaction_content,
  reactor_login, reacted_at
) values
  (41, 'Acme/API', 11, 21, 5, 'review', 501, '-1', 'Ann', '2026-01-06'),
  (42, 'Acme/API', 11, 22, 5, 'review', 502, '-1', 'Bob', '2026-01-06');
insert into run_state values
  (51, 'k1', 'Acme/API', 1, 'b', 's1', 'd1', 'opened', 'superseded', null, 'k2'),
  (52, 'k2', 'Acme/API', 1, 'b', 's2', 'd2', 'opened', 'completed', now(), null),
  (53, 'k3', 'acme/api', 0, 'b', 's3', 'd3', 'opened', 'pending', null, null);
insert into author_cache values
  (1, 'Acme/API', 'Ann', 'core', 'MEMBER', 4, now()), (2, 'acme/api', 'Bob', 'hero', 'NONE', 1, now());
insert into dep_bump_merge_history values
  (1, 'Acme/API', 3, '2026-01-05', 'd1', 'renovate', '[1]', 'requests', 1);
insert into review_checkpoints values (1, 'key', 'Acme/API', 1, '{{"files": []}}', 77);
insert into telemetry_events values
  (1, '2026-01-05', 'd1', 'Acme/API', 'review', 'anthropic', 'm', 100, 0.25, 'success'),
  (2, '2026-01-05', 'd2', 'Acme/API', 'review', 'anthropic', 'm', -100, 0.25, 'success');
insert into rate_limit_events values
  (1, '2026-01-05', 'd1', 'Acme/API', 'review', 0.5, 1, 1, 'none');
insert into retrieval_quality_events values
  (1, '2026-01-05', 'd1', 'Acme/API', 'review', 5, 'adaptive');
insert into resilience_events values (1, '2026-01-05', 'd1', 'Acme/API', 'review', 'timeout');
insert into learning_memories values
  (61, '2026-01-05', 'Acme/API', 'Acme', 21, 11, 'Acme/API', 'a lesson', 'major', 'style', 'a.py',
    'python', 'accepted', 'new', 8, '{vector(1)}', false, null),
  (62, '2026-01-06', 'Acme/API', 'Acme', 21, 11, 'Acme/API', 'a lesson', 'major', 'style', 'a.py',
    'python', 'thumbs_down', 'new', 8, '{vector(1)}', false, null),
  (63, '2026-01-07', 'Acme/API', 'Acme', null, null, 'Acme/API', 'another', 'major', 'style',
    'a.py', null, 'suppressed', 'old', 8, '{vector(0, 1)}', true, null),
  (64, '2026-01-08', 'Acme/API', 'Acme', 22, 11, 'Acme/API', ' ', 'major', 'style', 'a.py', null,
    'suppressed', 'new', 8, '{vector(1)}', false, null),
  (65, '2026-01-08', 'Acme/API', 'Acme', 22, 11, 'Acme/API', 'third', 'major', 'style', 'a.py',
    null, 'suppressed', 'new', 2, '[1, 2]', false, null);
"""

REFUSED = """
author_cache 2: p_tier: expected first-time, regular or core, got "hero"
feedback_reactions 42: p_reactions[1].finding_id is missing: expected a 64-bit integer
findings 22: p_findings[1].severity: expected critical, major, medium or minor, got "horrible"
findings 24: review 12 was refused
findings 25: review 99 does not exist
global_patterns 2: p_confidence_band: expected high, medium or low, got "none"
learning_memories 64: p_memories[1].finding_text: expected text of 1 to 100000 characters, not blank (split longer text, or use its beginning), got " "
learning_memories 65: p_embeddings[1]: expected 8 dimensions, got 2
reviews 12: p_repo: expected owner/name of at most 200 bytes, with or without groups between, got "no-repo"
run_state 53: p_pr_number: expected an integer from 1 to 9223372036854775807, got 0
suppression_log 32: review 12 was not imported
telemetry_events 2: p_input_tokens: expected an integer from 0 to 1000000000000000, got -100
"""


def test_valid_rows_are_imported_and_others_are_reported(
    client: Client, database: psycopg.Connection
) -> None:
    database.execute((TABLES + ROWS).encode())
    database.execute(
        "grant usage on schema original to kodiai_app;"
        "grant select on all tables in schema original to kodiai_app"
    )
    script = str(ROOT / "scripts" / "import-original.sql")
    arguments = ["-c", "set role kodiai_app", "-f", script]
    connection = connection_of(database)
    done = psql(connection, *arguments, variables={"source": "original"})
    assert done.stderr == ""
    head, _, refused = done.stdout.partition("Refused:\n")
    assert refused.strip().splitlines() == REFUSED.strip().splitlines()
    assert all(len(line) <= 80 for line in head.splitlines())

    stats = client.get_repo_stats("acme/api", days=3660)
    assert (stats.reviews, stats.findings, stats.findings_suppressed) == (3, 2, 1)
    first = client.get_review_by_delivery("acme/api", "d1")
    second = client.get_review_by_delivery("acme/api", "d1, review 13")
    assert first
    assert second
    assert (first.config_snapshot, first.findings_total) == ({"a": 1}, 2)
    finding = client.get_finding_by_comment("acme/api", 5)
    assert finding
    assert finding.title == "first"
    (pattern,) = client.list_feedback_patterns("acme/api", days=3660, min_reactions=1)
    assert (pattern.title, pattern.thumbs_down) == ("first", 1)
    assert client.list_open_runs() == []
    claim = client.claim_run("k2", "acme/api", 1, "b", "s2", "d2", "opened")
    assert claim.reason == "duplicate"
    author = client.get_author("acme/api", "ann")
    assert author
    assert author.tier == "core"
    checkpoint = client.get_checkpoint("key")
    assert checkpoint
    assert checkpoint.partial_comment_id == 77
    (bump,) = client.list_dep_bump_merges("acme/api", days=3660)
    assert (bump.package_name, bump.is_security_bump) == ("requests", True)
    assert [p.total_count for p in client.list_global_patterns()] == [7]

    assert client.get_info().active_model == "new"
    joined, other = client.list_memories("acme/api", is_stale=None)
    assert (joined.finding_id, joined.outcome) == (finding.finding_id, "thumbs_down")
    assert (other.embedding_model, other.stale) == ("old", True)
    found = client.get_memory("acme/api", joined.memory_id)
    assert found
    assert [voice["event"] for voice in found.voices] == ["accepted", "thumbs_down"]

    # Once more: nothing is imported twice.
    before = client.export_memories()
    psql(connection, *arguments, variables={"source": "original"})
    assert client.export_memories() == before
    assert client.get_repo_stats("acme/api", days=3660) == stats
    assert [p.total_count for p in client.list_global_patterns()] == [7]
