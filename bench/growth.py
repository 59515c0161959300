"""How search time and disk space grow with the number of memories.

Each size gets its own embedded Postgres, filled with synthetic memories (corpus.py).
The repository that is searched always has 2,000 memories, scattered among the others.

Usage: make bench-growth [OPTIONS="--rows 10000 100000 1000000 --save"]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

import psycopg

from bench import page
from bench.corpus import OWNER, Corpus, Memories
from bench.deployed import deployed_database
from bench.filling import connect, fill
from kodiai import Client

REPO, ROWS = f"{OWNER}/same", 2000
WARM_UP = 20

SIZES = {
    "table": "learning_memories",
    "graph": "learning_memories_embedding_idx",
    "codes": "learning_memories_scope_idx",
    "postings": "postings",
    "GIN": "learning_memories_search_tsv_idx",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Time a search as the number of memories grows."
    )
    parser.add_argument(
        "--rows", type=int, nargs="*", default=[10_000, 100_000], help="(10000 100000)"
    )
    parser.add_argument("--dimensions", type=int, default=1024, help="(1024)")
    parser.add_argument("--repeat", type=int, default=200, help="queries (200)")
    parser.add_argument(
        "--save", action="store_true", help="write docs/explanation/benchmarks.md"
    )
    arguments = parser.parse_args()
    lines = [
        measure(rows, arguments.dimensions, arguments.repeat) for rows in arguments.rows
    ]
    report(lines)
    if arguments.save:
        page.write_growth(lines)


def measure(rows: int, dimensions: int, repeat: int) -> dict[str, Any]:
    corpus = Corpus(dimensions)

    def batches() -> Iterator[Memories]:
        # Scatter the rows of the repository: a tenth of them per tenth of the load.
        for _ in range(10):
            yield from corpus.batches((rows - ROWS) // 10)
            yield corpus.memories(ROWS // 10, REPO)

    with deployed_database(embedding_dim=dimensions) as url, connect(url) as admin:
        start = time.monotonic()
        fill(admin, batches(), rows)
        line: dict[str, Any] = {"rows": rows, "load, s": time.monotonic() - start}
        queries = corpus.queries(repeat + WARM_UP)
        with Client.connect(url) as client:
            for name, repo in (("same", REPO), ("all", None)):
                times = []
                for text, embedding in queries:
                    start = time.perf_counter()
                    client.search_memories(
                        repo, text, embedding, owner=None if repo else OWNER
                    )
                    times.append((time.perf_counter() - start) * 1000)
                line[f"{name} p50, ms"] = median(times[WARM_UP:])
                line[f"{name} p95, ms"] = quantiles(times[WARM_UP:], n=20)[-1]
            for check in client.check_search(None, OWNER):
                print(f"{check.check_name}: {check.detail}", flush=True)
        for name, relation in SIZES.items():
            line[f"{name}, bytes of a memory"] = size(admin, relation) / rows
    return line


def size(admin: psycopg.Connection, relation: str) -> int:
    # Tables include TOAST; postings also includes its primary key.
    function = "pg_total_relation_size" if relation == "postings" else "pg_table_size"
    row = admin.execute(f"select {function}(%s)".encode(), (relation,)).fetchone()
    return row[0] if row else 0


def report(lines: list[dict[str, Any]]) -> None:
    print(f"\n{'memories':<34}" + "".join(f"{line['rows']:>14,}" for line in lines))
    for name in (name for name in lines[0] if name != "rows"):
        digits = 1 if name.endswith("ms") else 0
        values = [f"{line[name]:>14.{digits}f}" for line in lines]
        print(f"{name:<34}" + "".join(values))


if __name__ == "__main__":
    main()
