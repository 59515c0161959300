"""What the benchmark compares: each system searches its own tables on one server.

search.py starts one process per system, in the environment that the system needs (see
rivals/). The process reads lines of JSON, each a scenario or a number of clients, and
answers each with what it measured: times, rows, recall, and the server's CPU time,
which depends far less than the times on what else the machine does.

Usage: python -m bench.systems URL TASKS SYSTEM
"""

from __future__ import annotations

import json
import math
import pickle
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import numpy as np
import psycopg

import rivals
from rivals import RIVALS, K, Scope, Search

CANDIDATES = 50
WARM_UP = 8  # generic plans start after the fifth
SECONDS = 3
GRAPH_MIN_SHARE = 50  # percent
GRAPH_MIN_MEMORIES = 30_000  # memories
OWNER = "acme"
KODIAI, FLOOR = OURS = ("kodiai", "floor by hand")
SYSTEMS = [*OURS, *RIVALS]


@dataclass(frozen=True)
class Scenario(Scope):
    """A named scope of the synthetic memories."""

    name: str
    owner: str = field(default=OWNER, kw_only=True)


@dataclass(frozen=True)
class Tasks:
    """Queries (text, embedding), and per scenario the nearest finding_ids of each."""

    dimensions: int
    scenarios: list[Scenario]
    queries: list[tuple[str, np.ndarray]]
    nearest: dict[str, list[list[int]]]


def connect(system: str, url: str, tasks: Tasks) -> Search:
    if system == KODIAI:
        return kodiai(url)
    if system == FLOOR:
        return floor(url)
    return rivals.connect(system, url, tasks.dimensions, CANDIDATES)


def kodiai(url: str) -> Search:
    from kodiai import Client

    client = Client.connect(url)

    def search(scope: Scope, text: str | None, vector: np.ndarray) -> list[int]:
        found = client.search_memories(
            scope.repo,
            text,
            vector,
            limit=K,
            owner=None if scope.repo else scope.owner,
            severities=scope.severities,
            path_prefix=scope.path_prefix,
            created_after=scope.created_after,
        )
        return [row.finding_id or 0 for row in found]

    return search


# The floor: hand-written, prepared SQL that checks nothing and returns only ids. Takes
# the faster of two ways to find the nearest embeddings, and all postings of the terms.
FLOOR_VECTOR = """
select d.finding_id
from (
  select d.id from learning_memories as d
  where {conditions}
  order by {order}
  limit 200
) as c
cross join lateral (
  select d.finding_id, d.embedding <=> %(vector)s::vector as distance
  from learning_memories as d
  where d.id = c.id and not d.stale
  offset 0
) as d
order by d.distance
limit 20
"""
FLOOR_TEXT = """
select d.finding_id
from (
  select p.document_id, sum(p.weight) as score
  from (
    select
      p.document_id,
      ln(1 + {documents} / count(*) over (partition by t.lexeme)) * p.frequency
      / (p.frequency + 0.3 + 0.9 * p.length / 20) as weight
    from unnest(to_tsvector('english', %(text)s)) as t
    cross join lateral (
      select p.document_id, p.frequency, p.length
      from postings as p
      where
        p.term = any (
          (select _posting_slots('learning_memories', 'acme', t.lexeme))::bigint[]
        )
        and p.repo_hash between {first} and {last}
      offset 0
    ) as p
  ) as p
  group by p.document_id
  order by score desc
  limit {candidates}
) as c
cross join lateral (
  select d.finding_id
  from learning_memories as d
  where d.id = c.document_id and not d.stale and {conditions}
  offset 0
) as d
order by c.score desc
limit 20
"""


def floor(url: str) -> Search:
    connection = psycopg.connect(url, autocommit=True)
    connection.prepare_threshold = 0
    connection.execute("set search_path = kodiai, public")
    for setting in ("enable_seqscan", "enable_bitmapscan", "jit"):
        connection.execute(f"set {setting} = off".encode())
    connection.execute("set hnsw.iterative_scan = relaxed_order")
    connection.execute("set hnsw.ef_search = 300")
    (length,) = connection.execute(
        "select atttypmod from pg_attribute where attname = 'embedding_code'"
        " and attrelid = 'learning_memories'::regclass"
    ).fetchone() or (0,)
    code = f"_quantize(%(vector)s::vector)::bit({length})"
    (documents,) = connection.execute(
        "select count(*) from learning_memories"
    ).fetchone() or (0,)

    def statements(scope: Scope) -> tuple[str, str]:
        repo_hash = f"_posting_repo('{scope.repo}')"
        uses_graph = scope.share >= GRAPH_MIN_SHARE and documents > GRAPH_MIN_MEMORIES
        vector = FLOOR_VECTOR.format(
            conditions=rivals.conditions(scope),
            order=f"(d.embedding_code <~> {code})" + ("" if uses_graph else " + 0.0"),
        )
        text = FLOOR_TEXT.format(
            documents=documents,
            first=repo_hash if scope.repo else -(2**63),
            last=repo_hash if scope.repo else 2**63 - 1,
            conditions=rivals.conditions(scope),
            # With filters, enough candidates must remain after them.
            candidates=5000 if scope.severities else 200,
        )
        return vector, text

    prepared: dict[Scope, tuple[str, str]] = {}

    def search(scope: Scope, text: str | None, vector: np.ndarray) -> list[int]:
        by_vector, by_text = prepared.setdefault(scope, statements(scope))
        return rivals.execute_both(connection, by_vector, by_text, text, vector)

    return search


