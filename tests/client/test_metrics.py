"""The metrics for Prometheus, as a command."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from kodiai import Client, metrics
from tests.learning.corpus import memory, vector
from tests.learning.test_voices import lesson
from tests.server import ROOT

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "kodiai.metrics"]
ALERTS = (ROOT / "docs" / "guides" / "alerts.yaml").read_text()
GUIDE = (ROOT / "docs" / "guides" / "monitoring.md").read_text()

#: A model whose name needs every escape of the format.
MODEL = 'a "model"\\of {two},\nlines=1'

Key = tuple[str, frozenset[tuple[str, str]]]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], check=True, capture_output=True, text=True
    )


@contextmanager
def listening(*arguments: str) -> Iterator[str]:
    """Serve the metrics meanwhile; yield the URL of the server."""
    process = subprocess.Popen(
        [*COMMAND, *arguments, "--listen", ":0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout
        try:
            yield "http://" + process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def fetch(url: str) -> str:
    with urlopen(url, timeout=20) as response:  # noqa: S310
        assert response.headers["Content-Type"] == metrics.CONTENT_TYPE
        text: str = response.read().decode()
        return text


def parse(text: str) -> dict[Key, float]:
    """Read the text format, and refuse what it does not allow."""
    assert text.endswith("\n")
    samples: dict[Key, float] = {}
    seen: list[str] = []
    for line in text[:-1].split("\n"):
        if comment := re.fullmatch(r"# (HELP|TYPE) (\w+) (.+)", line):
            kind, name, rest = comment.groups()
            if kind == "HELP":
                assert name not in seen
                seen.append(name)
            else:
                assert (name, rest) == (seen[-1], "gauge")
            continue
        sample = re.fullmatch(r"([a-z_]+)(?:\{(.+)\})? (\S+)", line)
        assert sample, line
        name, labels, value = sample.groups()
        assert name == seen[-1], line
        pair = r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"'
        assert re.fullmatch(rf"(?:{pair},)*{pair}", labels or 'a=""'), line
        found = re.findall(pair, labels or "")
        key = (name, frozenset((label, unescape(text)) for label, text in found))
        assert key not in samples
        samples[key] = float(value)
    return samples


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), text)


def value(samples: dict[Key, float], name: str, **labels: str) -> float | None:
    return samples.get((name, frozenset(labels.items())))


@pytest.fixture
def url(database: psycopg.Connection) -> str:
    """The database as the reader role, where every metric has a value."""
    info = database.info
    server: dict[str, Any] = {"host": info.host, "port": info.port, "user": info.user}
    application, reader = (
        make_conninfo(dbname=info.dbname, options=f"-c role=kodiai_{role}", **server)
        for role in ("app", "reader")
    )
    with Client.connect(application) as client:
        client.set_embedding_model(MODEL)
        for n in range(3):
            client.write_memory(
                **memory(embedding_model=MODEL, embedding=vector(n + 1.0))
            )
        client.write_memory(**memory(repo="other/lib", stale=True))
        client.write_memory(**memory(repo="other/lib"))
        client.set_learning_policy("acme", ["member"])
        client.teach_memory(**lesson(login="eve"))
        client.claim_run(
            run_key="r",
            repo="acme/api",
            pr_number=1,
            base_sha="b",
            head_sha="h",
            delivery_id="d",
            action="opened",
        )
    database.execute("drop index learning_memories_metadata_idx")
    database.execute("vacuum analyze")
    return reader


def test_the_command_prints_what_the_database_says(url: str) -> None:
    samples = parse(run("--url", url).stdout)
    with Client.connect(url) as client:
        health = client.get_memory_health()
        (run_row,) = client.list_open_runs(timedelta(0))
    assert value(samples, "kodiai_up") == 1
    for state, count in (("active", 5), ("pending", 1), ("retired", 0)):
        assert value(samples, "kodiai_memories", state=state) == count
        assert getattr(health, state) == count
    assert value(samples, "kodiai_stale_memories") == 1
    assert value(samples, "kodiai_waiting_memories") == 1
    assert value(samples, "kodiai_counts_exact") == 1
    assert value(samples, "kodiai_embeddings", model=MODEL) == 3
    assert value(samples, "kodiai_active_model", model=MODEL) == 1
    assert health.oldest_waiting_at
    assert (
        value(samples, "kodiai_oldest_waiting_timestamp_seconds")
        == health.oldest_waiting_at.timestamp()
    )
    assert value(samples, "kodiai_invalid_indexes") == 1
    invalid = "learning_memories_metadata_idx"
    assert value(samples, "kodiai_index_invalid", index=invalid) == 1
    assert value(samples, "kodiai_open_runs") == 1
    assert (
        value(samples, "kodiai_oldest_open_run_timestamp_seconds")
        == run_row.created_at.timestamp()
    )
    for table in health.tables or []:
        size = value(samples, "kodiai_table_bytes", table=table["table_name"])
        assert size == table["bytes"]
    for index in health.indexes or []:
        size = value(samples, "kodiai_index_bytes", index=index["index_name"])
        assert size == index["bytes"]
    assert {name for name, _ in samples} == set(metrics.HELP)


def test_the_metrics_of_a_repo_have_it_as_a_label(url: str) -> None:
    samples = parse(run("--url", url, "--repo", "other/lib").stdout)
    assert {dict(labels)["repo"] for _, labels in samples} == {"other/lib"}
    assert value(samples, "kodiai_memories", repo="other/lib", state="active") == 2
    assert value(samples, "kodiai_waiting_memories", repo="other/lib") == 1
    assert not any("_index" in name or "_table" in name for name, _ in samples)


def test_the_server_survives_a_database_that_is_down(
    url: str, database: psycopg.Connection
) -> None:
    info = database.info
    allow = f"alter database {info.dbname} with allow_connections "
    with (
        psycopg.connect(
            host=info.host, port=info.port, user=info.user, autocommit=True
        ) as other,
        listening("--url", url) as server,
    ):
        assert server.startswith("http://127.0.0.1:")
        up = parse(fetch(f"{server}/metrics"))
        assert {name for name, _ in up} == set(metrics.HELP)
        other.execute(f"{allow} false".encode())
        down = parse(fetch(f"{server}/metrics"))
        assert value(down, "kodiai_up") == 0
        assert {name for name, _ in down} == {
            "kodiai_up",
            "kodiai_scrape_duration_seconds",
        }
        other.execute(f"{allow} true".encode())
        assert value(parse(fetch(f"{server}/metrics")), "kodiai_up") == 1
        with pytest.raises(HTTPError, match="404"):
            fetch(f"{server}/")


def test_a_database_that_is_down_is_a_metric_too() -> None:
    done = run("--url", "host=/nowhere")
    assert value(parse(done.stdout), "kodiai_up") == 0
    assert done.stderr.startswith("error: ")


def test_every_alert_is_explained_and_reads_metrics_that_exist() -> None:
    alerts = re.findall(r"(?m)^      - alert: (\w+)$", ALERTS)
    assert alerts == re.findall(r"(?m)^\| (Kodiai\w+) \|", GUIDE)
    read = set(re.findall(r"kodiai_\w+", ALERTS))
    assert read <= set(metrics.HELP)
    named = set(re.findall(r"kodiai_(?!reader|owner)\w+", GUIDE))
    assert named <= set(metrics.HELP)
