"""Cached author data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kodiai import Author, Client

from .calls import REPO

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_the_last_entry_is_returned(client: Client, clock: Any) -> None:
    clock(NOW)
    first = client.upsert_author(REPO, "ann", "first-time", "NONE", 0)
    again = client.upsert_author(REPO, "ann", "core", "MEMBER")
    assert (first.inserted, again.inserted) == (True, False)
    assert again.author_id == first.author_id
    assert client.get_author(REPO, "ann") == Author("ann", "core", "MEMBER", None, NOW)


def test_an_unknown_author_returns_no_row(client: Client) -> None:
    client.upsert_author(REPO, "ann", "core", "MEMBER", 5)
    assert client.get_author(REPO, "bob") is None
    assert client.get_author("acme/web", "ann") is None


def test_an_expired_entry_returns_no_row(client: Client, clock: Any) -> None:
    clock(NOW)
    client.upsert_author(REPO, "ann", "core", "MEMBER")
    clock(NOW + timedelta(hours=24))
    assert client.get_author(REPO, "ann")
    clock(NOW + timedelta(hours=24, seconds=1))
    assert client.get_author(REPO, "ann") is None
    assert client.get_author(REPO, "ann", max_age=timedelta(days=2))
    client.upsert_author(REPO, "ann", "core", "MEMBER")
    assert client.get_author(REPO, "ann")


def test_old_authors_are_purged_in_batches(client: Client, clock: Any) -> None:
    for days in range(5):
        clock(NOW - timedelta(days=days))
        client.upsert_author(REPO, f"author{days}", "regular", "NONE")
    clock(NOW)
    day = timedelta(days=1)
    assert client.purge_authors(day, limit=2) == 2
    assert client.purge_authors(day, limit=2) == 1
    assert client.purge_authors(day, limit=2) == 0
    known = [client.get_author(REPO, f"author{days}", day * 9) for days in range(5)]
    assert [author is not None for author in known] == [True, True, *[False] * 3]
