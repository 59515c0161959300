"""mark_stale_memories and purge_stale_memories."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors

from kodiai import Client
from tests.concurrency import sessions, wait_for_lock

from .corpus import DAY, get_all, memory, random_memories, vector, write

FAR = DAY + timedelta(days=36500)


def written(client: Client, *memories: dict[str, Any]) -> list[int]:
    rows = client.write_memories(
        [memory(**columns) for columns in memories], [vector(1)] * len(memories)
    )
    return [row.memory_id for row in rows]


def stale(client: Client, ids: list[int]) -> list[int]:
    return [m.memory_id for m in get_all(client, ids) if m.stale]


def test_marked_memories_are_not_found_and_can_be_purged(client: Client) -> None:
    first, second = ids = written(client, {"finding_id": 1}, {"finding_id": 2})
    assert client.mark_stale_memories("acme/api", [first, 99]) == 1
    assert stale(client, ids) == [first]
    found = client.search_memories("acme/api", "cache", vector(1))
    assert [row.memory_id for row in found] == [second]
    assert client.mark_stale_memories("acme/api", [first]) == 0
    assert client.purge_stale_memories("acme/api") == 1
    assert [m.memory_id for m in get_all(client, ids)] == [second]
    assert written(client, {"finding_id": 1}) != [first]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"path_prefix": "a_b/"}, [0]),
        ({"embedding_model": "older"}, [1]),
        ({"created_before": DAY}, [2]),
        ({"path_prefix": "src/", "created_before": DAY}, [2]),
        ({"path_prefix": "a_b/", "created_before": DAY}, []),
        ({"memory_ids": []}, []),
        ({"owner": "acme", "created_before": FAR}, [0, 1, 2, 3, 4]),
        ({"owner": "acme", "repo": None, "path_prefix": "src/"}, [1, 2, 3, 4]),
    ],
)
def test_memories_must_match_all_conditions(
    client: Client, arguments: dict[str, Any], expected: list[int]
) -> None:
    ids = written(
        client,
        {"file_path": "a_b/c.py"},
        {"embedding_model": "older"},
        {"created_at": DAY - timedelta(seconds=1)},
        {"created_at": DAY},
        {"repo": "acme/web", "created_at": DAY},
        {"repo": "other/api", "created_at": DAY - timedelta(days=1)},
    )
    marked = client.mark_stale_memories(**{"repo": "acme/api"} | arguments)
    assert stale(client, ids) == [ids[n] for n in expected]
    assert marked == len(expected)


def test_a_scope_and_a_condition_are_required(client: Client) -> None:
    with pytest.raises(errors.NullValueNotAllowed, match="^memory_ids, path_prefix"):
        client.mark_stale_memories("acme/api")
    with pytest.raises(errors.NullValueNotAllowed, match="^repo or owner is"):
        client.mark_stale_memories(None, [1])
    with pytest.raises(errors.NullValueNotAllowed, match="^repo or owner is"):
        client.purge_stale_memories(None)
    with pytest.raises(errors.InvalidParameterValue, match="^owner: expected"):
        client.purge_stale_memories("acme/api", owner="corp")


def test_stale_memories_are_purged_in_batches_and_within_the_scope(
    client: Client,
) -> None:
    ids = written(
        client, *[{"stale": True}] * 3, {"repo": "acme/web", "stale": True}, {}
    )
    assert client.purge_stale_memories("acme/api", limit=2) == 2
    assert client.purge_stale_memories("acme/api", limit=2) == 1
    assert client.purge_stale_memories("acme/api", limit=2) == 0
    assert stale(client, ids) == [ids[3]]
    assert client.purge_stale_memories(None, owner="acme") == 1
    assert [m.memory_id for m in get_all(client, ids)] == [ids[4]]


def test_a_purge_skips_locked_memories(client: Client, conninfo: str) -> None:
    held, free = ids = written(client, {"stale": True}, {"stale": True})
    with sessions(conninfo, 1) as (other,):
        other.connection.execute("set role postgres")
        other.connection.execute(
            "select from kodiai.learning_memories where id = %s for update", (held,)
        )
        assert client.purge_stale_memories("acme/api") == 1
    assert stale(client, [free]) == []
    assert stale(client, ids) == [held]


def test_marking_the_same_memories_concurrently_does_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    ids = written(client, *[{}] * 50)
    with sessions(conninfo, 2) as (first, second):
        assert first.client.mark_stale_memories("acme/api", ids) == 50
        second.start(lambda c: c.mark_stale_memories("acme/api", ids[::-1]))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert second.result() == 0


def test_marking_adds_no_index_entries(
    client: Client, connection: psycopg.Connection, database: psycopg.Connection
) -> None:
    """Every update is HOT: each page has room for new versions of all its rows."""
    memories, vectors = random_memories(1, 3000, ["acme/api", "acme/web"])
    write(client, [m | {"stale": False} for m in memories], vectors)
    indexes = """
        select count(*), sum(pg_relation_size(indexrelid)) from pg_index
        where indrelid = 'learning_memories'::regclass
    """
    before = database.execute(indexes).fetchall()
    assert (
        client.mark_stale_memories(None, embedding_model="test", owner="acme") == 3000
    )
    assert database.execute(indexes).fetchall() == before

    connection.execute("select pg_stat_force_next_flush()")
    connection.execute("select 1")
    updates = """
        select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables
        where relid = 'learning_memories'::regclass
    """
    assert database.execute(updates).fetchone() == (3000, 3000)
