"""Which indexes the search functions use, according to the scan counts of Postgres.

There are enough memories that the graph is the cheaper way to search all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import psycopg
import pytest

from kodiai import Client, SearchCheck
from tests import server
from tests.learning.corpus import cosine_distances

ROWS = 40_000
OWNER, LARGE, SMALL = "acme", "acme/large", "acme/small"
GRAPH, SCOPE = "learning_memories_embedding_idx", "learning_memories_scope_idx"
COSINE = "learning_memories_cosine_idx"
POSTINGS, PHRASES = "postings_pkey", "learning_memories_search_tsv_idx"

# One in 5 is in the large repository, one in 1000 in the small one; one in 20 is critical,
# one in 1000 about security, one in 50 stale.
FILL = """
insert into learning_memories (
  repo, owner, source_repo, finding_id, finding_text, severity, category, file_path,
  outcome, embedding_model, embedding, stale
)
select
  r.repo, 'acme', r.repo, n, format('word%%s of the cache w%%s', n %% 500, n %% 7),
  case n %% 20 when 3 then 'critical' else 'minor' end,
  case n %% 1000 when 5 then 'security' else 'style' end,
  format('src/%%s.py', n), 'accepted', 'test', v.embedding, n %% 50 = 7
from unnest(%(embeddings)s::vector[]) with ordinality as v (embedding, n)
cross join lateral (
  select
    case
      when n %% 5 = 0 then 'acme/large'
      when n %% 1000 = 1 then 'acme/small'
      else 'acme/repo' || n %% 50
    end as repo
) as r
"""


@pytest.fixture
def embeddings(database: psycopg.Connection) -> np.ndarray:
    """Load the memories without VACUUM or ANALYZE; autovacuum is off."""
    rng = np.random.default_rng(1)
    centers = rng.normal(size=(50, server.DIMENSIONS))
    vectors = centers[rng.integers(0, 50, ROWS)]
    vectors = vectors + rng.normal(scale=0.4, size=vectors.shape)
    database.execute("alter table learning_memories set (autovacuum_enabled = off)")
    database.execute("alter table postings set (autovacuum_enabled = off)")
    row = database.execute("select pg_get_indexdef(%s::regclass)", (GRAPH,)).fetchone()
    assert row
    database.execute(f"drop index {GRAPH}")
    database.execute(
        "insert into embedding_models (embedding_model, state) values ('test', 'active')"
    )
    database.execute(
        FILL.encode(), {"embeddings": [str(vector.tolist()) for vector in vectors]}
    )
    database.execute(row[0])
    return vectors


@pytest.fixture
def scans(
    database: psycopg.Connection, connection: psycopg.Connection
) -> Callable[[Callable[[], object]], dict[str, int]]:
    """Return a function that counts the index and sequential scans of a call."""

    def count() -> dict[str, int]:
        connection.execute("select pg_stat_force_next_flush()")
        database.execute("select pg_stat_clear_snapshot()")
        return dict(
            database.execute(
                "select indexrelname::text, idx_scan from pg_stat_user_indexes"
                " where relname in ('learning_memories', 'postings')"
                " union all select relname, seq_scan from pg_stat_user_tables"
                " where relname in ('learning_memories', 'postings')"
            ).fetchall()
        )

    def of(call: Callable[[], object]) -> dict[str, int]:
        before = count()
        call()
        after = count()
        return {name: n - before[name] for name, n in after.items() if n > before[name]}

    return of


def test_searches_use_the_expected_indexes(
    client: Client,
    database: psycopg.Connection,
    embeddings: np.ndarray,
    scans: Callable[[Callable[[], object]], dict[str, int]],
) -> None:
    rng = np.random.default_rng(2)
    queries = embeddings[rng.integers(0, ROWS, 20)]
    queries = queries + rng.normal(scale=0.1, size=queries.shape)
    ordinals = np.arange(1, ROWS + 1)
    fresh = ordinals % 50 != 7
    scopes = {
        "all": (None, None, None, fresh),
        "critical": (None, ["critical"], None, fresh & (ordinals % 20 == 3)),
        "security": (None, None, ["security"], fresh & (ordinals % 1000 == 5)),
        "large": (LARGE, None, None, fresh & (ordinals % 5 == 0)),
        "small": (SMALL, None, None, fresh & (ordinals % 1000 == 1)),
    }
    # Plans must not depend on statistics (none yet, current, deleted), nor change after
    # the fifth execution, when Postgres may switch to a generic plan.
    for statistics in ("", "vacuum analyze", "delete from pg_statistic"):
        if statistics:
            database.execute(statistics.encode())
        for name, (repo, severities, categories, matches) in scopes.items():
            recalls: list[float] = []

            def ask(
                repo: str | None = repo,
                severities: Any = severities,
                categories: Any = categories,
                matches: np.ndarray = matches,
                recalls: list[float] = recalls,
            ) -> None:
                for query in queries:
                    found = client.search_memories(
                        repo,
                        "word7 cache",
                        query,
                        owner=None if repo else OWNER,
                        severities=severities,
                        categories=categories,
                        text_weight=0,
                        fusion="rrf",
                        duplicate_distance=None,
                    )
                    distances = cosine_distances(embeddings[matches], query)
                    wanted = ordinals[matches][np.argsort(distances)[:10]]
                    assert len(found) == 10
                    recalls.append(
                        len({row.finding_id for row in found} & set(wanted)) / 10
                    )

            read = scans(ask)
            assert "learning_memories" not in read, (name, statistics)
            assert "postings" not in read, (name, statistics)
            assert read[POSTINGS] > 0, (name, statistics)
            if name == "all":
                assert read[GRAPH] == len(queries), (statistics, read)
            else:
                assert GRAPH not in read, (name, statistics)
                assert read[SCOPE] >= len(queries), (name, statistics, read)
            assert "learning_memories_key" not in read, (name, statistics, read)
            assert np.mean(recalls) >= 0.99, (name, statistics, recalls)


def test_a_phrase_query_uses_the_gin_index(
    client: Client,
    database: psycopg.Connection,
    embeddings: np.ndarray,
    scans: Callable[[Callable[[], object]], dict[str, int]],
) -> None:
    # With a load still in its pending list, the index may cost more than the scope index.
    database.execute("select gin_clean_pending_list(%s::regclass)", (PHRASES,))
    read = scans(
        lambda: client.search_memories(
            None, '"word10 of the cache"', owner=OWNER, query_syntax="websearch"
        )
    )
    assert "learning_memories" not in read
    assert read.get(PHRASES) == 1, read


def test_searches_are_complete_without_the_graph(
    client: Client, database: psycopg.Connection, embeddings: np.ndarray
) -> None:
    """An initial load can build it last, and losing it only costs time."""
    database.execute(f"drop index {GRAPH}")
    query = embeddings[0]
    found = client.search_memories(None, None, query, owner=OWNER)
    fresh = np.arange(1, ROWS + 1) % 50 != 7
    distances = cosine_distances(embeddings[fresh], query)
    nearest = (np.arange(1, ROWS + 1)[fresh])[np.argsort(distances)[:10]]
    assert [row.finding_id for row in found] == list(nearest)


def test_a_huge_id_does_not_disable_the_graph(
    client: Client,
    database: psycopg.Connection,
    embeddings: np.ndarray,
    scans: Callable[[Callable[[], object]], dict[str, int]],
) -> None:
    """On Citus, each node draws ids from its own range."""
    database.execute(
        "insert into learning_memories (id, repo, owner, source_repo, finding_text,"
        " severity, category, file_path, outcome, embedding_model)"
        " overriding system value values (2::bigint ^ 48, 'other/repo', 'other',"
        " 'other/repo', 'x', 'minor', 'style', 'a.py', 'accepted', 'test')"
    )
    read = scans(lambda: client.search_memories(None, None, embeddings[0], owner=OWNER))
    assert read[GRAPH] == 1


def test_searches_ignore_the_cosine_index(
    client: Client,
    database: psycopg.Connection,
    embeddings: np.ndarray,
    scans: Callable[[Callable[[], object]], dict[str, int]],
) -> None:
    """It serves manual queries, and changes neither results nor plans."""
    rng = np.random.default_rng(3)
    queries = embeddings[rng.integers(0, ROWS, 2)]
    queries = queries + rng.normal(scale=0.1, size=queries.shape)
    scopes: list[dict[str, Any]] = [
        {},
        {"severities": ["critical"]},
        {"categories": ["security"]},
        {"path_prefix": "src/1"},
    ]
    preferences: list[dict[str, Any]] = [
        {},
        {"diversity": 0.5, "duplicate_distance": 0.01},
        {"max_distance": 0.05, "fusion": "rrf"},
        {"limit": 200},
    ]

    def ask() -> list[object]:
        return [
            client.search_memories(repo, text, query, owner=owner, **scope, **prefer)
            for query in queries
            for repo, owner in ((None, OWNER), (LARGE, None), (SMALL, None))
            for scope in scopes
            for prefer in preferences
            for text in (None, "word7 cache")
        ]

    database.execute("vacuum analyze")
    without = ask()
    server.psql(
        server.connection_of(database),
        *("-f", f"deploy/learning/indexes/{COSINE}.sql"),
        variables=server.VARIABLES | {"cosine_index": "on"},
    )
    database.execute("analyze")
    plan = database.execute(
        "explain select id from learning_memories"
        " order by embedding <=> %s::vector limit 10",
        (str(queries[0].tolist()),),
    ).fetchall()
    assert COSINE in str(plan)

    found: list[object] = []
    read = scans(lambda: found.extend(ask()))
    assert found == without
    assert COSINE not in read
    assert "learning_memories" not in read
    checks: list[SearchCheck] = []
    read = scans(lambda: checks.extend(client.check_search(None, OWNER)))
    assert COSINE not in read
    assert [check.is_ok for check in checks] == [True] * 5
