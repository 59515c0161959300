"""Fixtures of the tests of memories."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from kodiai import Client


@pytest.fixture
def unchanged(client: Client, database: psycopg.Connection) -> Iterator[None]:
    """Fail if the test writes anything, even the active model."""
    yield
    assert database.execute("select from learning_memories").rowcount == 0
    assert database.execute("select from embedding_models").rowcount == 0
