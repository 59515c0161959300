"""No call reads a whole table.

On tables with many rows, no call may increase the number of sequential scans that
Postgres counts for each table.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from kodiai import Client
from tests.examples import examples
from tests.learning.corpus import vector

REPO = "acme/api"
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)

# At least 20,000 rows per table, in 200 repositories; the largest has the most.
FILL = """
select setseed(0.5);

create temporary table repo_of as
select n, 'acme/' || case when n % 5 = 0 then 'api' else 'repo' || n % 200 end as repo,
  timestamptz '2026-03-31T12:00Z' - n * interval '20 minutes' as created_at
from generate_series(1, 20000) as n;

insert into repo_renames (old_repo, new_repo)
select 'acme/old' || n, repo from repo_of;

insert into reviews (repo, pr_number, head_sha, delivery_id, created_at)
select repo, n, n, n, created_at from repo_of;

insert into findings (
  review_id, file_path, severity, category, confidence, title, comment_id,
  comment_surface, suppressed, suppression_pattern, created_at
)
select
  r.id, 'src/' || r.id % 300, 'minor', 'style', 50,
  'the word' || r.id % 1000 || ' of the cache', r.id * 10 + n, 'review', n = 1,
  case n when 1 then 'rule' end, r.created_at
from reviews as r, generate_series(1, 2) as n;

insert into suppression_log (review_id, pattern, matched_count, finding_ids)
select review_id, 'rule', 1, array[id] from findings where suppressed order by review_id;

insert into global_patterns (
  severity, category, confidence_band, pattern_fingerprint, count
)
select 'minor', 'style', 'low', n, n % 100 from repo_of;

insert into feedback_reactions (
  repo, pr_number, review_id, finding_id, comment_id, comment_surface, reaction_id,
  reaction_content, reactor_login, severity, category, file_path, title, created_at
)
select
  r.repo, r.pr_number, r.id, f.id, f.comment_id, 'review', f.id, '+1', 'ann', f.severity, f.category,
  f.file_path, f.title, f.created_at
from findings as f inner join reviews as r on r.id = f.review_id;

insert into run_state (
  run_key, repo, pr_number, base_sha, head_sha, delivery_id, action, status, created_at
)
select n, repo, n, n, n, n, 'opened', 'completed', created_at from repo_of;

insert into author_cache (repo, author_login, tier, author_association, cached_at)
select repo, n, 'core', 'MEMBER', created_at from repo_of;

insert into dep_bump_merge_history (repo, pr_number, package_name, created_at)
select repo, n, 'package' || n % 300, created_at from repo_of;

insert into review_checkpoints (review_output_key, repo, pr_number, checkpoint_data)
select n, repo, n, '{}' from repo_of;

insert into telemetry_events (
  repo, delivery_id, event_type, model, conclusion, created_at
)
select repo, n, 'review', 'm', 'success', created_at from repo_of;

insert into rate_limit_events (
  repo, delivery_id, event_type, cache_hit_rate, skipped_queries, retry_attempts,
  degradation_path, created_at
)
select repo, n, 'review', 0, 0, 0, 'none', created_at from repo_of;

insert into retrieval_quality_events (
  repo, delivery_id, event_type, result_count, created_at
)
select repo, n, 'review', 0, created_at from repo_of;

insert into resilience_events (
  repo, delivery_id, event_type, kind, pr_author, created_at
)
select repo, n, 'review', 'timeout', 'ann', created_at from repo_of;

insert into embedding_models (embedding_model, state) values ('test', 'active');
insert into embedding_models (embedding_model, state, slot) values ('next', 'next', 2);
insert into embedding_models (embedding_model, state) values ('former', 'former');

insert into learning_memories (
  repo, owner, source_repo, finding_id, finding_text, severity, category, file_path,
  outcome, embedding_model, stale, created_at
)
select
  repo, 'acme', repo, n, 'word' || n % 1000, 'minor', 'style', 'a.py', 'accepted',
  'test', n % 100 = 0, created_at
from repo_of;

insert into memory_voices (
  memory_id, login, association, voice, said_at, is_pending, created_at
)
select id, 'ann' || id % 300, 'MEMBER', 'thumbs_up', created_at, id % 10 = 1, created_at
from learning_memories;

