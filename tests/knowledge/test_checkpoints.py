"""Progress of unfinished reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.errors import InvalidParameterValue

from kodiai import Checkpoint, Client, UnknownCheckpointError

from .calls import BIG, REPO

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
DATA = {"files_reviewed": ["a.py", "b.py"], "finding_count": 2, "total_files": 9}


def test_saving_again_replaces_the_checkpoint(client: Client, clock: Any) -> None:
    clock(NOW)
    first = client.save_checkpoint("k", REPO, 7, {}, BIG)
    clock(LATER)
    again = client.save_checkpoint("k", REPO, 7, DATA)
    assert (first.inserted, again.inserted) == (True, False)
    assert client.get_checkpoint("k") == Checkpoint(
        first.checkpoint_id, REPO, 7, DATA, BIG, NOW, LATER
    )


def test_a_key_belongs_to_one_pull_request(client: Client) -> None:
    client.save_checkpoint("k", REPO, 7, DATA)
    with pytest.raises(
        InvalidParameterValue,
        match="^review_output_key: expected a key that no other",
    ):
        client.save_checkpoint("k", REPO, 8, {})
    kept = client.get_checkpoint("k")
    assert kept
    assert kept.checkpoint_data == DATA


def test_the_comment_of_a_checkpoint_can_be_set(client: Client, clock: Any) -> None:
    clock(NOW)
    saved = client.save_checkpoint("k", REPO, 7, DATA)
    clock(LATER)
    for comment_id in (BIG, BIG, BIG + 1):
        checkpoint_id = client.set_checkpoint_comment("k", comment_id)
        assert checkpoint_id == saved.checkpoint_id
    assert client.get_checkpoint("k") == Checkpoint(
        saved.checkpoint_id, REPO, 7, DATA, BIG + 1, NOW, LATER
    )


def test_a_deleted_checkpoint_returns_no_row(client: Client) -> None:
    client.save_checkpoint("k", REPO, 7, DATA)
    client.save_checkpoint("other", REPO, 7, DATA)
    assert client.delete_checkpoint("k") is True
    assert client.delete_checkpoint("k") is False
    assert client.get_checkpoint("k") is None
    assert client.get_checkpoint("other")


def test_an_unknown_checkpoint_raises_its_own_error(client: Client) -> None:
    with pytest.raises(
        UnknownCheckpointError,
        match='^review_output_key: checkpoint "k" does not exist',
    ):
        client.set_checkpoint_comment("k", 1)
