"""p_metadata of searches, lists and counts."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from kodiai import Client
from tests.learning.corpus import random_memories, vector, write

REPO = "acme/api"
#: Of every so many memories, one has it.
RARE, COMMON = 101, 3


@pytest.fixture
def tagged(client: Client) -> list[int]:
    """Write memories with metadata that is common and metadata that is rare."""
    memories, vectors = random_memories(3, 500, [REPO, "acme/web"])
    for n, each in enumerate(memories):
        each["finding_text"] += f" socket {n}"
        each["metadata"] = {"tags": ["rare"] if n % RARE == 0 else [], "n": n}
        if n % COMMON == 0:
            each["metadata"]["team"] = {"name": "core"}
    return write(client, memories, vectors)


def matching(client: Client, metadata: Any, **scope: Any) -> set[int]:
    """Return what should be found, according to get_memories."""
    rows = client.list_memories(scope.get("repo"), scope.get("owner"), limit=1000)

    def contains(outer: Any, inner: Any) -> bool:
        if isinstance(inner, dict):
            return all(k in outer and contains(outer[k], v) for k, v in inner.items())
        if isinstance(inner, list):
            return set(inner) <= set(outer)
        return bool(outer == inner)

    return {row.memory_id for row in rows if contains(row.metadata, metadata)}


@pytest.mark.parametrize("scope", [{"repo": REPO}, {"repo": None, "owner": "acme"}])
@pytest.mark.parametrize(
    "metadata",
    [
        {"tags": ["rare"]},
        {"team": {"name": "core"}},
        {"team": {"name": "core"}, "tags": ["rare"]},
        {"n": 402},
        {"n": -1},
        {},
    ],
)
@pytest.mark.usefixtures("tagged")
def test_all_that_match_are_found(
    client: Client, metadata: dict[str, Any], scope: dict[str, Any]
) -> None:
    expected = matching(client, metadata, **scope)
    for query in (
        {"query_text": "socket"},
        {"query_embedding": vector(1)},
        {"query_text": "socket", "query_embedding": vector(1)},
        {"query_text": "socket", "path_prefix": ""},
    ):
        found = client.search_memories(
            **scope, **query, metadata=metadata, limit=1000, duplicate_distance=None
        )
        assert {hit.memory_id for hit in found} == expected, query
    listed = client.list_memories(**scope, metadata=metadata, limit=1000, is_stale=None)
    assert {row.memory_id for row in listed if not row.stale} == expected
    count = client.count_memories(**scope, metadata=metadata)
    assert count.memories - count.stale == len(expected)


@pytest.mark.slow
def test_rare_metadata_is_found_among_many_memories(client: Client) -> None:
    """Above 10,000 memories, a sample says whether to list or to filter them."""
    memories, _ = random_memories(3, 11000, [REPO])
    for n, each in enumerate(memories):
        each["metadata"] = {"n": n % 5000, "stale": False}
        each |= {"finding_text": f"socket {n}", "stale": False}
    for first in range(0, 11000, 5500):
        batch = memories[first : first + 5500]
        client.write_memories(batch, [vector(1, n / 100) for n in range(len(batch))])
    for number, count in ((17, 3), (4000, 2)):
        for query in ({"query_text": "socket"}, {"query_embedding": vector(1)}):
            found = client.search_memories(
                REPO, **query, metadata={"n": number}, limit=5
            )
            assert len(found) == count
            assert {hit.metadata["n"] for hit in found} == {number}


@pytest.mark.usefixtures("tagged")
def test_the_filter_does_not_change_the_order(client: Client) -> None:
    metadata = {"team": {"name": "core"}}
    arguments: Any = {"repo": REPO, "query_embedding": vector(1)}
    all_rows = client.search_memories(**arguments, limit=1000)
    core = [row.memory_id for row in all_rows if "team" in row.metadata]
    found = client.search_memories(**arguments, limit=50, metadata=metadata)
    assert [row.memory_id for row in found] == core[:50]
    assert all(row.metadata["team"] == {"name": "core"} for row in found)


@pytest.mark.parametrize("metadata", [[1], "x", {"a": "x" * 10000}])
def test_only_an_object_filters(client: Client, metadata: Any) -> None:
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match="^metadata: expected a JSON object"
    ):
        client.search_memories(REPO, "socket", metadata=metadata)
