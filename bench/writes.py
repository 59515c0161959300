"""How fast memories are written and marked stale, and how that affects searches.

Runs on a temporary embedded Postgres that already has synthetic memories (corpus.py).
Measures write_memories against COPY into the same table, with the same indexes and
triggers, in turns; an initial load that builds the graph at the end;
mark_stale_memories; and searches by several clients, alone and while another writes.

Usage: make bench-writes [OPTIONS="--rows 20000"]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from statistics import median, quantiles
from typing import Any

import psycopg
from tqdm import tqdm

from bench.corpus import LARGE, MODEL, OWNER, Corpus, Memories, Query
from bench.deployed import deployed_database
from bench.filling import WIDTH, connect, copy, fill
from kodiai import Client, NewMemory

BATCH = 1000
SECONDS = 10


def main() -> None:
    arguments = parse_arguments()
    corpus = Corpus(arguments.dimensions)
    with (
        deployed_database(embedding_dim=arguments.dimensions) as url,
        connect(url) as admin,
    ):
        start = time.monotonic()
        fill(admin, corpus.batches(arguments.rows), arguments.rows)
        print(
            f"Initial load: {arguments.rows / (time.monotonic() - start):.0f} rows/s\n"
        )
        compare_writes(url, admin, corpus, arguments.batches)
        measure_searches(url, corpus, arguments.clients)
        measure_marking(url, admin)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time writes, and searches meanwhile.")
    parser.add_argument(
        "--rows", type=int, default=100_000, help="initial memories (100000)"
    )
    parser.add_argument("--dimensions", type=int, default=1024, help="(1024)")
    parser.add_argument("--batches", type=int, default=10, help="of 1000 rows (10)")
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 4, 16])
    return parser.parse_args()


def as_objects(memories: Memories) -> list[NewMemory]:
    return [
        {
            "repo": memories.repos[n],
            "finding_id": memories.first_id + n,
            "finding_text": memories.texts[n],
            "severity": memories.severities[n],
            "category": memories.categories[n],
            "file_path": memories.paths[n],
            "language": memories.languages[n],
            "outcome": memories.outcomes[n],
        }
        for n in range(len(memories))
    ]


def compare_writes(
    url: str, admin: psycopg.Connection, corpus: Corpus, batches: int
) -> None:
    """Write batches with COPY and with write_memories, in turns."""
    seconds: dict[str, list[float]] = {"COPY": [], "write_memories": []}
    with Client.connect(url) as client:
        for _ in tqdm(range(batches), "Writing", ncols=WIDTH, unit=""):
            memories = corpus.memories(BATCH)
            start = time.perf_counter()
            copy(admin, memories)
            seconds["COPY"].append(time.perf_counter() - start)
            memories = corpus.memories(BATCH)
            objects = as_objects(memories)
            start = time.perf_counter()
            client.write_memories(objects, memories.embeddings)
            seconds["write_memories"].append(time.perf_counter() - start)
    for name, times in seconds.items():
        print(f"{name:<40}{BATCH / median(times):>8.0f} rows/s")
    ratio = median(
        copied / written for copied, written in zip(*seconds.values(), strict=True)
    )
    print(f"{'write_memories : COPY':<40}{ratio:>8.2f}\n")


@dataclass
class Task:
    """What a client process does until it is stopped."""

    url: str
    queries: list[Query]
    number: int


def search_until(task: Task, started: Any, stop: Event, results: Any) -> None:
    times = []
    with Client.connect(task.url) as client:
        started.wait()
        n = task.number
        while not stop.is_set():
            n += 1
            text, embedding = task.queries[n % len(task.queries)]
            # Every fourth query searches all of the owner, the others one repository.
            repo = (
                None
                if n % 4 == 0
                else LARGE
                if n % 4 == 1
                else f"{OWNER}/repo{n % 50 + 2}"
            )
            start = time.perf_counter()
            client.search_memories(repo, text, embedding, owner=None if repo else OWNER)
            times.append((time.perf_counter() - start) * 1000)
    results.put(times)


def write_until(
    url: str, dimensions: int, started: Any, stop: Event, results: Any
) -> None:
    corpus = Corpus(dimensions, seed=2)
    corpus.written = 10**9
    written = 0
    with Client.connect(url) as client:
        started.wait()
        while not stop.is_set():
            memories = corpus.memories(100)
            client.write_memories(as_objects(memories), memories.embeddings)
            written += len(memories)
    results.put(written)


def measure_searches(url: str, corpus: Corpus, clients: list[int]) -> None:
    context = get_context("spawn")
    queries = corpus.queries(200)
    print(
        f"{'searches by':<24}{'calls/s':>10}{'p50 ms':>10}{'p95 ms':>10}"
        f"{'written/s':>12}"
    )
    for count in clients:
        for writes in (False, True):
            started = context.Barrier(count + 1 + writes)
            stop, results, counts = context.Event(), context.Queue(), context.Queue()
            processes = [
                context.Process(
                    target=search_until,
                    args=(Task(url, queries, n * 7), started, stop, results),
                )
                for n in range(count)
            ]
            if writes:
                processes.append(
                    context.Process(
                        target=write_until,
                        args=(url, corpus.dimensions, started, stop, counts),
                    )
                )
            for process in processes:
                process.start()
            started.wait()
            time.sleep(SECONDS)
            stop.set()
            times = [each for _ in range(count) for each in results.get()]
            written = counts.get() / SECONDS if writes else 0
            for process in processes:
                process.join()
            name = f"{count} clients" + (", one writes" if writes else "")
            print(
                f"{name:<24}{len(times) / SECONDS:>10.0f}{median(times):>10.1f}"
                f"{quantiles(times, n=20)[-1]:>10.1f}{written:>12.0f}",
                flush=True,
            )
    print()


def measure_marking(url: str, admin: psycopg.Connection) -> None:
    admin.execute("vacuum learning_memories")
    updates = (
        "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = %s"
    )
    table = ("learning_memories",)
    before = admin.execute(updates, table).fetchone() or (0, 0)
    with Client.connect(url) as client:
        start = time.perf_counter()
        marked = client.mark_stale_memories(None, embedding_model=MODEL, owner=OWNER)
        seconds = time.perf_counter() - start
    time.sleep(1.5)  # until the client's session has reported its statistics
    after = admin.execute(updates, table).fetchone() or (0, 0)
    print(
        f"mark_stale_memories: {marked} rows in {seconds:.2f} s,"
        f" {(after[1] - before[1]) / max(1, after[0] - before[0]):.1%} HOT"
    )


if __name__ == "__main__":
    main()