insert into memory_findings (finding_id, memory_id)
select 100000 + finding_id, id from learning_memories;

insert into memory_history (memory_id, action, before, after)
select id, 'corrected', jsonb_build_object('finding_text', 'former' || id), '{}'
from learning_memories;

insert into assessments (
  repo, delivery_id, pr_number, finding_text, severity, category, verdict, is_check,
  confidence, reason, created_at
)
select repo, n, n % 100 + 1, 'word' || n, 'minor', 'style', 'suppress', n % 20 = 0, 1, 'x',
  created_at
from repo_of;

insert into assessment_memories (assessment_id, memory_id, weight)
select a.id, m.id, 1 from assessments as a inner join learning_memories as m using (id);

insert into recalled_memories (repo, delivery_id, memory_id, created_at)
select repo, id, id, created_at from learning_memories;

insert into memory_trust (memory_id, contradicted)
select id, 1 from learning_memories;

insert into memory_origins (memory_id, origin_id, superseded_by, superseded_by_created_at)
select id, 100000 + id, 200000 + id, created_at from learning_memories;

insert into embedding_leases (memory_id, embedding_model, lease, expires_at, reason)
select
  id, case when id % 3 = 0 then 'test' else 'next' end, md5('lease')::uuid, '2026-01-01',
  case when id % 2 = 0 then 'HTTP 429' end
from learning_memories;

insert into retention_settings (table_name, keep) values
('telemetry_events', '100 days'), ('stale_memories', '100 days'), ('review_checkpoints', '1 day');

insert into learning_policies (
  owner, repo, trusted_associations, untrusted, approval_delay, max_per_person_day
)
select
  case n when 1 then 'acme' else 'owner' || n end, case when n > 1 then 'owner' || n || '/a' end,
  '{MEMBER}', 'pending', '1 hour', 9
from repo_of;
"""

SCANS = """
select relname, seq_scan from pg_stat_user_tables
where schemaname = 'kodiai'
  -- These have a few rows at most.
  and relname not in ('embedding_models', 'retention_settings')
