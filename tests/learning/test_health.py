"""What get_memory_health returns."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.errors import InvalidParameterValue

from kodiai import Client, Memory, TableHealth

from .corpus import DAY, memory, random_memories, unique_word, vector, write
from .test_voices import lesson

REPOS = ["acme/api", "acme/web", "acme-labs/api", "other/api"]
#: Arguments of get_memory_health, and those of other calls for the same memories.
SCOPES: list[dict[str, Any]] = [
    *({"repo": repo, "owner": None} for repo in REPOS),
    *({"repo": None, "owner": owner} for owner in ("acme", "acme-labs", "other")),
    {"repo": "Acme/API", "owner": "ACME"},
    {"repo": "acme/none", "owner": None},
]


@pytest.fixture
def rows(client: Client) -> int:
    """Write memories in random states; return how many."""
    rng = random.Random(7)  # noqa: S311
    memories, vectors = random_memories(7, 240, REPOS)
    for each in memories:
        each["embedding_model"] = rng.choice(["test", "test", "other"])
    client.set_embedding_model("test")
    given = [row if rng.random() < 0.8 else None for row in vectors]
    ids = write(client, memories, given)
    for repo in REPOS:
        mine = [i for i, m in zip(ids, memories, strict=True) if m["repo"] == repo]
        client.retire_memories(repo, "not true", rng.sample(mine, 9))
        client.mark_stale_memories(repo, rng.sample(mine, 9))
    client.set_learning_policy("acme", ["member"])
    for n in range(9):
        taught = {"repo": REPOS[n % 2], "login": f"eve{n}"}
        client.teach_memory(**lesson(**taught, finding_text=f"new {unique_word(n)}"))
    return len(ids) + 9


def waiting(client: Client, **scope: Any) -> list[Memory]:
    return client.list_memories(**scope, is_waiting=True, limit=1000)


def test_counts_agree_with_the_calls_that_count_exactly(
    client: Client, rows: int
) -> None:
    for scope in SCOPES:
        health = client.get_memory_health(**scope)
        count = client.count_memories(**scope)
        assert (
            health.active,
            health.stale,
            health.waiting,
            health.pending,
            health.retired,
        ) == (count.memories, count.stale, count.waiting, count.pending, count.retired)
        assert health.memories == health.active + health.pending + health.retired
        assert health.is_exact
        memories = waiting(client, **scope)
        assert health.waiting == len(memories)
        assert health.oldest_waiting_at == min(
            (each.created_at for each in memories), default=None
        )
        pending = client.list_pending_memories(**scope)
        assert health.oldest_pending_at == min(
            (each.waiting_since for each in pending), default=None
        )
        models = Counter(
            each.embedding_model
            for each in client.list_memories(
                **scope, is_stale=None, state=None, limit=1000
            )
            if each.embedding is not None
        )
        assert {m["embedding_model"]: m["embeddings"] for m in health.models} == models
        assert (health.invalid_indexes, health.tables, health.indexes) == (None,) * 3

    whole = client.get_memory_health()
    parts = [client.get_memory_health(owner=o) for o in ("acme", "acme-labs", "other")]
    for name in ("memories", "active", "stale", "waiting", "pending", "retired"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    assert whole.memories == rows
    assert (whole.models, whole.active_model) == (client.get_info().models, "test")
    assert whole.invalid_indexes == []
    assert not whole.is_replica


# Two in 100 are stale, five are retired, and eight in all have no embedding.
MANY = """
insert into learning_memories (
  repo, owner, source_repo, finding_text, severity, category, file_path, outcome,
  embedding_model, stale, state, retired_at, embedding, created_at
)
select
  case mod(n, 3) when 0 then 'acme/web' else 'acme/api' end, 'acme', 'acme/api', n, 'minor',
  'style', 'a.py', 'accepted', 'test', mod(n, 50) = 0,
  case mod(n, 20) when 1 then 'retired' else 'active' end,
  case mod(n, 20) when 1 then now() end,
  case when mod(n, 5000) <> 7 then %(embedding)s::vector end,
  %(day)s::timestamptz + n * interval '1 s'
