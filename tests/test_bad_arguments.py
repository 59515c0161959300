"""Every argument of every function is named when it is missing or cannot be."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from kodiai import Client
from kodiai.functions import Functions, Method
from tests.knowledge.calls import finding, review, run
from tests.learning.corpus import memory, vector
from tests.telemetry.test_events import EVENTS

REPO = "acme/api"
DAY = timedelta(days=1)

# One good call of each function.
CALLS: dict[str, dict[str, Any]] = {
    "claim_run": run(),
    "complete_run": {"run_key": "k"},
    "delete_checkpoint": {"review_output_key": "k"},
    "get_author": {"repo": REPO, "author_login": "ann", "max_age": DAY},
    "get_checkpoint": {"review_output_key": "k"},
    "get_finding_by_comment": {
        "repo": REPO,
        "comment_id": 1,
        "comment_surface": "review",
    },
    "get_last_reviewed_sha": {"repo": REPO, "pr_number": 1},
    "get_repo_stats": {"repo": REPO, "days": 1, "top_files": 1},
    "list_feedback_patterns": {
        "repo": REPO,
        "days": 1,
        "min_reactions": 1,
        "limit": 1,
    },
    "list_finding_comments": {"repo": REPO, "days": 1, "limit": 1},
    "list_prior_findings": {"repo": REPO, "pr_number": 1},
    "list_repo_trends": {"repo": REPO, "days": 1},
    "list_open_runs": {"older_than": DAY, "limit": 1},
    "release_run": {"run_key": "k"},
    "set_finding_comment": {
        "finding_id": 1,
        "comment_id": 1,
        "comment_surface": "review",
    },
    "purge_authors": {"older_than": DAY, "limit": 1},
    "purge_runs": {"older_than": DAY, "limit": 1},
    "record_dep_bump_merge": {
        "repo": REPO,
        "pr_number": 1,
        "source": "renovate",
        "semver_bump_type": "minor",
        "merge_confidence_level": "high",
        "advisory_status": "none",
        "advisory_max_severity": "low",
        "package_name": "p",
        "old_version": "1",
    },
    "record_feedback_reactions": {"reactions": []},
    "record_findings": {"review_id": 1, "findings": [finding()]},
    "record_global_pattern": {
        "severity": "major",
        "category": "style",
        "confidence_band": "low",
        "pattern_fingerprint": "f",
        "count": 1,
    },
    "record_review": {
        **review(),
        "files_analyzed": 1,
        "lines_changed": 1,
        "duration_ms": 1,
        "model": "m",
        "conclusion": "c",
        "delivery_id": "d",
        "findings": [],
        "suppressions": [],
    },
    "record_suppressions": {"review_id": 1, "suppressions": []},
    "save_checkpoint": {
        "review_output_key": "k",
        "repo": REPO,
        "pr_number": 1,
        "checkpoint_data": {},
        "partial_comment_id": 1,
    },
    "search_findings": {"repo": REPO, "query_text": "cache", "limit": 1},
    "set_checkpoint_comment": {"review_output_key": "k", "partial_comment_id": 1},
    "upsert_author": {
        "repo": REPO,
        "author_login": "ann",
        "tier": "core",
        "author_association": "MEMBER",
        "pr_count": 1,
    },
    "count_recent_timeouts": {"repo": REPO, "pr_author": "ann", "days": 1},
    "get_retrieval_quality": {"days": 1},
    "list_cost_by_day": {"days": 1},
    "list_cost_by_model": {"days": 1},
    "purge_telemetry": {"older_than": DAY, "limit": 1},
    **{function: event for function, (_, event) in EVENTS.items()},
    "get_memories": {"memory_ids": [1]},
    "has_memory": {"repo": REPO, "finding_id": 1, "outcome": "accepted"},
    "mark_stale_memories": {
        "repo": REPO,
        "memory_ids": [1],
        "path_prefix": "a",
        "embedding_model": "m",
    },
    "purge_stale_memories": {"repo": REPO, "limit": 1},
    "check_search": {"repo": REPO, "questions": 1},
    "rebuild_postings": {},
    "rename_repo": {"repo": REPO, "new_repo": "acme/web"},
    "search_memories": {
        "repo": REPO,
        "query_text": "cache",
        "limit": 1,
        "rrf_k": 1,
        "vector_weight": 1,
        "text_weight": 1,
        "diversity": 0,
        "fusion": "rrf",
        "recency_floor": 0,
    },
    "set_embedding_model": {"embedding_model": "m"},
    "write_memories": {"memories": [memory()], "embeddings": [vector(1)]},
    "write_memory": memory(finding_id=1),
}

WORD: list[Any] = ["", "other"]
NAME = ["", " \n", "x" * 201]
TEXT = ["", " \n", "x" * 501]
LONG_TEXT = ["", " \n", "x" * 100_001]
FROM_0 = [-1, 10**15 + 1]
FROM_1 = [0, -1]
SHARE = [-0.1, 1.1, float("nan"), float("inf")]
DISTANCE = [-0.1, 2.1, float("nan")]
WEIGHT = [-1, 1001, float("nan")]
INTERVAL = [timedelta(seconds=-1), timedelta(days=400_000)]
OBJECTS = [[{"none": 1}]]

# What an argument of the name cannot be, in any function.
IMPOSSIBLE: dict[str, list[Any]] = {
    argument: list(values)
    for arguments, values in [
        ("repo", ["", "acme", "acme/api/x", "acme/a pi", "a/" + "x" * 200]),
        ("new_repo", ["acme"]),
        ("severity category confidence_band tier outcome source kind", WORD),
        ("semver_bump_type merge_confidence_level advisory_status", WORD),
        ("advisory_max_severity threshold_method fusion", WORD),
        ("head_sha base_sha delivery_id action model conclusion author_login", NAME),
        ("pr_author author_association event_type session_id provider", NAME),
        ("stop_reason old_version parent_delivery_id execution_conclusion", NAME),
        ("retry_risk_level embedding_model comment_surface", NAME),
        ("run_key review_output_key package_name pattern_fingerprint", TEXT),
        ("degradation_path", TEXT),
        ("finding_text query_text", LONG_TEXT),
        ("file_path path_prefix", ["", "x" * 2001]),
        ("pr_number comment_id partial_comment_id review_id count", FROM_1),
        ("min_reactions", FROM_1),
        ("files_analyzed lines_changed duration_ms pr_count num_turns", FROM_0),
        ("input_tokens output_tokens cache_read_tokens", FROM_0),
        ("cache_creation_tokens skipped_queries retry_attempts", FROM_0),
        ("result_count top_k recent_timeouts retry_files_count", FROM_0),
        ("checkpoint_files_reviewed checkpoint_finding_count", FROM_0),
        ("checkpoint_total_files retry_timeout_seconds", FROM_0),
        ("cache_hit_rate language_match_ratio retry_scope_ratio", SHARE),
        ("distance_threshold avg_distance", DISTANCE),
        ("cost_usd", [-0.01, 1e7, float("inf"), float("nan")]),
        ("older_than max_age", INTERVAL),
        ("days", [0, -1, 3661]),
        ("limit", [0, -1, 100_001]),
        ("questions", [0, -1, 1001]),
        ("top_files", [0, 1001]),
        ("rrf_k", [0]),
        ("vector_weight text_weight", WEIGHT),
        ("diversity recency_floor", SHARE),
        ("checkpoint_data", [[], 1]),
        ("findings suppressions reactions memories", OBJECTS),
    ]
    for argument in arguments.split()
}

# Nothing that their types let pass is impossible there.
ANYTHING = set(
    "memory_ids finding_id embeddings had_inline_output"
    " chronic_timeout retry_enqueued retry_has_results retry_checkpoint_enabled".split()
)

OPTIONAL = {
    # Null stands for the default.
    "record_review": {"files_analyzed", "lines_changed", "conclusion"},
    "record_telemetry_event": {
        *("provider", "input_tokens", "output_tokens", "cache_read_tokens"),
        *("cache_creation_tokens", "duration_ms", "cost_usd"),
    },
    # One of several is needed.
    "mark_stale_memories": {"repo", "memory_ids"},
    "purge_stale_memories": {"repo"},
    "check_search": {"repo"},
    "search_memories": {"repo", "query_text"},
}


@pytest.fixture
def unchanged(client: Client, database: psycopg.Connection) -> Iterator[None]:
    """No row is written meanwhile."""
    tables = database.execute(
        "select format('select count(*) from %I', relname) from pg_class"
        " where relnamespace = 'kodiai'::regnamespace and relkind = 'r'"
    ).fetchall()
    count = " union all ".join(statement for (statement,) in tables).encode()
    before = database.execute(count).fetchall()
    yield
    assert database.execute(count).fetchall() == before


def test_every_function_and_argument_is_tried() -> None:
    methods = {name for name, m in vars(Functions).items() if isinstance(m, Method)}
    assert CALLS.keys() == methods
    arguments = {argument for call in CALLS.values() for argument in call}
    assert arguments - IMPOSSIBLE.keys() == ANYTHING


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("function", CALLS)
def test_a_value_that_cannot_be_is_named(client: Client, function: str) -> None:
    for argument in CALLS[function]:
        if (function, argument) == ("write_memory", "review_id"):
            continue  # the agent's own number, which may be any
        for value in IMPOSSIBLE.get(argument, []):
            message = refusal(client, function, argument, value, "22023")
            assert re.match(rf"p_{argument}\b.*: expected ", message)
            assert len(message) < 400


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("function", CALLS)
def test_a_value_that_is_missing_is_named(client: Client, function: str) -> None:
    parameters = inspect.signature(getattr(Client, function)).parameters
    for argument in CALLS[function].keys() - OPTIONAL.get(function, set()):
        if parameters[argument].default is not None:
            message = refusal(client, function, argument, None, "22004")
            assert message.startswith(f"p_{argument} is missing: expected ")


def test_what_was_given_is_shown_as_json_is_written(client: Client) -> None:
    shown = {
        refusal(client, "list_repo_trends", "days", 0, "22023"),
        refusal(client, "list_repo_trends", "repo", 'a"b', "22023"),
        refusal(client, "record_findings", "findings", [{'a"\n': 1}], "22023"),
    }
    assert {message.split(", got ")[1] for message in shown} == {
        *("0", '"a\\"b"', 'the key "a\\"\\n"'),
    }


def refusal(client: Client, function: str, argument: str, value: Any, code: str) -> str:
    """Call with one argument replaced, which must fail; return the message."""
    with pytest.raises(psycopg.DatabaseError) as error:
        getattr(client, function)(**CALLS[function] | {argument: value})
    assert error.value.sqlstate == code, (argument, value)
    return str(error.value.diag.message_primary or error.value)
