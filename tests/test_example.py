"""The example runs, says what docs/start/review-bot.md shows, and leaves its rows."""

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
  recalled nothing
  comment on #7, 60 %: The name tmp says nothing about the value
  comment on #7, 70 %: User input reaches eval, which runs it as code
  new, 2 finding(s)
Webhook d-1 for acme/api#7@c1
  duplicate
Ann gives the comment on #7 a thumbs up
  thumbs_up by ann: active memory
Webhook d-2 for acme/web#8@c2
  recalled (thumbs_up): User input reaches eval, which runs it as code
  comment on #8, 60 %: The name tmp says nothing about the value
  comment on #8, 95 %: User input reaches eval, which runs it as code
  new, 2 finding(s)
Four people give the comments on the name a thumbs down
  thumbs_up by ann: active memory
  thumbs_down by ann: active memory
  thumbs_down by bob: active memory
  thumbs_down by carol: active memory
  thumbs_down by dan: active memory
Ann takes her thumbs up back
  1 reaction(s) withdrawn
  thumbs_down by ann: active memory
  thumbs_down by bob: active memory
Webhook d-3 for acme/web#9@c3
  recalled (thumbs_down): The name tmp says nothing about the value
  review: kept silent: The name tmp says nothing about the value. Similar
    findings: 4 were dismissed, 0 wanted; odds of 51 to 1 that this one is not
    wanted.
  comment on #9, 70 %: User input reaches eval, which runs it as code
  new, 1 finding(s)
Carol, a maintainer, answers the comment on #7
  accepted by carol: active memory
  thumbs_down by ann: active memory
  thumbs_down by bob: active memory
Webhook d-4 for acme/web#10@c4
  recalled (accepted): Rules of users go through ast.literal_eval, not through eval
  recalled (thumbs_down): The name tmp says nothing about the value
  review: kept silent: The name tmp says nothing about the value. Similar
    findings: 4 were dismissed, 1 wanted; odds of 339 to 1 that this one is
    not wanted.
  comment on #10, 95 %: Rules of users go through ast.literal_eval, not through eval
  new, 1 finding(s)
acme/api: 1 review(s), 2 finding(s)
a-language-model: 4 runs, 0.036 US dollars
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


def test_from_the_webhook_to_a_memory_that_changes_its_mind(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    assert run_bot(conninfo) == EXPECTED
    assert EXPECTED in (ROOT / "docs" / "start" / "review-bot.md").read_text()

    last = client.get_last_reviewed_sha("acme/api", 7)
    assert last
    assert last.head_sha == "c1"
    row, nit = client.list_memories("acme/api")
    assert nit.outcome == "thumbs_down"
    memory = client.get_memory("acme/api", row.memory_id)
    assert memory
    assert (memory.outcome, memory.state) == ("accepted", "active")
    assert memory.finding_text.startswith("Rules of users")
    assert [
        (voice["login"], voice["voice"], voice["withdrawn_at"] is None)
        for voice in memory.voices
    ] == [("ann", "thumbs_up", False), ("carol", "accepted", True)]
    history = client.list_memory_history("acme/api", row.memory_id)
    assert [(change.action, change.changed_by) for change in history[-2:]] == [
        ("taught", "carol"),
        ("corrected", "carol"),
    ]
    found = {
        finding.finding_id for finding in client.list_prior_findings("acme/api", 7)
    }
    assert {memory.finding_id, nit.finding_id} == found
    (silent,) = client.list_suppressed_findings("acme/web", 9)
    assert nit.memory_id in silent.memory_ids
    assert client.get_author("acme/api", "ann")
    quality = client.get_retrieval_quality()
    assert (quality.events, quality.empty_results) == (4, 1)
    runs = database.execute("select run_key, status from run_state order by id")
    assert runs.fetchall() == [
        ("acme/api#7@c1", "completed"),
        *((f"acme/web#{6 + n}@c{n}", "completed") for n in (2, 3, 4)),
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

    # One memory more is recalled, which shares a word, and odds differ.
    expected = {line for line in EXPECTED.splitlines() if not line.startswith("    ")}
    expected.discard("  recalled nothing")
    assert expected <= set(run_bot(conninfo).splitlines())
    # Reviews after a lesson find a memory with an embedding of the bot's model.
    distances = database.execute(
        "select avg_distance from retrieval_quality_events order by id"
    ).fetchall()
    assert [distance is not None for (distance,) in distances] == [
        *(False, True),
        *(True, True),
    ]
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
            *("memory_voices", "memory_findings"),
        )
    ).encode()
    before = database.execute(counts).fetchall()
    assert run_bot(conninfo).count("duplicate") == 5
    assert database.execute(counts).fetchall() == before