from generate_series(1, 40000) as n
"""


@pytest.mark.slow
def test_many_memories_are_estimated_but_those_without_an_embedding_are_counted(
    client: Client, database: psycopg.Connection
) -> None:
    database.execute("drop index learning_memories_embedding_idx")
    database.execute("alter table learning_memories disable trigger user")
    database.execute(MANY, {"embedding": str(vector(1)), "day": DAY})
    client.set_embedding_model("test")
    for repo, owner, memories, missing, first in (
        (None, None, 40000, 8, 7),
        (None, "acme", 40000, 8, 7),
        ("acme/api", None, 26667, 5, 7),
        ("acme/web", None, 13333, 3, 5007),
    ):
        client.set_embedding_model("test")
        health = client.get_memory_health(repo, owner)
        assert (health.memories, health.is_exact) == (memories, False)
        assert health.waiting == missing
        assert health.oldest_waiting_at == DAY + timedelta(seconds=first)
        again = client.get_memory_health(repo, owner)
        assert (again.stale, again.retired) == (health.stale, health.retired)
        client.set_embedding_model("new")
        replaced = client.get_memory_health(repo, owner)
        assert replaced.active_model == "new"
        for got, share in (
            (health.stale, 0.02),
            (health.retired, 0.05),
            (health.active, 0.95),
            (replaced.waiting, 0.93),
        ):
            # Five standard errors of the smallest sample.
            error = 5 * (share * (1 - share) / 4096) ** 0.5
            assert abs(got / memories - share) < error
        assert health.models == [
            {"embedding_model": "test", "embeddings": memories - missing}
        ]


def test_a_model_that_replaces_another_is_counted_and_so_are_its_failures(
    client: Client,
) -> None:
    for n in range(9):
        client.write_memory(**memory(embedding=vector(n + 1.0)))
    client.begin_reembedding("new")
    claimed = client.claim_memories_to_embed("new", 5)
    ids = [each.memory_id for each in claimed]
    lease = claimed[0].lease
    client.save_embeddings("new", ids[:3], [vector(1)] * 3, lease)
    client.report_embedding_failures("new", ids[3:], lease, "too long")
    for allow_waiting in (False, True):
        if allow_waiting:
            client.activate_embedding_model("new", allow_waiting=True)
        health = client.get_memory_health()
        assert health.models == client.get_info().models
        assert health.failed == 2
        assert health.waiting == client.count_memories("acme/api").waiting
        assert health.waiting == (6 if allow_waiting else 0)
    assert client.get_memory_health("acme/api").failed is None


def test_invalid_and_missing_indexes_are_named(
    client: Client, database: psycopg.Connection
) -> None:
    for _ in range(2):
        client.write_memory(**memory())
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.execute(
            "create unique index concurrently twice_idx on learning_memories (owner)"
        )
    database.execute("drop index learning_memories_metadata_idx")
    health = client.get_memory_health()
    assert health.invalid_indexes == ["learning_memories_metadata_idx", "twice_idx"]


def table(client: Client, name: str) -> TableHealth:
    (found,) = [
        each
        for each in client.get_memory_health().tables or []
        if each["table_name"] == name
    ]
    return found


def test_tables_tell_what_a_vacuum_has_to_do(
    client: Client, database: psycopg.Connection, connection: psycopg.Connection
) -> None:
    database.execute("alter table learning_memories set (autovacuum_enabled = off)")
    ids = [
        client.write_memory(**memory(embedding=vector(n + 1.0))).memory_id
        for n in range(100)
    ]
    before = table(client, "learning_memories")
    assert before["seconds_since_vacuum"] is None
    assert before["seconds_since_analyze"] is None
    assert before["all_visible"] is None

    client.retire_memories("acme/api", "not true", ids[:60])
    assert client.delete_memories("acme/api", ids[:60]) == 60
    connection.execute("select pg_stat_force_next_flush()")
    dirty = table(client, "learning_memories")
    assert dirty["live_rows"] == 40
    assert (dirty["dead_rows"] or 0) >= 60
    assert dirty["bytes"] > 0

    database.execute("vacuum analyze learning_memories")
    clean = table(client, "learning_memories")
    assert clean["dead_rows"] == 0
    assert clean["all_visible"] == 1
    assert 0 <= (clean["seconds_since_vacuum"] or -1) < 60
    assert 0 <= (clean["seconds_since_analyze"] or -1) < 60


@pytest.mark.slow
def test_an_index_is_as_large_as_expected_after_a_rebuild(
    client: Client, database: psycopg.Connection
) -> None:
    memories, vectors = random_memories(3, 4000, REPOS)
    write(client, memories, vectors)
    database.execute("reindex table learning_memories")
    database.execute("reindex table postings")
    database.execute("analyze")
    indexes = {i["index_name"]: i for i in client.get_memory_health().indexes or []}
    for name in (
        "learning_memories_scope_idx",
        "learning_memories_pkey",
        "learning_memories_repo_idx",
        "postings_pkey",
        "learning_memories_embedding_idx",
    ):
        index = indexes[name]
        # Not counting the first page and the root.
        expected = pytest.approx(index["bytes"] - 2 * 8192, rel=0.15)
        assert index["expected_bytes"] == expected, name
    assert indexes["learning_memories_search_tsv_idx"]["expected_bytes"] is None


def test_the_reader_role_may_ask_in_a_read_only_transaction(
    client: Client, database: psycopg.Connection
) -> None:
    client.write_memory(**memory())
    database.execute("set role kodiai_reader")
    database.execute("set default_transaction_read_only = on")
    health = Client(database).get_memory_health()
    assert (health.memories, health.active, health.waiting) == (1, 1, 1)
    assert health.tables


def test_a_repo_of_another_owner_is_refused(client: Client) -> None:
    with pytest.raises(InvalidParameterValue, match="^owner: "):
        client.get_memory_health("acme/api", "other")
