"""What each server parameter gains over the default of a new server.

Runs on a temporary embedded Postgres with synthetic memories (corpus.py). Two sessions
that differ only in one parameter take turns running the same calls; the ratio of their
medians shows the effect. docs/guides/azure.md has the result.

Usage: make bench-settings [OPTIONS="--rows 100000"]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

import psycopg

from bench.corpus import LARGE, OWNER, Corpus, Query
from bench.deployed import deployed_database
from bench.filling import GRAPH, connect, fill
from kodiai import Client

#: Parameter, its value on a new Azure server, the value to try.
SETTINGS = [
    ("work_mem", "4MB", "16MB"),
    ("work_mem", "4MB", "64MB"),
    ("random_page_cost", "2", "1.1"),
    ("jit", "off", "on"),
    ("effective_cache_size", "4GB", "12GB"),
]
#: The graph of 100,000 memories needs 70 MB.
BUILDS = [
    ("maintenance_work_mem", "32MB", "1GB"),
    ("max_parallel_maintenance_workers", "0", "2"),
]


class Line(NamedTuple):
    """Milliseconds with the default and with the other value."""

    call: str
    setting: str
    default: str
    other: str
    by_default: float
    with_other: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Time the effect of server parameters."
    )
    parser.add_argument("--rows", type=int, default=100_000, help="(100000)")
    parser.add_argument("--dimensions", type=int, default=1024, help="(1024)")
    parser.add_argument("--repeat", type=int, default=60, help="calls per setting (60)")
    arguments = parser.parse_args()
    corpus = Corpus(arguments.dimensions)
    with (
        deployed_database(embedding_dim=arguments.dimensions) as url,
        connect(url) as admin,
    ):
        fill(admin, corpus.batches(arguments.rows), arguments.rows)
        queries = corpus.queries(arguments.repeat)
        for setting in SETTINGS:
            report(measure_searches(url, queries, *setting))
        for setting in BUILDS:
            report([measure_build(admin, *setting)])


def measure_searches(
    url: str, queries: list[Query], setting: str, default: str, other: str
) -> Iterable[Line]:
    """Run the same queries in two sessions, in turns."""
    sessions = [
        psycopg.connect(url, options=f"-c {setting}={value}", autocommit=True)
        for value in (default, other)
    ]
    clients = [Client(session) for session in sessions]
    scopes = {
        "search, one repository": (LARGE, None),
        "search, whole owner": (None, OWNER),
    }
    for name, (repo, owner) in scopes.items():
        times: list[list[float]] = [[], []]
        turns = list(zip(clients, times, strict=True))
        for text, embedding in queries:
            # The second session finds more in the cache.
            turns.reverse()
            for client, spent in turns:
                start = time.perf_counter()
                client.search_memories(repo, text, embedding, owner=owner)
                spent.append((time.perf_counter() - start) * 1000)
        # Skip the first calls, which plan and fill the cache.
        medians = [median(spent[10:]) for spent in times]
        yield Line(name, setting, default, other, *medians)
    for session in sessions:
        session.close()


def measure_build(
    admin: psycopg.Connection, setting: str, default: str, other: str
) -> Line:
    """Build the graph with both values."""
    times = []
    for value in (default, other):
        admin.execute(f"set {setting} = '{value}'".encode())
        start = time.perf_counter()
        admin.execute(f"reindex index {GRAPH}".encode())
        times.append((time.perf_counter() - start) * 1000)
        admin.execute(f"reset {setting}".encode())
    return Line("graph", setting, default, other, *times)


def report(lines: Iterable[Line]) -> None:
    for line in lines:
        ratio = line.with_other / line.by_default
        print(
            f"{line.call:<24}{line.setting} {line.default} -> {line.other}: "
            f"{line.by_default:.1f} -> {line.with_other:.1f} ms, x {ratio:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
