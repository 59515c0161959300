"""Merged dependency bumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from kodiai import Client, DepBumpMerge

from .calls import BIG, REPO

BUMP: dict[str, Any] = {
    "repo": REPO,
    "pr_number": BIG,
    "merged_at": datetime(2026, 3, 1, tzinfo=UTC),
    "delivery_id": "d1",
    "source": "renovate",
    "signals": ["title", {"label": "dependencies"}],
    "package_name": "@scope/package",
    "old_version": "1.2.3",
    "new_version": "2.0.0-rc.1",
    "semver_bump_type": "major",
    "merge_confidence_level": "low",
    "merge_confidence_rationale": {"tests": False},
    "advisory_status": "present",
    "advisory_max_severity": "high",
    "is_security_bump": True,
}


def test_a_bump_is_recorded_once(client: Client, database: psycopg.Connection) -> None:
    first = client.record_dep_bump_merge(**BUMP)
    again = client.record_dep_bump_merge(**BUMP | {"source": "dependabot"})
    assert (first.inserted, again.inserted) == (True, False)
    assert again.merge_id == first.merge_id
    columns = ", ".join(BUMP)
    row = database.execute(f"select {columns} from dep_bump_merge_history".encode())
    assert row.fetchall() == [tuple(BUMP.values())]


def test_omitted_properties_of_a_bump_are_null(
    client: Client, database: psycopg.Connection
) -> None:
    assert client.record_dep_bump_merge(REPO, 1).inserted
    assert client.record_dep_bump_merge(REPO, 2, signals=False).inserted
    rows = database.execute("select signals, source from dep_bump_merge_history")
    assert rows.fetchall() == [(None, None), (False, None)]


def test_bumps_are_listed_as_recorded(client: Client, clock: Any) -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    clock(now)
    recorded = client.record_dep_bump_merge(**BUMP)
    client.record_dep_bump_merge("acme/web", 1)
    (listed,) = client.list_dep_bump_merges(REPO)
    assert listed == DepBumpMerge(merge_id=recorded.merge_id, created_at=now, **BUMP)
    assert client.list_dep_bump_merges("acme/none") == []


def test_bumps_are_listed_last_recorded_first(client: Client, clock: Any) -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    for pr_number, days in enumerate((400, 364, 1, 0, 0), start=1):
        clock(now - timedelta(days=days))
        package = "a" if pr_number % 2 else None
        client.record_dep_bump_merge(REPO, pr_number, package_name=package)

    def listed(**arguments: Any) -> list[int]:
        return [m.pr_number for m in client.list_dep_bump_merges(REPO, **arguments)]

    assert listed() == [5, 4, 3, 2]
    assert listed(days=1) == [5, 4]
    assert listed(limit=3) == [5, 4, 3]
    assert listed(package_name="a", days=401) == [5, 3, 1]
    assert listed(package_name="A") == []
