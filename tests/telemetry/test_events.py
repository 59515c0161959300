"""Recording, counting and purging events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from kodiai import Client, RecordedEvent
from tests.concurrency import sessions, wait_for_lock

BIG = 2**40
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)

# Function -> its table, and a value for every argument.
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "record_telemetry_event": (
        "telemetry_events",
        {
            "repo": "acme/api",
            "event_type": "review",
            "model": "a-model",
            "conclusion": "success",
            "delivery_id": "d1",
            "session_id": "s1",
            "pr_number": BIG,
            "pr_author": "ann",
            "provider": "other",
            "input_tokens": BIG,
            "output_tokens": 2,
            "cache_read_tokens": 3,
            "cache_creation_tokens": 4,
            "duration_ms": 5,
            "cost_usd": Decimal("0.012345678901234567890"),
            "num_turns": 6,
            "stop_reason": "end_turn",
        },
    ),
    "record_rate_limit_event": (
        "rate_limit_events",
        {
            "repo": "acme/api",
            "event_type": "review",
            "cache_hit_rate": 0.25,
            "skipped_queries": 1,
            "retry_attempts": 2,
            "degradation_path": "search-only",
            "delivery_id": "d1",
            "pr_number": BIG,
        },
    ),
    "record_retrieval_quality_event": (
        "retrieval_quality_events",
        {
            "repo": "acme/api",
            "event_type": "review",
            "result_count": 3,
            "delivery_id": "d1",
            "pr_number": BIG,
            "top_k": 10,
            "distance_threshold": 0.8,
            "avg_distance": 0.3,
            "language_match_ratio": 1.0,
            "threshold_method": "adaptive",
        },
    ),
    "record_resilience_event": (
        "resilience_events",
        {
            "delivery_id": "d1",
            "repo": "acme/api",
            "event_type": "review",
            "kind": "timeout",
            "pr_number": BIG,
            "pr_author": "ann",
            "parent_delivery_id": "d0",
            "review_output_key": "k",
            "execution_conclusion": "timeout",
            "had_inline_output": False,
            "checkpoint_files_reviewed": 1,
            "checkpoint_finding_count": 2,
            "checkpoint_total_files": 3,
            "partial_comment_id": BIG,
            "recent_timeouts": 4,
            "chronic_timeout": True,
            "retry_enqueued": False,
            "retry_files_count": 5,
            "retry_scope_ratio": 0.5,
            "retry_timeout_seconds": 600,
            "retry_risk_level": "high",
            "retry_checkpoint_enabled": True,
            "retry_has_results": False,
        },
    ),
}


def recorder(client: Client, function: str) -> Callable[..., RecordedEvent]:
    method: Callable[..., RecordedEvent] = getattr(client, function)
    return method


@pytest.mark.parametrize("function", EVENTS)
def test_recording_an_event_is_idempotent(
    client: Client, database: psycopg.Connection, function: str
) -> None:
    table, event = EVENTS[function]
    record = recorder(client, function)
    first, again = record(**event), record(**event)
    assert (first.inserted, again.inserted) == (True, False)
    assert again.event_id == first.event_id
    columns = ", ".join(event)
    rows = database.execute(f"select {columns} from {table}".encode())
    assert rows.fetchall() == [tuple(event.values())]


@pytest.mark.parametrize("function", EVENTS)
def test_the_same_delivery_id_in_another_repo_is_another_event(
    client: Client, function: str
) -> None:
    _, event = EVENTS[function]
    record = recorder(client, function)
    here, there = (record(**event | {"repo": repo}) for repo in ("acme/api", "b/web"))
    assert here.inserted
    assert there.inserted
    assert here.event_id != there.event_id
    assert record(**event | {"repo": "b/web"}) == RecordedEvent(there.event_id, False)


@pytest.mark.parametrize("function", EVENTS)
def test_concurrent_workers_record_an_event_once(
    conninfo: str, database: psycopg.Connection, function: str
) -> None:
    _, event = EVENTS[function]
    with sessions(conninfo, 2) as (first, second):
        recorded = recorder(first.client, function)(**event)
        second.start(lambda client: recorder(client, function)(**event))
        wait_for_lock(database, second.process)
        first.connection.commit()
        again = second.result()
    assert (again.event_id, again.inserted) == (recorded.event_id, False)


@pytest.mark.parametrize(
    "function", [name for name in EVENTS if name != "record_resilience_event"]
)
def test_an_event_without_a_delivery_is_always_inserted(
    client: Client, function: str
) -> None:
    _, event = EVENTS[function]
    record = recorder(client, function)
    assert all(record(**event | {"delivery_id": None}).inserted for _ in range(2))


def test_absent_and_null_arguments_take_the_default(
    client: Client, database: psycopg.Connection
) -> None:
    client.record_telemetry_event("acme/api", "review", "m", "success")
    nulls: dict[str, Any] = {"provider": None, "cost_usd": None, "input_tokens": None}
    client.record_telemetry_event("acme/api", "review", "m", "success", **nulls)
    rows = database.execute(
        "select provider, input_tokens, cost_usd, pr_number from telemetry_events"
    )
    assert rows.fetchall() == [("anthropic", 0, 0, None)] * 2


def test_a_delivery_is_recorded_once_per_session(client: Client) -> None:
    _, event = EVENTS["record_telemetry_event"]
    results = [
        client.record_telemetry_event(**event | {"session_id": session}).inserted
        for session in ("s1", "s2", None, None)
    ]
    assert results == [True, True, True, False]


def test_a_resilience_event_recorded_again_adds_what_was_unknown(
    client: Client, database: psycopg.Connection
) -> None:
    table, event = EVENTS["record_resilience_event"]
    required = ("delivery_id", "repo", "event_type", "kind")
    first = client.record_resilience_event(*(event[name] for name in required))
    part = {name: event[name] for name in (*required, "retry_enqueued", "pr_number")}
    for known in (part, event, event | {"retry_enqueued": True, "pr_number": 1}):
        assert client.record_resilience_event(**known) == RecordedEvent(
            first.event_id, False
        )
    columns = ", ".join(event)
    rows = database.execute(f"select {columns} from {table}".encode())
    assert rows.fetchall() == [tuple(event.values())]


def test_concurrently_added_columns_of_a_resilience_event_are_all_kept(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    event: tuple[Any, Any, Any, Any] = ("d1", "acme/api", "review", "timeout")
    client.record_resilience_event(*event)
    with sessions(conninfo, 2) as (first, second):
        first.client.record_resilience_event(*event, pr_number=7)
        second.start(
            lambda c: c.record_resilience_event(*event, pr_number=8, pr_author="ann")
        )
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert not second.result().inserted
    rows = database.execute("select pr_number, pr_author from resilience_events")
    assert rows.fetchall() == [(7, "ann")]


@pytest.mark.parametrize("function", EVENTS)
def test_an_event_of_the_past_is_recorded_with_its_time(
    client: Client, database: psycopg.Connection, clock: Any, function: str
) -> None:
    clock(NOW)
    table, event = EVENTS[function]
    past = NOW - timedelta(days=100)
    assert recorder(client, function)(**event, created_at=past).inserted
    assert not recorder(client, function)(**event).inserted
    recorder(client, function)(**event | {"delivery_id": "d2"}, created_at=None)
    rows = database.execute(f"select created_at from {table} order by id".encode())
    assert rows.fetchall() == [(past,), (NOW,)]
    assert client.purge_telemetry(timedelta(days=99)) == 1


@pytest.mark.parametrize("function", EVENTS)
@pytest.mark.parametrize(
    "time", ["2026-03-31 12:00:01Z", "infinity", "-infinity", "0001-01-01 BC"]
)
def test_the_time_of_an_event_is_not_in_the_future(
    client: Client, clock: Any, function: str, time: str
) -> None:
    clock(NOW)
    _, event = EVENTS[function]
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match="^created_at: expected a "
    ):
        recorder(client, function)(**event, created_at=time)


def test_costs_and_timeouts_of_the_past_are_reported_for_their_day(
    client: Client, clock: Any
) -> None:
    clock(NOW)
    _, cost = EVENTS["record_telemetry_event"]
    client.record_telemetry_event(**cost, created_at=NOW - timedelta(days=2))
    days = client.list_cost_by_day("acme/api", days=3)
    assert [day.events for day in days] == [1, 0, 0]
    _, timeout = EVENTS["record_resilience_event"]
    client.record_resilience_event(**timeout, created_at=NOW - timedelta(days=8))
    assert client.count_recent_timeouts("acme/api", "ann") == 0
    assert client.count_recent_timeouts("acme/api", "ann", days=8) == 1


# count_recent_timeouts


def test_count_recent_timeouts_covers_seven_days_by_default(
    client: Client, clock: Any
) -> None:
    def timeout(ago: timedelta, **columns: Any) -> None:
        clock(NOW - ago)
        _, event = EVENTS["record_resilience_event"]
        delivery = f"{ago} {columns}"
        client.record_resilience_event(**event | {"delivery_id": delivery} | columns)

    week = timedelta(days=7)
    timeout(timedelta())
    timeout(week)
    timeout(week + timedelta(seconds=1))
    timeout(timedelta(), kind="retry")
    timeout(timedelta(), pr_author="bob")
    timeout(timedelta(), repo="acme/web")
    clock(NOW)
    assert client.count_recent_timeouts("acme/api", "ann") == 2
    assert client.count_recent_timeouts("acme/api", "ann", days=8) == 3
    assert client.count_recent_timeouts("acme/api", "cy") == 0


# list_rate_limit_events, list_resilience_events

LISTS = {
    "record_rate_limit_event": "list_rate_limit_events",
    "record_resilience_event": "list_resilience_events",
}


@pytest.mark.parametrize("function", LISTS)
def test_an_event_is_listed_as_recorded(
    client: Client, clock: Any, function: str
) -> None:
    clock(NOW)
    _, event = EVENTS[function]
    recorded = recorder(client, function)(**event)
    (listed,) = getattr(client, LISTS[function])()
    assert event | {"event_id": recorded.event_id, "created_at": NOW} == {
        field.name: getattr(listed, field.name) for field in fields(listed)
    }


@pytest.mark.parametrize("function", LISTS)
def test_events_of_a_repo_or_of_all_are_listed_newest_first(
    client: Client, clock: Any, function: str
) -> None:
    clock(NOW)
    _, event = EVENTS[function]
    for n, days in enumerate((1, 40, 0, 0, 29)):
        recorder(client, function)(
            **event
            | {"repo": "b/web" if n == 2 else "acme/api", "delivery_id": str(n)},
            created_at=NOW - timedelta(days=days),
        )

    def listed(*arguments: Any, **named: Any) -> list[str]:
        rows = getattr(client, LISTS[function])(*arguments, **named)
        return [row.delivery_id for row in rows]

    assert listed() == ["3", "2", "0", "4"]
    assert listed(days=29) == ["3", "2", "0"]
    assert listed(limit=2) == ["3", "2"]
    assert listed("acme/api", days=41) == ["3", "0", "4", "1"]
    assert listed("b/web") == ["2"]
    assert listed("acme/none") == []


def test_timeouts_and_retries_are_listed_together_or_apart(client: Client) -> None:
    for delivery, kind in (("d1", "timeout"), ("d1-retry-1", "retry")):
        client.record_resilience_event(delivery, "acme/api", "review", kind)  # type: ignore[arg-type]

    def kinds(kind: Any = None) -> list[str]:
        return [e.kind for e in client.list_resilience_events("acme/api", kind)]

    assert [kinds(), kinds("timeout"), kinds("retry")] == [
        ["retry", "timeout"],
        ["timeout"],
        ["retry"],
    ]


# purge_telemetry


def test_purge_telemetry_deletes_old_events_of_all_kinds_in_batches(
    client: Client, database: psycopg.Connection, clock: Any
) -> None:
    def remaining() -> int:
        tables = [table for table, _ in EVENTS.values()]
        return sum(
            database.execute(f"select from {table}".encode()).rowcount
            for table in tables
        )

    for days in (3, 2, 0):
        clock(NOW - timedelta(days=days))
        for function, (_, event) in EVENTS.items():
            recorder(client, function)(**event | {"delivery_id": str(days)})
    clock(NOW)
    day = timedelta(days=1)
    assert client.purge_telemetry(day, limit=3) == 3
    assert remaining() == 9
    assert client.purge_telemetry(day, limit=3) == 3
    assert client.purge_telemetry(day, limit=3) == 2
    assert client.purge_telemetry(day, limit=3) == 0
    assert remaining() == 4
