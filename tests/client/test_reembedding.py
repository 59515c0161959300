"""kodiai.reembed and its command."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import ConnectionPool

from kodiai import Client, ReembeddingProgress, reembed
from tests.learning.corpus import memory, vector
from tests.server import DIMENSIONS, ROOT

REPO = "acme/api"
#: Where the command finds the client, and this module.
PATHS = [ROOT / "client", ROOT]
NEW = "new"


def embed(texts: list[str]) -> list[list[float]]:
    """Return vectors that depend on nothing but the text, as a model's do."""
    return [
        [generator.gauss(0, 1) for _ in range(DIMENSIONS)]
        for generator in map(random.Random, texts)
    ]


def write(client: Client, count: int) -> list[int]:
    memories = [memory() for _ in range(count)]
    rows = client.write_memories(memories, [vector(1, n) for n in range(count)])
    return [row.memory_id for row in rows]


def assert_embedded(client: Client, ids: list[int]) -> None:
    """Fail unless each memory has the embedding of its own text."""
    for row in client.get_memories(REPO, ids):
        assert row.embedding is not None
        expected = embed([row.finding_text])[0]
        assert row.embedding.to_list() == pytest.approx(expected, abs=1e-6)


@pytest.fixture
def pooled(client: Client, conninfo: str) -> Iterator[Client]:
    with ConnectionPool(
        conninfo, min_size=1, max_size=5, kwargs={"autocommit": True}
    ) as pool:
        yield Client(pool)


def test_it_embeds_all_memories(client: Client, pooled: Client) -> None:
    ids = write(client, 50)
    reports: list[ReembeddingProgress] = []
    threads: set[str] = set()

    def noted(texts: list[str]) -> list[list[float]]:
        threads.add(threading.current_thread().name)
        assert len(texts) <= 7
        return embed(texts)

    done = reembed(
        pooled, noted, embedding_model=NEW, batch=7, workers=3, report=reports.append
    )
    assert (done.total, done.embedded, done.waiting) == (50, 50, 0)
    assert reports[-1].waiting == 0
    assert threads
    client.activate_embedding_model(NEW)
    assert_embedded(client, ids)
    # Of the active model, too: what has been written without an embedding.
    [bare] = client.write_memories([memory(embedding_model=NEW)], [None])
    assert reembed(pooled, embed, embedding_model=NEW).waiting == 0
    assert_embedded(client, [bare.memory_id])


def test_a_text_that_cannot_be_embedded_does_not_stop_the_others(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    ids = write(client, 12)
    [bad] = client.write_memories([memory(finding_text="bad")], [vector(1)])

    def fussy(texts: list[str]) -> list[list[float]]:
        if "bad" in texts:
            raise ValueError("the text is bad")
        return embed(texts)

    client.begin_reembedding(NEW)
    # The wait before the second attempt passes at once.
    database.execute(
        "create function later() returns trigger language plpgsql as"
        " $$ begin if new.expires_at <> 'infinity' then new.expires_at := now();"
        " end if; return new; end $$;"
        " create trigger later before update on kodiai.embedding_leases for each row"
        " when (new.reason is not null) execute function later()"
    )
    with ConnectionPool(
        conninfo, min_size=1, max_size=3, kwargs={"autocommit": True}
    ) as pool:
        done = reembed(Client(pool), fussy, embedding_model=NEW, max_attempts=2)
    assert done.waiting == 1
    assert done.failures == [
        {"reason": "ValueError: the text is bad", "memories": 1, "given_up": 1}
    ]
    client.activate_embedding_model(NEW, allow_waiting=True)
    assert_embedded(client, ids)
    assert [m.memory_id for m in client.list_memories(REPO, is_waiting=True)] == [
        bad.memory_id
    ]


@pytest.mark.parametrize(
    ("vectors", "message"),
    [([[1.0] * 9] * 3, "expected 8 dimensions"), ([], "expected 3 vectors")],
)
def test_vectors_that_cannot_be_saved_stop_it(
    client: Client, pooled: Client, vectors: list[list[float]], message: str
) -> None:
    write(client, 3)
    with pytest.raises(errors.InvalidParameterValue, match=message):
        reembed(pooled, lambda _: vectors, embedding_model=NEW)
    progress = client.get_reembedding_progress()
    assert progress
    assert (progress.leased, progress.failed) == (0, 3)


def start(
    conninfo: str, folder: Path, *options: str, function: str = "slow:embed"
) -> subprocess.Popen[str]:
    """Start the command with a function of a module in the folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "kodiai", "reembed", NEW, function, *options],
        cwd=folder,
        env=os.environ
        | {"DATABASE_URL": conninfo, "PYTHONPATH": os.pathsep.join(map(str, PATHS))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_killed_workers_lose_nothing(
    client: Client, conninfo: str, tmp_path: Path
) -> None:
    ids = write(client, 400)
    (tmp_path / "slow.py").write_text(
        "import time\nfrom tests.client.test_reembedding import embed as fast\n"
        "def embed(texts):\n    time.sleep(0.05)\n    return fast(texts)\n"
    )
    generator = random.Random(1)  # noqa: S311
    now = datetime.now(UTC)
    kills = 0
    while True:
        # Later each time, so that the leases of the killed have expired.
        now += timedelta(minutes=11)
        options = f"-c role=kodiai_app -c kodiai.now={now:%Y-%m-%dT%H:%M:%SZ}"
        later = psycopg.conninfo.make_conninfo(conninfo, options=options)
        process = start(later, tmp_path, "--workers=4", "--batch=10")
        try:
            _, stderr = process.communicate(timeout=generator.uniform(0.5, 2))
            break
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            kills += 1
    assert process.returncode == 0, stderr
    assert kills > 0
    assert "100%  400 of 400" in stderr
    progress = client.get_reembedding_progress()
    assert progress
    assert (progress.embedded, progress.leased) == (400, 0)
    client.activate_embedding_model(NEW)
    assert_embedded(client, ids)


def test_the_command_says_what_is_wrong(
    client: Client, conninfo: str, tmp_path: Path
) -> None:
    (tmp_path / "slow.py").write_text("embed = None\n")
    process = start(conninfo, tmp_path)
    _, stderr = process.communicate()
    assert process.returncode == 1
    assert stderr.splitlines() == [
        "no embedding model is active",
        "The first embedding that is written makes its model the active one.",
    ]
    process = start(conninfo, tmp_path, function="none:embed")
    _, stderr = process.communicate()
    assert process.returncode == 2
    assert stderr == "none:embed: expected module:function: No module named 'none'\n"
