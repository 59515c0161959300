"""Claiming and completing runs, alone and concurrently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from kodiai import Claim, Client, OpenRun, RunCompletion, UnknownRunError
from tests.concurrency import sessions, wait_for_lock

from .calls import REPO, run

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
MANY = 64


def statuses(database: psycopg.Connection) -> dict[str, tuple[str, str | None]]:
    rows = database.execute("select run_key, status, superseded_by from run_state")
    return {key: (status, superseded_by) for key, status, superseded_by in rows}


def test_a_new_run_is_claimed_and_completed(
    client: Client, database: psycopg.Connection, clock: Any
) -> None:
    clock(NOW)
    assert client.claim_run(**run()) == Claim(True, "new", [])
    clock(NOW + timedelta(minutes=5))
    assert client.complete_run("acme/api#7@a1") == RunCompletion(
        True, "completed", None
    )
    row = database.execute(
        "select repo, pr_number, base_sha, head_sha, delivery_id, action, status,"
        " created_at, completed_at from run_state"
    ).fetchone()
    assert row == (
        *(REPO, 7, "b0", "a1", "d1", "opened", "completed"),
        *(NOW, NOW + timedelta(minutes=5)),
    )


def test_a_duplicate_is_not_claimed(client: Client, clock: Any) -> None:
    clock(NOW)
    duplicate = Claim(False, "duplicate", [])
    client.claim_run(**run())
    clock(NOW + timedelta(hours=1))
    assert client.claim_run(**run(delivery_id="d2")) == duplicate
    client.complete_run("acme/api#7@a1")
    clock(NOW + timedelta(days=1))
    assert client.claim_run(**run(delivery_id="d3")) == duplicate


def test_a_stale_pending_run_is_claimed_again(
    client: Client, database: psycopg.Connection, clock: Any
) -> None:
    clock(NOW)
    client.claim_run(**run())
    later = NOW + timedelta(hours=1, seconds=1)
    clock(later)
    again = run(delivery_id="d2", action="synchronize")
    assert client.claim_run(**again) == Claim(True, "stale-pending", [])
    assert client.claim_run(**again) == Claim(False, "duplicate", [])
    row = database.execute("select delivery_id, action, created_at from run_state")
    assert row.fetchone() == ("d2", "synchronize", later)


def test_older_runs_of_the_pull_request_are_superseded(
    client: Client, database: psycopg.Connection
) -> None:
    client.claim_run(**run(run_key="done"))
    client.complete_run("done")
    client.claim_run(**run(run_key="elsewhere", pr_number=8))
    client.claim_run(**run(run_key="old", head_sha="a2"))
    newest = client.claim_run(**run(run_key="new", head_sha="a3"))
    assert newest == Claim(True, "superseded-prior", ["old"])
    assert client.claim_run(**run(run_key="old", head_sha="a2")).reason == "duplicate"
    assert client.complete_run("old") == RunCompletion(False, "superseded", "new")
    assert statuses(database) == {
        "done": ("completed", None),
        "elsewhere": ("pending", None),
        "old": ("superseded", "new"),
        "new": ("pending", None),
    }


def test_completing_again_has_no_effect(client: Client, clock: Any) -> None:
    client.claim_run(**run())
    assert client.complete_run("acme/api#7@a1").completed
    again = client.complete_run("acme/api#7@a1")
    assert again == RunCompletion(False, "completed", None)


def test_an_unknown_run_raises_its_own_error(client: Client) -> None:
    with pytest.raises(UnknownRunError, match='^run_key: run "gone" does not exist'):
        client.complete_run("gone")


def test_a_key_belongs_to_one_pull_request(client: Client) -> None:
    client.claim_run(**run(run_key="k"))
    for other in ({"pr_number": 8}, {"repo": "acme/web"}):
        with pytest.raises(
            psycopg.errors.InvalidParameterValue,
            match='^run_key: expected a key that no other pull request uses, got "k"',
        ):
            client.claim_run(**run(run_key="k", **other))


def test_a_late_worker_does_not_complete_the_run_of_another(
    client: Client, clock: Any
) -> None:
    clock(NOW)
    client.claim_run(**run(delivery_id="late"))
    clock(NOW + timedelta(hours=2))
    client.claim_run(**run(delivery_id="next"))
    late = client.complete_run("acme/api#7@a1", "late")
    assert late == RunCompletion(False, "pending", None)
    assert client.release_run("acme/api#7@a1", "late") is False
    assert client.complete_run("acme/api#7@a1", "next").completed


def test_a_released_run_can_be_claimed_again_at_once(client: Client) -> None:
    client.claim_run(**run())
    assert client.release_run("acme/api#7@a1") is True
    assert client.release_run("acme/api#7@a1") is False
    assert client.claim_run(**run(delivery_id="d2")) == Claim(True, "new", [])
    client.complete_run("acme/api#7@a1")
    assert client.release_run("acme/api#7@a1") is False
    assert client.claim_run(**run()).reason == "duplicate"


def test_a_concurrently_superseded_run_is_not_released(
    conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, 2) as (first, second):
        first.client.claim_run(**run(run_key="old"))
        first.connection.commit()
        first.client.claim_run(**run(run_key="new"))
        second.start(lambda client: client.release_run("old"))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert second.result() is False
    assert statuses(database)["old"] == ("superseded", "new")


def test_open_runs_are_listed_oldest_first(client: Client, clock: Any) -> None:
    for hours in (1, 3, 2, 0):
        clock(NOW - timedelta(hours=hours))
        client.claim_run(**run(run_key=str(hours), pr_number=hours + 1))
    client.complete_run("3")
    clock(NOW)
    keys = [open_run.run_key for open_run in client.list_open_runs()]
    assert keys == ["2", "1"]
    (oldest,) = client.list_open_runs(timedelta(), limit=1)
    assert oldest == OpenRun(
        *("2", REPO, 3, "b0", "a1", "d1", "opened", "pending"),
        NOW - timedelta(hours=2),
    )
    assert len(client.list_open_runs(timedelta())) == 3
    assert client.list_open_runs(timedelta(hours=4)) == []


# Concurrency


def claim(client: Client, **arguments: Any) -> Claim:
    return client.claim_run(**run(**arguments))


def test_exactly_one_of_many_callers_with_one_key_claims(
    conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, MANY) as (first, *others):
        claims = [first.client.claim_run(**run())]
        for n, other in enumerate(others):
            other.start(claim, delivery_id=f"d{n}")
        wait_for_lock(database, *(other.process for other in others))
        first.connection.commit()
        claims += [other.result() for other in others]
    assert [c.claimed for c in claims] == [True] + [False] * (MANY - 1)
    assert {c.reason for c in claims} == {"new", "duplicate"}


def test_after_a_rollback_exactly_one_waiting_caller_claims(
    conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, MANY) as (first, *others):
        first.client.claim_run(**run())
        for other in others:
            other.start(claim)
        wait_for_lock(database, *(other.process for other in others))
        first.connection.rollback()
        claims = [other.result() for other in others]
    assert sum(c.claimed for c in claims) == 1


def test_the_newest_claim_of_many_head_commits_wins(
    conninfo: str, database: psycopg.Connection
) -> None:
    """Each claim supersedes the previous one; the last one stays pending."""
    with sessions(conninfo, MANY) as (first, *others):
        claims = {"0": first.client.claim_run(**run(run_key="0", head_sha="0"))}
        for n, other in enumerate(others, 1):
            other.start(claim, run_key=str(n), head_sha=str(n))
        wait_for_lock(database, *(other.process for other in others))
        first.connection.commit()
        claims |= {str(n): other.result() for n, other in enumerate(others, 1)}
    assert all(c.claimed for c in claims.values())
    after = {
        older: newer for newer, c in claims.items() for older in c.superseded_run_keys
    }
    assert len(after) == MANY - 1
    (last,) = claims.keys() - after.keys()
    assert claims["0"] == Claim(True, "new", [])
    assert statuses(database) == {
        key: ("superseded", after[key]) if key in after else ("pending", None)
        for key in claims
    }
    assert last != "0"


def test_a_concurrently_completed_run_is_not_superseded(
    conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, 2) as (first, second):
        first.client.claim_run(**run(run_key="old"))
        first.connection.commit()
        first.client.complete_run("old")
        second.start(claim, run_key="new")
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert second.result() == Claim(True, "new", [])
    assert statuses(database)["old"] == ("completed", None)


def test_a_concurrently_superseded_run_is_not_completed(
    conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, 2) as (first, second):
        first.client.claim_run(**run(run_key="old"))
        first.connection.commit()
        first.client.claim_run(**run(run_key="new"))
        second.start(lambda client: client.complete_run("old"))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert second.result() == RunCompletion(False, "superseded", "new")


def test_completing_and_claiming_in_one_transaction_does_not_deadlock(
    conninfo: str, database: psycopg.Connection
) -> None:
    """Both lock the pull request before they lock a row."""
    with sessions(conninfo, 2) as (first, second):
        first.client.claim_run(**run(run_key="old"))
        first.connection.commit()
        first.client.complete_run("old")
        second.start(claim, run_key="newer")
        wait_for_lock(database, second.process)
        first.client.claim_run(**run(run_key="new"))
        first.connection.commit()
        assert second.result() == Claim(True, "superseded-prior", ["new"])


def test_claims_of_other_pull_requests_do_not_wait(conninfo: str) -> None:
    with sessions(conninfo, 2) as (first, second):
        first.client.claim_run(**run())
        second.connection.execute("set lock_timeout = '10s'")
        assert second.client.claim_run(**run(run_key="other", pr_number=8)).claimed


# purge_runs


def test_old_runs_are_purged_in_batches(
    client: Client, database: psycopg.Connection, clock: Any
) -> None:
    for hours in (5, 4, 3, 1):
        clock(NOW - timedelta(hours=hours))
        client.claim_run(**run(run_key=str(hours)))
    clock(NOW)
    two_hours = timedelta(hours=2)
    assert client.purge_runs(two_hours, limit=2) == 2
    assert statuses(database).keys() == {"3", "1"}
    assert client.purge_runs(two_hours, limit=2) == 1
    assert client.purge_runs(two_hours) == 0
    assert statuses(database).keys() == {"1"}
    assert client.claim_run(**run(run_key="5")).claimed


def test_a_purge_skips_locked_runs(
    conninfo: str, client: Client, database: psycopg.Connection, clock: Any
) -> None:
    clock(NOW - timedelta(hours=5))
    client.claim_run(**run(run_key="held"))
    client.claim_run(**run(run_key="free", pr_number=8))
    clock(NOW)
    with sessions(conninfo, 1) as (other,):
        other.client.complete_run("held")
        assert client.purge_runs(timedelta(hours=2)) == 1
    assert statuses(database).keys() == {"held"}


def test_runs_that_may_still_be_active_cannot_be_purged(client: Client) -> None:
    with pytest.raises(
        psycopg.errors.InvalidParameterValue,
        match="^older_than: expected an interval of 1 hour or longer, got 00:59:59",
    ):
        client.purge_runs(timedelta(minutes=59, seconds=59))


def test_the_minimum_age_is_an_hour_in_february_too(client: Client, clock: Any) -> None:
    """An interval counts a month as 30 days; the calendar does not."""
    clock(datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="^p_older_than"):
        client._target.execute(  # type: ignore[union-attr]
            "select * from kodiai.purge_runs(interval '1 month -28 days -23 hours')"
        )
