"""The work of a call grows in proportion to its input.

Work is the number of rows that all queries of a call read, join and discard, as
auto_explain reports them: unlike time it does not depend on the machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from kodiai import Client
from tests.knowledge.calls import posted, reaction, review
from tests.learning.corpus import memory

SETTINGS = {
    "log_min_duration": "0",
    "log_analyze": "on",
    "log_timing": "off",
    "log_nested_statements": "on",
    "log_format": "json",
    "log_level": "notice",
}
SMALL, LARGE = 100, 1000


def rows_handled(node: dict[str, Any]) -> float:
    """Return the number of rows that a node of a plan and those below it handle."""
    removed = sum(n for key, n in node.items() if key.startswith("Rows Removed by"))
    rows: float = (node["Actual Rows"] + removed) * node["Actual Loops"]
    return rows + sum(map(rows_handled, node.get("Plans", [])))


@pytest.fixture
def work(database: psycopg.Connection) -> Callable[[Callable[[], object]], float]:
    """Return a function that measures the work of a call on the connection database."""
    plans: list[str] = []
    database.add_notice_handler(
        lambda notice: plans.append(notice.message_primary or "")
    )
    try:
        database.execute("load 'auto_explain'")
    except psycopg.errors.UndefinedFile:
        pytest.skip("the server has no auto_explain")  # the wheel of PostgreSQL 16
    for name, value in SETTINGS.items():
        database.execute(f"set auto_explain.{name} = {value}".encode())

    def of(call: Callable[[], object]) -> float:
        plans.clear()
        call()
        found = [json.loads(plan[plan.index("{") :]) for plan in plans]
        return sum(rows_handled(plan["Plan"]) for plan in found)

    return of


def suppressions(client: Client, size: int) -> Callable[[], object]:
    rules: list[Any] = [
        {"pattern": f"rule {n}", "matched_count": 0} for n in range(size)
    ]
    return lambda: client.record_review(**review(), suppressions=rules)


def more_suppressions(client: Client, size: int) -> Callable[[], object]:
    recorded = client.record_review(**review())
    rules: list[Any] = [{"pattern": f"rule {n}"} for n in range(size)]
    client.record_suppressions(recorded.review_id, rules)
    return lambda: client.record_suppressions(recorded.review_id, rules)


def findings(client: Client, size: int) -> Callable[[], object]:
    found = [posted(n + 1, suppression_pattern=f"rule {n}") for n in range(size)]
    return lambda: client.record_review(**review(), findings=found)


def reactions(client: Client, size: int) -> Callable[[], object]:
    recorded = client.record_review(**review(), findings=[posted(size)])
    reacted = [
        reaction(recorded.finding_ids[0], reaction_id=n + 1) for n in range(size)
    ]
    client.record_feedback_reactions(reacted[: size // 2])
    return lambda: client.record_feedback_reactions(reacted)


def memories(client: Client, size: int) -> list[Any]:
    repo = f"acme/{size}"
    return [
        memory(repo=repo, finding_id=n, finding_text=f"word{n}") for n in range(size)
    ]


def new_memories(client: Client, size: int) -> Callable[[], object]:
    return lambda: client.write_memories(memories(client, size), [None] * size)


def known_memories(client: Client, size: int) -> Callable[[], object]:
    client.write_memories(memories(client, size), [None] * size)
    return lambda: client.write_memories(memories(client, size), [None] * size)


def read_memories(client: Client, size: int) -> Callable[[], object]:
    written = client.write_memories(memories(client, size), [None] * size)
    return lambda: client.get_memories(
        f"acme/{size}", [row.memory_id for row in written]
    )


def stale_memories(client: Client, size: int) -> Callable[[], object]:
    written = client.write_memories(memories(client, size), [None] * size)
    memory_ids = [row.memory_id for row in written]
    return lambda: client.mark_stale_memories(f"acme/{size}", memory_ids)


def imported_memories(client: Client, size: int) -> Callable[[], object]:
    """Half of them are known."""
    given: list[Any] = [
        each | {"memory_id": size + n, "created_at": "2026-01-01T00:00:00Z"}
        for n, each in enumerate(memories(client, size))
    ]
    client.import_memories(given[: size // 2])
    return lambda: client.import_memories(given, None, "replace")


@pytest.mark.parametrize(
    "prepare",
    [
        suppressions,
        more_suppressions,
        findings,
        reactions,
        new_memories,
        known_memories,
        imported_memories,
        read_memories,
        stale_memories,
    ],
)
def test_the_work_of_a_call_grows_linearly(
    database: psycopg.Connection,
    work: Callable[[Callable[[], object]], float],
    prepare: Callable[[Client, int], Callable[[], object]],
) -> None:
    client = Client(database)
    small, large = (work(prepare(client, size)) for size in (SMALL, LARGE))
    assert small >= SMALL
    assert large <= 2 * small * LARGE / SMALL


def test_the_work_of_a_page_does_not_depend_on_what_is_not_on_it(
    database: psycopg.Connection, work: Callable[[Callable[[], object]], float]
) -> None:
    client = Client(database)
    for size in (SMALL, LARGE):
        client.write_memories(memories(client, size), [None] * size)
    repos = [memory(repo=f"other/{n:04}") for n in range(LARGE)]
    client.write_memories(repos[:SMALL], [None] * SMALL)
    few = work(lambda: client.list_repos("other", 10))
    client.write_memories(repos[SMALL:], [None] * (LARGE - SMALL))
    assert work(lambda: client.list_repos("other", 10)) == few
    assert work(lambda: client.list_repos("other", 10, "other/0500")) == few

    calls: dict[str, Callable[[], object]] = {
        "small": lambda: client.list_memories("acme/100", limit=10),
        "large": lambda: client.list_memories("acme/1000", limit=10),
        "owner": lambda: client.list_memories(None, "acme", limit=10),
        "last": lambda: client.list_memories(None, "acme", after_id=1000, limit=10),
    }
    for statistics in ("", "vacuum analyze", "delete from pg_statistic"):
        if statistics:
            database.execute(statistics.encode())
        assert len({work(call) for call in calls.values()}) == 1
