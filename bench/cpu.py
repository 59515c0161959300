"""Server CPU time per call of search_memories, on both sides.

The kernel counts the CPU time of the backend that serves a connection, so other load on
the machine matters little. Both sides answer the same queries in short, alternating
turns.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import psycopg
from pgvector.psycopg import register_vector
from tqdm import tqdm

from bench.corpus import COLUMNS, MODEL, Corpus, Memories
from bench.filling import TYPES, WIDTH
from bench.search import SCENARIOS, make_tasks
from bench.sides import SIDES, Side, Table, both_sides
from bench.systems import OWNER, Scenario, Tasks
from rivals import K

ARMS = ("hybrid", "vectors", "text")
TURN = 5  # queries


@dataclass
class Line:
    """CPU time and results of one side for each query in a scope."""

    milliseconds: np.ndarray
    found: list[list[int]]
    nearest: list[list[int]]

    @property
    def rows(self) -> float:
        return mean(map(len, self.found))

    @property
    def recall(self) -> float:
        pairs = zip(self.found, self.nearest, strict=True)
        return mean(len({*got} & {*near}) / max(len(near), 1) for got, near in pairs)


Lines = dict[tuple[str, str, Side], Line]


class Session:
    """A connection and its backend process."""

    def __init__(self, url: str, side: Side, core: int) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        register_vector(self.connection)
        pid = self.connection.info.backend_pid
        os.sched_setaffinity(pid, {core})
        self.process = Path(f"/proc/{pid}")
        self.statement = (
            f"select finding_id from {side.schema}.search_memories("
            "p_repo => %(repo)s, p_owner => %(owner)s, p_limit => %(limit)s,"
            " p_query_text => %(text)s, p_query_embedding => %(vector)s,"
            " p_severities => %(severities)s, p_path_prefix => %(path_prefix)s,"
            " p_created_after => %(created_after)s)"
        )

    def cpu(self) -> float:
        """Return the CPU time of the backend in milliseconds, once it is idle."""
        # The kernel updates the counter when it takes the process off the CPU.
        while (self.process / "stat").read_text().rpartition(")")[2].split()[0] == "R":
            time.sleep(0)
        return int((self.process / "schedstat").read_text().split()[0]) / 1e6

    def search(
        self, scenario: Scenario, text: str | None, vector: np.ndarray | None
    ) -> tuple[float, list[int]]:
        """Return the CPU milliseconds of a call and the ids that it found."""
        before = self.cpu()
        found = self.connection.execute(
            self.statement.encode(),
            {
                "repo": scenario.repo,
                "owner": None if scenario.repo else OWNER,
                "limit": K,
                "text": text,
                "vector": vector,
                "severities": scenario.severities and list(scenario.severities),
                "path_prefix": scenario.path_prefix,
                "created_after": scenario.created_after,
            },
        ).fetchall()
        return self.cpu() - before, [row[0] for row in found]


def compare_times(arguments: argparse.Namespace) -> bool:
    corpus = Corpus(arguments.dimensions)
    batches: list[Memories] = []

    def rows() -> Iterator[tuple[object, ...]]:
        for batch in corpus.batches(arguments.rows):
            batches.append(batch)
            for n, row in enumerate(batch.rows(), batch.first_id):
                yield (n, *row)

    columns = {"id": "int8"} | dict(zip(COLUMNS, TYPES.split(), strict=True))
    tables = [Table("learning_memories", columns, rows(), arguments.rows)]
    with both_sides(arguments, tables, MODEL) as url:
        tasks = make_tasks(corpus, batches, arguments)
        report(measure(url, tasks, arguments.rounds))
    return True


def measure(url: str, tasks: Tasks, rounds: int) -> Lines:
    """Run every query in every scope, alternating between the sides.

    Keeps the fastest of the rounds: noise, such as a cold cache, only adds time.
    """
    searches = [(arm, scenario) for arm in ARMS for scenario in tasks.scenarios]
    count = len(tasks.queries)
    lines: Lines = {
        (arm, scenario.name, side): Line(
            np.full(count, np.inf), [[]] * count, tasks.nearest[scenario.name]
        )
        for arm, scenario in searches
        for side in SIDES
    }
    cores = sorted(os.sched_getaffinity(0))
    turns = [(n, *pair) for n in range(rounds) for pair in searches]
    sessions: dict[Side, Session] = {}
    for n, arm, scenario in tqdm(turns, "Measuring", ncols=WIDTH, unit=""):
        if (arm, scenario) == searches[0]:
            # New backends, in the opposite order: memory layout makes some slower. Both
            # run on the same core, to compete with the same other processes.
            for side in SIDES if n % 2 else SIDES[::-1]:
                sessions[side] = Session(url, side, cores[n % len(cores)])
        for first in range(-TURN, count, TURN):
            for side in SIDES if (first // TURN + n) % 2 else SIDES[::-1]:
                line = lines[arm, scenario.name, side]
                for q in range(max(first, 0), min(max(first, 0) + TURN, count)):
                    text, vector = tasks.queries[q]
                    spent, line.found[q] = sessions[side].search(
                        scenario,
                        None if arm == "vectors" else text,
                        None if arm == "text" else vector,
                    )
                    # The first turn is a warm-up.
                    if first >= 0:
                        line.milliseconds[q] = min(line.milliseconds[q], spent)
    return lines


def report(lines: Lines) -> None:
    """Print the means and 95th percentiles over the queries.

    The standard error is that of a ratio of means of pairs, because both sides run each
    query.
    """
    for arm in ARMS:
        found = "recall" if arm == "vectors" else "rows"
        print(
            f"\n{f'{arm}, CPU ms, k = {K}':<24}{'base':>8}{'head':>8}{'ratio':>8}"
            f"{'+-':>7}{'p95':>7}{'p95':>7}{found:>12}"
        )
        ratios = []
        for scenario in SCENARIOS:
            base, head = (lines[arm, scenario.name, side] for side in SIDES)
            means = base.milliseconds.mean(), head.milliseconds.mean()
            ratio = means[1] / means[0]
            rest = head.milliseconds - ratio * base.milliseconds
            error = rest.std() / means[0] / len(rest) ** 0.5
            p95 = [np.percentile(line.milliseconds, 95) for line in (base, head)]
            digits = 3 if arm == "vectors" else 1
            values = [getattr(line, found) for line in (base, head)]
            print(
                f"{f'{scenario.name} ({scenario.share:g} %)':<24}{means[0]:>8.2f}"
                f"{means[1]:>8.2f}{ratio:>8.3f}{error:>7.3f}{p95[0]:>7.1f}{p95[1]:>7.1f}"
                f"{values[0]:>6.{digits}f}{values[1]:>6.{digits}f}"
            )
            ratios.append(ratio)
        print(f"{'mean of the ratios':<40}{mean(ratios):>8.3f}")
