"""How long the text arm takes, and what its index costs writes.

Fills a temporary embedded Postgres: a fifth of the memories in one repository, the rest
in 199. The words of texts and queries have the frequencies of natural language
(Zipf-Mandelbrot), so a query has both common and rare words.

Usage: make bench-text [OPTIONS="--memories 20000 --repeat 50"]
"""

from __future__ import annotations

import argparse
import random
import time
from itertools import accumulate
from statistics import median, quantiles

import psycopg
from tqdm import tqdm

from bench import corpus
from bench.deployed import deployed_database
from kodiai import Client, NewMemory

WIDTH = 80
BATCH = 1000
WORDS = corpus.WORDS.tolist()
STOP_WORDS = corpus.STOP_WORDS.tolist()
SHARES = list(accumulate(1 / (rank + 10) for rank in range(len(WORDS))))
TRIGGER = "alter table learning_memories {} trigger learning_memories_postings_insert"


def main() -> None:
    arguments = parse_arguments()
    with (
        deployed_database() as url,
        psycopg.connect(url, autocommit=True) as admin,
        Client.connect(url) as client,
    ):
        admin.execute("set search_path = kodiai, public")
        rng = random.Random(1)  # noqa: S311
        measure_writes(client, admin, rng)
        write(client, rng, arguments.memories, "Filling")
        measure_queries(client, "right after the load", arguments.repeat)
        admin.execute("vacuum analyze")
        measure_queries(client, "after vacuum analyze", arguments.repeat)
        report_sizes(admin)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the text arm of the search.")
    parser.add_argument("--memories", type=int, default=100_000, help="(100000)")
    parser.add_argument("--repeat", type=int, default=200, help="queries (200)")
    return parser.parse_args()


def words(rng: random.Random, count: int) -> list[str]:
    return rng.choices(WORDS, cum_weights=SHARES, k=count)


def memory(rng: random.Random) -> NewMemory:
    """Make a memory of about 20 words, plus the usual share of stop words."""
    is_large = rng.random() < 1 / 5
    length = max(3, round(rng.lognormvariate(2.9, 0.5)))
    return {
        "repo": "acme/large" if is_large else f"acme/repo{rng.randrange(199)}",
        "finding_text": " ".join(
            words(rng, length) + rng.choices(STOP_WORDS, k=length * 2 // 3)
        ),
        "severity": "minor",
        "category": "style",
        "file_path": "src/module.py",
        "outcome": "accepted",
        "embedding_model": "none",
    }


def write(
    client: Client, rng: random.Random, count: int, progress: str | None
) -> float:
    """Write memories in batches; return the seconds spent in the calls."""
    seconds = 0.0
    batches = range(0, count, BATCH)
    for _ in tqdm(batches, progress, ncols=WIDTH, disable=progress is None):
        memories = [memory(rng) for _ in range(BATCH)]
        start = time.perf_counter()
        client.write_memories(memories, [None] * BATCH)
        seconds += time.perf_counter() - start
    return seconds


def measure_writes(
    client: Client, admin: psycopg.Connection, rng: random.Random
) -> None:
    """Write 10,000 memories with and without postings, in turns."""
    ratios = []
    for _ in tqdm(range(5), "Writing", ncols=WIDTH):
        seconds = {}
        for state in ("disable", "enable"):
            admin.execute("truncate learning_memories, postings")
            admin.execute(TRIGGER.format(state).encode())
            seconds[state] = write(client, rng, 10 * BATCH, None)
        ratios.append(seconds["enable"] / seconds["disable"])
    admin.execute("truncate learning_memories, postings")
    print(
        "\nWriting memories without embeddings, in batches of 1000: with postings it"
        f"\ntakes {median(ratios):.2f} times as long as with only search_tsv and GIN"
        f" ({min(ratios):.2f} to {max(ratios):.2f}).\n"
    )


def measure_queries(client: Client, when: str, repeat: int) -> None:
    print(f"\n{when:<26}{'query':<18}{'rows':>6}{'p50 ms':>10}{'p95 ms':>10}")
    for name, repo, owner in (
        ("one large repository", "acme/large", None),
        ("one small repository", "acme/repo7", None),
        ("all of the owner", None, "acme"),
    ):
        for count in (2, 8):
            rng = random.Random(2)  # noqa: S311
            times = []
            found = 0
            for _ in range(repeat + 6):  # generic plans start after the fifth
                query = " ".join(words(rng, count))
                start = time.perf_counter()
                rows = client.search_memories(repo, query, owner=owner)
                times.append((time.perf_counter() - start) * 1000)
                found += len(rows)
            times = times[6:]
            print(
                f"{name:<26}{f'{count} words':<18}{found / (repeat + 6):>6.1f}"
                f"{median(times):>10.1f}{quantiles(times, n=20)[-1]:>10.1f}",
                flush=True,
            )


def report_sizes(admin: psycopg.Connection) -> None:
    print()
    for relation in ("postings", "learning_memories_search_tsv_idx"):
        (size,) = admin.execute(
            "select pg_size_pretty(pg_total_relation_size(%s))", (relation,)
        ).fetchone() or (None,)
        print(f"{relation:<44}{size:>26}")


if __name__ == "__main__":
    main()
