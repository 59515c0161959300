"""set_retention, list_retention and run_maintenance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from kodiai import Client, MaintenanceTask
from tests.concurrency import sessions
from tests.knowledge.calls import run
from tests.telemetry.test_events import EVENTS, recorder

from .corpus import memory

REPO = "acme/api"
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def write(client: Client, number: int) -> int:
    return client.write_memory(**memory(finding_id=number)).memory_id


def retire(client: Client, number: int) -> None:
    client.retire_memories(REPO, "no", [write(client, number)])


def assess(client: Client, number: int) -> None:
    client.record_assessment(
        *(REPO, str(number), "text", "minor", "style", "keep", 0.5, "none")
    )


#: Records a row, by table.
RECORD: dict[Any, Callable[[Client, int], object]] = {
    table: lambda c, n, function=function, event=event: recorder(c, function)(
        **event | {"delivery_id": str(n)}
    )
    for function, (table, event) in EVENTS.items()
} | {
    "run_state": lambda c, n: c.claim_run(**run(run_key=str(n), pr_number=n)),
    "review_checkpoints": lambda c, n: c.save_checkpoint(str(n), REPO, n, {}),
    "author_cache": lambda c, n: c.upsert_author(REPO, str(n), "core", "MEMBER"),
    "assessments": assess,
    "recalled_memories": lambda c, n: c.record_recall(REPO, str(n), [write(c, 1)]),
    "retired_memories": retire,
    "stale_memories": lambda c, n: c.mark_stale_memories(REPO, [write(c, n)]),
}


@pytest.mark.slow
@pytest.mark.parametrize("table", RECORD)
def test_rows_are_deleted_when_they_are_older_than_their_retention(
    client: Client, database: psycopg.Connection, clock: Any, table: Any
) -> None:
    name = "learning_memories" if table.endswith("d_memories") else table
    name = {"stale_memories": "learning_memories", "recalled_memories": table}.get(
        table, name
    )
    clock(NOW)
    RECORD[table](client, 1)
    clock(NOW + DAY)
    RECORD[table](client, 2)
    clock(NOW + 1.5 * DAY)
    assert client.run_maintenance()[:-1] == []

    client.set_retention(table, DAY)
    assert client.run_maintenance()[0] == MaintenanceTask(f"purge {table}", 1, True)
    rows = database.execute(f"select count(*) from {name}".encode()).fetchone()
    assert rows == (1,)
    assert client.run_maintenance()[0] == MaintenanceTask(f"purge {table}", 0, True)


def test_retention_is_set_listed_and_removed(client: Client) -> None:
    assert client.set_retention("run_state", DAY)
    assert client.set_retention("author_cache", 30 * DAY)
    assert not client.set_retention("run_state", DAY)
    assert client.set_retention("run_state", 2 * DAY)
    assert [(row.table_name, row.keep) for row in client.list_retention()] == [
        ("author_cache", 30 * DAY),
        ("run_state", 2 * DAY),
    ]
    assert client.set_retention("run_state", None)
    assert not client.set_retention("run_state", None)
    assert [row.table_name for row in client.list_retention()] == ["author_cache"]
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="1 hour or longer"):
        client.set_retention("review_checkpoints", timedelta(0))


def test_one_caller_at_a_time_works(client: Client, conninfo: str) -> None:
    busy = [MaintenanceTask("busy", 0, finished=False)]
    with sessions(conninfo, 2) as (first, second):
        assert first.client.run_maintenance() != busy
        assert second.client.run_maintenance() == busy
        first.connection.commit()
        assert second.client.run_maintenance() != busy


def test_locked_rows_and_settings_are_left_for_the_next_call(
    client: Client, conninfo: str, clock: Any
) -> None:
    clock(NOW)
    write(client, 1)
    client.mark_stale_memories(REPO, path_prefix="src")
    RECORD["run_state"](client, 1)
    client.set_retention("stale_memories", timedelta(0))
    client.set_retention("run_state", DAY)
    clock(NOW + 2 * DAY)
    with sessions(conninfo, 1) as (holder,):
        holder.client.correct_memory(REPO, 1, severity="minor")
        holder.client.set_retention("run_state", timedelta(hours=1))
        tasks = {task.task: task.rows for task in client.run_maintenance()}
        assert (tasks["purge stale_memories"], tasks["purge run_state"]) == (0, 0)
        holder.connection.commit()
    tasks = {task.task: task.rows for task in client.run_maintenance()}
    assert (tasks["purge stale_memories"], tasks["purge run_state"]) == (1, 1)


def test_a_task_continues_where_the_deadline_stopped_it(
    database: psycopg.Connection,
) -> None:
    """A page of 1000 memories per call, as if each call had no time for more."""
    client = Client(database)
    client.write_memories([memory(finding_id=n) for n in range(2500)], [None] * 2500)
    client.mark_stale_memories(REPO, [1, 1001, 2001, 2002])
    client.set_retention("stale_memories", timedelta(0))
    past = "select * from _purge_expired('stale_memories', '-infinity')"
    pages = [database.execute(past.encode()).fetchone() for _ in range(4)]
    assert pages == [(1, False), (1, False), (2, True), (0, False)]


def test_tables_that_changed_are_analyzed(
    client: Client, connection: psycopg.Connection, database: psycopg.Connection
) -> None:
    client.write_memories([memory(finding_id=n) for n in range(100)], [None] * 100)
    analyzed = "select analyze_count from pg_stat_user_tables where relname = %s"
    for expected in (1, 1):
        connection.execute("select pg_stat_force_next_flush()")
        client.run_maintenance()
        connection.execute("select pg_stat_force_next_flush()")
        row = database.execute(analyzed, ("learning_memories",)).fetchone()
        assert row == (expected,)