order by relname
"""

#: The memory of the finding 5; ids are those of findings.
MINE: dict[str, Any] = {"repo": REPO, "memory_ids": [5]}
LEASE = uuid.UUID(hashlib.md5(b"lease", usedforsecurity=False).hexdigest())
ENDING = {"activate_embedding_model", "cancel_reembedding"}
#: Arguments of teach_memory.
TAUGHT: dict[str, Any] = {
    "repo": REPO,
    "severity": "minor",
    "category": "style",
    "file_path": "a.py",
    "voice": "thumbs_up",
    "login": "ann5",
}

ASSESSED: dict[str, Any] = {
    "repo": REPO,
    "finding_text": "word5",
    "severity": "minor",
    "category": "style",
}

#: Known, superseded by a new one, and superseded by one that is not here.
IMPORTED: dict[str, Any] = {
    "on_conflict": "replace",
    "memories": [
        {
            "memory_id": memory_id,
            "repo": REPO,
            "finding_id": finding_id,
            "finding_text": "text",
            "severity": "minor",
            "category": "style",
            "file_path": "a.py",
            "outcome": "accepted",
            "state": "retired",
            "retired_at": NOW,
            "superseded_by": superseded_by,
            "superseded_by_created_at": superseded_by and NOW,
            "created_at": NOW,
        }
        for memory_id, finding_id, superseded_by in (
            (30, 30, 10**8),
            (10**8, None, 10**9),
            (50, 100050, None),
        )
    ],
}

# Replaces the example of a function if that would find no rows.
REAL: dict[str, list[dict[str, Any]]] = {
    "complete_run": [{"run_key": "5"}],
    "release_run": [{"run_key": "5"}],
    "set_finding_comment": [
        {"finding_id": 5, "comment_id": 1, "comment_surface": "review"}
    ],
    "set_checkpoint_comment": [{"review_output_key": "5", "partial_comment_id": 1}],
    "get_finding_by_comment": [{"repo": REPO, "comment_id": 51}],
    "get_review_by_delivery": [
        {"repo": REPO, "delivery_id": "5"},
        {"repo": "acme/old5", "delivery_id": "5"},
        {"repo": REPO, "delivery_id": "5", "pr_number": 5},
    ],
    "get_retrieval_quality": [{"days": 7}, {"days": 7, "repo": REPO}],
    "list_cost_by_day": [{"days": 7}, {"days": 7, "repo": REPO}],
    "list_cost_by_model": [{"days": 7}, {"days": 7, "repo": REPO}],
    "list_feedback_patterns": [{"repo": REPO}, {"repo": "acme/repo1"}],
    "list_finding_comments": [{"repo": REPO}, {"repo": "acme/repo1"}],
    "list_rate_limit_events": [{}, {"days": 3660}, {"repo": REPO}],
    "list_repo_trends": [{"repo": REPO}, {"repo": "acme/repo1"}],
    "list_resilience_events": [
        {},
        {"days": 3660},
        {"repo": REPO, "kind": "retry"},
        {"kind": "timeout", "days": 3660},
        {"kind": "retry"},
    ],
    "list_suppressions": [
        {"repo": REPO, "days": 3660},
        {"repo": REPO, "days": 3660, "after_id": 5},
        {"repo": "acme/repo1"},
    ],
    "list_global_patterns": [
        {},
        {"min_count": 0},
        {"severity": "major"},
        {"category": "security"},
        {"confidence_band": "high", "min_count": 99},
    ],
    "list_dep_bump_merges": [
        {"repo": REPO},
        {"repo": REPO, "package_name": "package5"},
        {"repo": "acme/repo1", "days": 3660},
    ],
    "get_repo_stats": [{"repo": REPO}, {"repo": "acme/repo1"}],
    "search_findings": [
        {"repo": REPO, "query_text": "word1"},
        {"repo": "acme/repo1", "query_text": "word1"},
        {"repo": "acme/repo1", "query_text": "cache"},
    ],
    "search_memories": [{"repo": REPO, "query_text": "word1"}],
    "claim_memories_to_embed": [
        {"embedding_model": "test"},
        {"embedding_model": "next"},
    ],
    "save_embeddings": [
        {
            "embedding_model": model,
            "memory_ids": [5],
            "embeddings": [vector(1)],
            "lease": LEASE,
        }
        for model in ("test", "next")
    ],
    "report_embedding_failures": [
        {
            "embedding_model": "next",
            "memory_ids": [5],
            "lease": LEASE,
            "reason": "x",
        }
    ],
    "retry_embeddings": [{"embedding_model": "next"}],
    "begin_reembedding": [{"embedding_model": "next"}],
    "get_reembedding_progress": [{}, {"embedding_model": "test"}],
    "activate_embedding_model": [{"embedding_model": "next", "allow_waiting": True}],
    "list_memories": [
        {"repo": REPO},
        {"repo": "acme/repo1"},
        {"repo": None, "owner": "acme", "severities": ["critical"]},
        {"repo": None, "owner": "acme", "is_stale": True, "created_after": NOW},
        {"repo": None, "owner": "none"},
    ],
    "get_memory_health": [{}, {"repo": "acme/repo1"}, {"owner": "acme"}],
    "count_memories": [{"repo": "acme/repo1"}, {"repo": None, "owner": "acme"}],
    "export_memories": [{}, {"owner": "acme", "after_id": 500}, {"owner": "none"}],
    "import_memories": [IMPORTED],
    "list_repos": [{}, {"owner": "acme"}, {"after_repo": REPO}, {"owner": "none"}],
    "purge_authors": [{"older_than": timedelta(days=30)}],
    "purge_runs": [{"older_than": timedelta(days=30)}],
    "purge_telemetry": [{"older_than": timedelta(days=30)}],
    "mark_stale_memories": [{"repo": "acme/repo1", "path_prefix": "a"}],
    "purge_stale_memories": [{"repo": "acme/repo1"}, {"repo": None, "owner": "none"}],
    "rename_repo": [{"repo": "acme/repo1", "new_repo": "acme/new"}],
    "rename_owner": [{"owner": "none", "new_owner": "corp"}],
    "purge_retired_memories": [{"repo": "acme/repo1"}, {"repo": None, "owner": "none"}],
    "get_memory": [{"repo": REPO, "memory_id": 5}],
    "list_memory_history": [{"repo": REPO, "memory_id": 5}],
    "teach_memory": [
        TAUGHT | {"finding_text": "word5"},
        TAUGHT | {"finding_text": "former5"},
        TAUGHT | {"finding_text": "new word", "embedding": [1.0, *[0.0] * 7]},
        TAUGHT | {"finding_text": "new word", "finding_id": 5},
        TAUGHT | {"finding_text": "new word", "finding_id": 100005},
    ],
    "retire_memories": [
        MINE | {"reason": "no", "superseded_by": 10},
        {"repo": REPO, "reason": "no", "finding_ids": [100005]},
    ],
    "restore_memories": [MINE],
    "correct_memory": [{"repo": REPO, "memory_id": 5, "finding_text": "better"}],
    "withdraw_voices": [MINE, {"repo": REPO, "login": "ann5"}],
    "list_pending_memories": [{"repo": REPO}, {"repo": None, "owner": "acme"}],
    "approve_memories": [MINE, {"repo": REPO}],
    "reject_memories": [MINE | {"reason": "no"}],
    "audit_teachers": [{"repo": "acme/repo1"}, {"repo": None, "owner": "acme"}],
    "delete_memories": [{"repo": REPO, "memory_ids": []}],
    "assess_finding": [
        ASSESSED,
        ASSESSED | {"embedding": [1.0, *[0.0] * 7], "owner": "acme"},
        ASSESSED | {"severity": "critical"},
    ],
    "settle_assessment": [{"assessment_id": 5, "outcome": "wanted"}],
    "get_suppression_quality": [{"repo": REPO, "days": 3660}, {"repo": "acme/repo1"}],
    "list_suppressed_findings": [{"repo": REPO}, {"repo": REPO, "pr_number": 5}],
    "list_memory_usage": [{"repo": REPO}, {"repo": None, "owner": "acme"}],
    "purge_assessments": [{"older_than": timedelta(days=30)}],
    "record_recall": [{"repo": REPO, "delivery_id": "d", "memory_ids": [5, 10]}],
    # The example has no embeddings to calibrate.
    "calibrate_similarity": [],
    "sync_feedback_reactions": [{"finding_id": 5, "reactions": []}],
    "forget_repo": [{"repo": "acme/repo2"}],
    "forget_owner": [{"owner": "owner9"}],
    "forget_person": [{"login": "ann9"}, {"login": "ann"}],
    "record_feedback_reactions": [
        {
            "reactions": [
                {
                    "finding_id": 5,
                    "reaction_id": n,
                    "reaction_content": "+1",
                    "reactor_login": "ann",
                }
                for n in (1, 10**9)
            ]
        }
    ],
}


@pytest.fixture
def scans(database: psycopg.Connection) -> Callable[[], dict[str, int]]:
    """Fill every table; return a function that counts sequential scans."""
    database.execute(FILL.encode())
    database.execute("vacuum analyze")

    def count() -> dict[str, int]:
        database.execute("select pg_stat_force_next_flush()")
        database.execute("select pg_stat_clear_snapshot()")
        return dict(database.execute(SCANS).fetchall())

    return count


def test_no_call_reads_a_whole_table(
    client: Client,
    database: psycopg.Connection,
    connection: psycopg.Connection,
    clock: Any,
    scans: Callable[[], dict[str, int]],
) -> None:
    clock(NOW)
    scanned = {}
    # What changes the states of embedding models comes last.
    for function, arguments in sorted(
        examples(database).items(), key=lambda item: item[0] in ENDING
    ):
        if function in {"rebuild_postings", "verify_forgotten"}:
            continue  # their purpose is to read whole tables
        for real in REAL.get(function, [arguments]):
            connection.execute("select pg_stat_force_next_flush()")
            before = scans()
            for _ in range(7):  # generic plans start after the fifth
                getattr(client, function)(**real)
            connection.execute("select pg_stat_force_next_flush()")
            after = scans()
            read = [table for table in after if after[table] != before[table]]
            if read:
                scanned[function, str(real)] = read
    assert scanned == {}
