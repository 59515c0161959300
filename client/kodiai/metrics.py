"""Metrics of a kodiai schema in the text format of Prometheus.

Prints them once, as for the textfile collector of node_exporter, or serves them at
/metrics. Each scrape opens a connection and calls get_memory_health and list_open_runs,
which the role kodiai_reader may. If the database does not answer within 8 seconds,
kodiai_up is 0 and the reason is on standard error.

Usage: python -m kodiai.metrics [--url URL] [--repo REPO | --owner OWNER]
       [--listen HOST:PORT]
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

import psycopg

from kodiai import Client, MemoryHealth, OpenRun

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Prometheus waits for 10 seconds by default.
TIMEOUT = 8
#: The most that list_open_runs returns.
MAX_RUNS = 1000

#: What each metric says, in the order of the output. All are gauges.
HELP = {
    "kodiai_up": "Whether the database answered.",
    "kodiai_scrape_duration_seconds": "How long the database took to answer.",
    "kodiai_memories": "Memories by state; active ones include stale ones.",
    "kodiai_stale_memories": "Active memories that are stale; searches skip them.",
    "kodiai_waiting_memories": "Memories without an embedding of the active model.",
    "kodiai_failed_memories": "Memories that could not be embedded when last tried.",
    "kodiai_counts_exact": "Whether memories are counted, not estimated.",
    "kodiai_embeddings": "Memories that have an embedding, by model.",
    "kodiai_active_model": "The model that searches use by default; always 1.",
    "kodiai_oldest_waiting_timestamp_seconds": (
        "When the oldest memory that waits for an embedding was learned."
    ),
    "kodiai_oldest_pending_timestamp_seconds": (
        "When the first of the voices that await approval spoke."
    ),
    "kodiai_replica": "Whether the server is a replica.",
    "kodiai_invalid_indexes": "Number of indexes that are invalid or missing.",
    "kodiai_index_invalid": "An index that is invalid or missing; always 1.",
    "kodiai_index_bytes": "Size of an index.",
    "kodiai_index_expected_bytes": "Size of an index after a rebuild, estimated.",
    "kodiai_table_bytes": "Size of a table without its indexes.",
    "kodiai_table_live_rows": "Rows of a table, estimated.",
    "kodiai_table_dead_rows": "Dead rows that a vacuum will remove, estimated.",
    "kodiai_table_all_visible_ratio": (
        "Fraction of pages that index-only scans need not visit."
    ),
    "kodiai_table_since_vacuum_seconds": "Age of the last vacuum of a table.",
    "kodiai_table_since_analyze_seconds": "Age of the statistics of a table.",
    "kodiai_open_runs": f"Open runs, at most {MAX_RUNS}.",
    "kodiai_oldest_open_run_timestamp_seconds": "When the oldest of them was claimed.",
}


class Scope(NamedTuple):
    """What a scrape is about."""

    url: str
    schema: str
    repo: str | None
    owner: str | None

    @property
    def labels(self) -> dict[str, str]:
        given = {"repo": self.repo, "owner": self.owner}
        return {name: value for name, value in given.items() if value}


class Sample(NamedTuple):
    """A value of a metric; without one, the sample is left out."""

    name: str
    value: float | datetime | None
    labels: dict[str, str]


def of_memories(health: MemoryHealth) -> Iterator[Sample]:
    for state in ("active", "pending", "retired"):
        yield Sample("kodiai_memories", getattr(health, state), {"state": state})
    for name, value in {
        "kodiai_stale_memories": health.stale,
        "kodiai_waiting_memories": health.waiting,
        "kodiai_failed_memories": health.failed,
        "kodiai_counts_exact": health.is_exact,
        "kodiai_oldest_waiting_timestamp_seconds": health.oldest_waiting_at,
        "kodiai_oldest_pending_timestamp_seconds": health.oldest_pending_at,
        "kodiai_replica": health.is_replica,
    }.items():
        yield Sample(name, value, {})
    for each in health.models:
        labels = {"model": each["embedding_model"]}
        yield Sample("kodiai_embeddings", each["embeddings"], labels)
    if health.active_model is not None:
        yield Sample("kodiai_active_model", 1, {"model": health.active_model})


def of_storage(health: MemoryHealth) -> Iterator[Sample]:
    """Yield what get_memory_health says about the whole schema only."""
    invalid = health.invalid_indexes or []
    yield Sample("kodiai_invalid_indexes", len(invalid), {})
    for name in invalid:
        yield Sample("kodiai_index_invalid", 1, {"index": name})
    for index in health.indexes or []:
        labels = {"index": index["index_name"]}
        yield Sample("kodiai_index_bytes", index["bytes"], labels)
        yield Sample("kodiai_index_expected_bytes", index["expected_bytes"], labels)
    for table in health.tables or []:
        labels = {"table": table["table_name"]}
        for name, value in {
            "bytes": table["bytes"],
            "live_rows": table["live_rows"],
            "dead_rows": table["dead_rows"],
            "all_visible_ratio": table["all_visible"],
            "since_vacuum_seconds": table["seconds_since_vacuum"],
            "since_analyze_seconds": table["seconds_since_analyze"],
        }.items():
            yield Sample(f"kodiai_table_{name}", value, labels)


def of_runs(runs: list[OpenRun]) -> Iterator[Sample]:
    oldest = min((run.created_at for run in runs), default=None)
    yield Sample("kodiai_open_runs", len(runs), {})
    yield Sample("kodiai_oldest_open_run_timestamp_seconds", oldest, {})


def collect(scope: Scope) -> Iterator[Sample]:
    """Yield what the database says; for a repository or an owner, its memories only."""
    with Client.connect(
        scope.url,
        schema=scope.schema,
        connect_timeout=TIMEOUT,
        # The watchdog cannot cancel what a server that is gone executes.
        keepalives_idle=2,
        keepalives_interval=2,
        keepalives_count=3,
    ) as client:
        connection: Any = client._target  # noqa: SLF001
        watchdog = threading.Timer(TIMEOUT, connection.cancel)
        watchdog.start()
        try:
            health = client.get_memory_health(scope.repo, scope.owner)
            yield from of_memories(health)
            if not scope.labels:
                yield from of_storage(health)
                yield from of_runs(client.list_open_runs(timedelta(0), MAX_RUNS))
        finally:
            watchdog.cancel()


def scrape(scope: Scope) -> str:
    """Return the metrics as text, whether or not the database can be asked."""
    start = time.monotonic()
    try:
        samples = list(collect(scope))
    except psycopg.Error as error:
        print(f"error: {str(error).strip()}", file=sys.stderr, flush=True)
        samples = []
    own = [
        Sample("kodiai_up", bool(samples), {}),
        Sample("kodiai_scrape_duration_seconds", time.monotonic() - start, {}),
    ]
    return "".join(f"{line}\n" for line in lines([*own, *samples], scope.labels))


def lines(samples: Iterable[Sample], labels: dict[str, str]) -> Iterator[str]:
    """Yield the lines of the samples, which all get the labels."""
    known = [each for each in samples if each.value is not None]
    for name, text in HELP.items():
        mine = [each for each in known if each.name == name]
        if mine:
            yield f"# HELP {name} {text}"
            yield f"# TYPE {name} gauge"
        for each in mine:
            yield f"{name}{braces(labels | each.labels)} {number(each.value)}"


def braces(labels: dict[str, str]) -> str:
    escapes = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    pairs = [f'{name}="{value.translate(escapes)}"' for name, value in labels.items()]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def number(value: float | datetime | None) -> str:
    if isinstance(value, datetime):
        value = value.timestamp()
    return str(int(value) if isinstance(value, bool) else value)


class Server(HTTPServer):
    """Serves the metrics, one scrape at a time."""

    def __init__(self, address: tuple[str, int], scope: Scope) -> None:
        super().__init__(address, Handler)
        self.scope = scope


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    #: Someone who connects and sends nothing must not block the others.
    timeout = TIMEOUT

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404)
            return
        body = scrape(self.server.scope).encode()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Do not log what happens every minute."""


def serve(address: str, scope: Scope) -> None:
    host, _, port = address.rpartition(":")
    try:
        server = Server((host or "127.0.0.1", int(port)), scope)
    except (OSError, OverflowError, ValueError) as error:
        sys.exit(f"error: --listen: expected HOST:PORT, got {address}: {error}")
    print("listening on {}:{}".format(*server.server_address[:2]), flush=True)
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m kodiai.metrics",
        description=(__doc__ or "").split("\n", 1)[0],
    )
    parser.add_argument("--url", help="the database (DATABASE_URL)")
    parser.add_argument("--schema", default="kodiai", help="(kodiai)")
    parser.add_argument("--repo", help="only memories of this repository")
    parser.add_argument("--owner", help="only memories of this owner")
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        help="serve /metrics; without HOST, on 127.0.0.1",
    )
    arguments = parser.parse_args()
    url = arguments.url or os.environ.get("DATABASE_URL")
    if not url:
        sys.exit("error: expected --url, or DATABASE_URL in the environment")
    scope = Scope(url, arguments.schema, arguments.repo, arguments.owner)
    if arguments.listen:
        serve(arguments.listen, scope)
    else:
        print(scrape(scope), end="")


if __name__ == "__main__":
    main()
