"""Merged dependency bumps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg

from kodiai import Client

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