def cpu_times(observer: psycopg.Connection) -> dict[int, int]:
    """Return the CPU nanoseconds of each local backend of this database.

    Only one system runs at a time, so the backends of the others add nothing. Parallel
    workers are separate processes and are not counted.
    """
    backends = observer.execute(
        "select pid from pg_stat_activity where datname = current_database()"
        " and backend_type = 'client backend' and pid <> pg_backend_pid()"
    )
    times = {}
    for (pid,) in backends:
        process = Path(f"/proc/{pid}")
        with suppress(OSError):
            # On a remote server, the pid may be that of an unrelated local process.
            if observer.info.dbname in (process / "cmdline").read_text():
                times[pid] = int((process / "schedstat").read_text().split()[0])
    return times


def measure(
    search: Search, tasks: Tasks, scenario: Scenario, observer: psycopg.Connection
) -> dict[str, Any]:
    """Run every query with both arms for the time, with the vector arm for recall."""
    for text, vector in tasks.queries[:WARM_UP]:
        search(scenario, text, vector)
    times, rows = [], []
    before = cpu_times(observer)
    for text, vector in tasks.queries:
        start = time.perf_counter()
        found = search(scenario, text, vector)
        times.append((time.perf_counter() - start) * 1000)
        rows.append(len(found))
    after = cpu_times(observer)
    cpu = sum(after[backend] - before.get(backend, 0) for backend in after)
    recalls = [
        len(set(search(scenario, None, vector)) & set(nearest)) / max(1, len(nearest))
        for (_, vector), nearest in zip(
            tasks.queries, tasks.nearest[scenario.name], strict=True
        )
    ]
    return {
        "p50": median(times),
        "p95": quantiles(times, n=20)[-1],
        "cpu": (cpu or math.nan) / len(times) / 1e6,
        "rows": mean(rows),
        "recall": mean(recalls),
    }


def run_client(
    url: str, tasks: Tasks, system: str, first: int, start: Barrier, results: Any
) -> None:
    """Cycle through the scenarios, one query at a time, for SECONDS."""
    search = connect(system, url, tasks)
    calls = [
        (scenario, *query) for query in tasks.queries for scenario in tasks.scenarios
    ]
    calls = calls[first * 7 % len(calls) :] + calls[: first * 7 % len(calls)]
    search(*calls[0])
    start.wait()
    end = time.perf_counter() + SECONDS
    times = []
    for n in range(10**9):
        begin = time.perf_counter()
        if begin > end:
            break
        search(*calls[n % len(calls)])
        times.append((time.perf_counter() - begin) * 1000)
    results.put(times)


def throughput(url: str, tasks: Tasks, system: str, clients: int) -> dict[str, Any]:
    """Run queries from concurrent clients, each in its own process."""
    context = get_context("spawn")
    start, results = context.Barrier(clients), context.Queue()
    processes = [
        context.Process(target=run_client, args=(url, tasks, system, n, start, results))
        for n in range(clients)
    ]
    for process in processes:
        process.start()
    times = [time for _ in processes for time in results.get()]
    for process in processes:
        process.join()
    return {
        "calls/s": len(times) / SECONDS,
        "p95": quantiles(times, n=20)[-1],
    }


def main() -> None:
    _, url, path, system = sys.argv
    tasks: Tasks = pickle.loads(Path(path).read_bytes())  # noqa: S301 - of search.py
    search = connect(system, url, tasks)
    observer = psycopg.connect(url, autocommit=True)
    scenarios = {scenario.name: scenario for scenario in tasks.scenarios}
    for line in sys.stdin:
        request = json.loads(line)
        if "clients" in request:
            answer = throughput(url, tasks, system, request["clients"])
        else:
            answer = measure(search, tasks, scenarios[request["scenario"]], observer)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
