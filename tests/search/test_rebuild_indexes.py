"""scripts/rebuild_indexes.py rebuilds existing indexes and creates missing ones."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import psycopg
import pytest

from kodiai import Client
from tests import server
from tests.learning.corpus import random_memories, write
from tests.server import ROOT

REPO = "acme/api"
COSINE = "learning_memories_cosine_idx"
INDEXES = """
select c.relname::text, pg_relation_filenode(c.oid), pg_get_indexdef(c.oid)
from pg_index as i inner join pg_class as c on c.oid = i.indexrelid
where c.relnamespace = 'kodiai'::regnamespace and i.indisvalid
order by 1
"""


@pytest.fixture
def filled(client: Client) -> None:
    memories, vectors = random_memories(1, 300, [REPO])
    write(client, memories, vectors)


def rebuild(
    database: psycopg.Connection, *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/rebuild_indexes.py", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database.info.dsn},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("filled")
def test_every_search_index_is_rebuilt(
    client: Client, database: psycopg.Connection
) -> None:
    before = database.execute(INDEXES).fetchall()
    run = rebuild(database)
    assert (run.returncode, run.stderr) == (0, "")
    after = database.execute(INDEXES).fetchall()
    assert [(name, definition) for name, _, definition in after] == [
        (name, definition) for name, _, definition in before
    ]
    rebuilt = {
        name
        for (name, old, _), (_, new, _) in zip(before, after, strict=True)
        if old != new
    }
    assert rebuilt == {
        "findings_search_tsv_idx",
        "learning_memories_embedding_idx",
        "learning_memories_pkey",
        "learning_memories_scope_idx",
        "learning_memories_search_tsv_idx",
        "learning_memories_second_embedding_idx",
        "postings_pkey",
    }
    assert all(row.is_ok for row in client.check_search(REPO))


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "break_it",
    [
        "drop index {}",
        "update pg_index set indisvalid = false where indexrelid = '{}'::regclass",
    ],
)
def test_a_missing_or_invalid_index_is_created(
    client: Client, database: psycopg.Connection, break_it: str
) -> None:
    """Such as the graph, which an initial load drops first."""
    index = "learning_memories_embedding_idx"
    before = [(name, definition) for name, _, definition in database.execute(INDEXES)]
    database.execute(break_it.format(index).encode())
    assert not client.check_search(REPO)[0].is_ok
    assert rebuild(database, index).returncode == 0
    after = [(name, definition) for name, _, definition in database.execute(INDEXES)]
    assert after == before
    assert client.check_search(REPO)[0].is_ok
    owner = database.execute(
        "select relowner::regrole::text from pg_class where relname = %s", (index,)
    ).fetchone()
    assert owner == ("kodiai_owner",)


@pytest.mark.usefixtures("filled")
def test_the_cosine_index_is_created_if_named_and_rebuilt_from_then_on(
    client: Client, database: psycopg.Connection
) -> None:
    existing = {name for name, _, _ in database.execute(INDEXES)}
    assert rebuild(database, COSINE).returncode == 0
    before = {name: node for name, node, _ in database.execute(INDEXES)}
    assert set(before) == existing | {COSINE}
    assert rebuild(database).returncode == 0
    after = {name: node for name, node, _ in database.execute(INDEXES)}
    assert after[COSINE] != before[COSINE]
    assert all(row.is_ok for row in client.check_search(REPO))
    server.psql(
        server.connection_of(database),
        *("-f", f"verify/learning/indexes/{COSINE}.sql"),
        variables=server.VARIABLES | {"cosine_index": "on"},
    )


@pytest.mark.usefixtures("filled")
def test_a_rebuild_does_not_block_writers(
    client: Client, database: psycopg.Connection
) -> None:
    """It waits for an older transaction itself."""
    with (
        psycopg.connect(database.info.dsn) as other,
        psycopg.connect(database.info.dsn, autocommit=True) as watcher,
    ):
        other.execute("select count(*) from kodiai.learning_memories")
        thread = threading.Thread(
            target=rebuild, args=(database, "learning_memories_scope_idx")
        )
        thread.start()
        while not watcher.execute(
            "select from pg_stat_activity where query like 'reindex%' and"
            " wait_event_type = 'Lock'"
        ).fetchall():
            assert thread.is_alive()
        assert client.mark_stale_memories(REPO, path_prefix="src/") > 0
        assert client.purge_stale_memories(REPO) > 0
        other.rollback()
        thread.join()


def test_concurrent_rebuilds_are_rejected(database: psycopg.Connection) -> None:
    database.execute(
        "select pg_advisory_lock(hashtextextended('rebuild_indexes kodiai', 0))"
    )
    run = rebuild(database)
    assert (run.returncode, run.stderr) == (
        1,
        "error: another rebuild is still running\n",
    )


def test_leftovers_of_an_interrupted_rebuild_are_removed(
    database: psycopg.Connection,
) -> None:
    index = "learning_memories_scope_idx"
    database.execute(
        f"create index {index}_ccnew on learning_memories (owner)".encode()
    )
    database.execute(
        "update pg_index set indisvalid = false"
        f" where indexrelid = '{index}_ccnew'::regclass".encode()
    )
    assert rebuild(database, index).returncode == 0
    assert database.execute(
        "select to_regclass(%s)", (index + "_ccnew",)
    ).fetchone() == (None,)


@pytest.mark.parametrize("index", ["reviews_pkey", "none"])
def test_an_unrelated_index_is_rejected(
    database: psycopg.Connection, index: str
) -> None:
    run = rebuild(database, index)
    assert run.returncode == 1
    assert run.stderr.startswith("error: index: expected one of learning_memories_")
    assert run.stderr.endswith(f", got {index}\n")
