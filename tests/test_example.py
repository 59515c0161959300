"""The example runs and leaves the expected rows."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from kodiai import Client
from tests.learning.corpus import vector
from tests.server import DIMENSIONS, ROOT
from tests.test_snippets import snippets

EXPECTED = """\
Webhook d-1 for acme/api#7@c1
  comment on #7, 70 %: User input reaches eval, which runs it as code
  new, 1 finding(s)
Reactions in acme/api
  1 new memories
Webhook d-1 for acme/api#7@c1
  duplicate
Reactions in acme/api
  0 new memories
Webhook d-2 for acme/web#8@c2
  recalled (thumbs_up): User input reaches eval, which runs it as code
  comment on #8, 95 %: User input reaches eval, which runs it as code
  new, 1 finding(s)
Reactions in acme/web
  1 new memories
acme/api: 1 review(s), 1 finding(s)
a-language-model: 2 runs, 0.018 US dollars
"""


def run_bot(conninfo: str) -> str:
    return subprocess.run(
        [
            *(sys.executable, "examples/review_bot.py"),
            *("--embedding-dim", str(DIMENSIONS)),
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": conninfo},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_pull_request_from_webhook_to_learned_memory(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    assert run_bot(conninfo) == EXPECTED

    last = client.get_last_reviewed_sha("acme/api", 7)
    assert last
    assert last.head_sha == "c1"
    (finding,) = client.list_prior_findings("acme/api", 7)
    assert client.has_memory("acme/api", finding.finding_id, "thumbs_up")
    (pattern,) = client.list_feedback_patterns("acme/api")
    assert (pattern.title, pattern.thumbs_up) == (finding.title, 1)
    assert client.get_author("acme/api", "ann")
    quality = client.get_retrieval_quality()
    assert (quality.events, quality.empty_results) == (2, 1)
    runs = database.execute("select run_key, status from run_state order by run_key")
    assert runs.fetchall() == [
        ("acme/api#7@c1", "completed"),
        ("acme/web#8@c2", "completed"),
    ]


def test_the_bot_uses_both_arms_after_the_quick_start_of_the_readme(
    client: Client,
    conninfo: str,
    database: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Although their embeddings are of different models."""
    monkeypatch.setenv("DATABASE_URL", conninfo)
    quick_start, *_ = snippets(ROOT / "README.md", "python")
    exec(quick_start, {"print": lambda *_: None})  # noqa: S102
    mine = client.get_info().active_model
    assert mine
    (hit,) = client.search_memories("acme/api", "None", vector(1), embedding_model=mine)
    assert (hit.text_rank, hit.vector_rank) == (1, 1)

    assert set(EXPECTED.splitlines()) <= set(run_bot(conninfo).splitlines())
    # Only the second webhook finds a memory with an embedding of the bot's model.
    distances = database.execute(
        "select avg_distance from retrieval_quality_events order by id"
    ).fetchall()
    assert [distance is not None for (distance,) in distances] == [False, True]
    models = {model["embedding_model"] for model in client.get_info().models}
    assert mine in models
    assert len(models) == 2


def test_redelivered_webhooks_change_nothing(
    conninfo: str, database: psycopg.Connection
) -> None:
    run_bot(conninfo)
    counts = " union all ".join(
        f"select count(*) from {table}"
        for table in (
            *("reviews", "findings", "feedback_reactions", "run_state"),
            *("telemetry_events", "retrieval_quality_events", "learning_memories"),
        )
    ).encode()
    before = database.execute(counts).fetchall()
    assert run_bot(conninfo).count("duplicate") == 3
    assert database.execute(counts).fetchall() == before
