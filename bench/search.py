"""How fast and how complete searches are: kodiai, a hand-written floor, and rivals.

Fills a temporary embedded Postgres, or a new database on the given server, with
synthetic memories of 200 repositories (corpus.py), and the tables of the rivals with
the same. Then runs the same queries with the same filters on each (systems.py). Compare
only ratios within one run.

Usage: make bench [OPTIONS="--rows 20000 --dimensions 384 --no-rivals"]
       make bench OPTIONS="--server postgresql://postgres@localhost"
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
from tqdm import tqdm

from bench import page
from bench.corpus import LARGE, MIDDLE, NOW, SMALL, TINY, Corpus, Memories
from bench.deployed import ROOT, deployed_database
from bench.filling import WIDTH, connect, fill, nearest
from bench.systems import OURS, SYSTEMS, Scenario, Tasks
from rivals import INSTALLED, PG_TEXTSEARCH, K, documents, pg_textsearch

RECENT = NOW - timedelta(days=180)

SCENARIOS = [
    Scenario("all"),
    Scenario("minor", share=50, severities=("minor",)),
    Scenario("large repo", share=21, repo=LARGE),
    Scenario("critical", share=5, severities=("critical",)),
    Scenario("middle repo", share=3.6, repo=MIDDLE),
    Scenario(
        "large, 3 filters",
        share=3,
        repo=LARGE,
        severities=("medium", "minor"),
        path_prefix="src/core/",
        created_after=RECENT,
    ),
    Scenario("small repo", share=0.7, repo=SMALL),
    Scenario(
        "all, 3 filters",
        share=0.5,
        severities=("critical",),
        path_prefix="src/api/",
        created_after=RECENT,
    ),
    Scenario("tiny repo", share=0.06, repo=TINY),
]

LOAD_DOCUMENTS = """
insert into documents (
  id, owner, repo, content, severity, file_path, created_at, created, embedding
)
select
  finding_id, owner, repo, finding_text, severity, file_path, created_at,
  extract(epoch from created_at), embedding
from kodiai.learning_memories
order by id
"""


def main() -> None:
    arguments = parse_arguments()
    names = [
        name for name in arguments.systems if name in OURS or not arguments.no_rivals
    ]
    start = time.monotonic()
    with deployed_database(
        embedding_dim=arguments.dimensions, server=arguments.server
    ) as url:
        corpus = Corpus(arguments.dimensions)
        batches: list[Memories] = []

        def kept() -> Iterator[Memories]:
            for batch in corpus.batches(arguments.rows):
                batches.append(batch)
                yield batch

        with connect(url) as admin:
            if PG_TEXTSEARCH in names and not has_pg_textsearch(admin):
                names.remove(PG_TEXTSEARCH)
            fill(admin, kept(), arguments.rows)
            if not set(OURS).issuperset(names):
                fill_rivals(url, admin, arguments.dimensions, names)
        tasks = make_tasks(corpus, batches, arguments)
        lines = measure(url, tasks, names, arguments.clients)
    report(lines)
    print(f"\n{(time.monotonic() - start) / 60:.1f} minutes")
    if arguments.save:
        page.write_comparison(lines, SCENARIOS)
        if PG_TEXTSEARCH in names:
            page.write_rival(lines, SCENARIOS)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare searches side by side.")
    parser.add_argument("--rows", type=int, default=50_000, help="memories (50000)")
    parser.add_argument("--dimensions", type=int, default=1024, help="(1024)")
    parser.add_argument(
        "--queries", type=int, default=40, help="queries per scope (40)"
    )
    parser.add_argument(
        "--clients", type=int, nargs="*", default=[4], help="concurrent clients (4)"
    )
    parser.add_argument(
        "--no-rivals",
        action="store_true",
        help="measure only kodiai and the floor by hand",
    )
    parser.add_argument(
        "--systems", nargs="*", choices=SYSTEMS, default=SYSTEMS, help="(all)"
    )
    parser.add_argument(
        "--server",
        metavar="URL",
        help="superuser's URL of a server to create a temporary database on"
        " (an embedded server)",
    )
    parser.add_argument(
        "--save", action="store_true", help="write docs/explanation/benchmarks.md"
    )
    return parser.parse_args()


def python_of(system: str) -> str:
    if system in INSTALLED:
        return str(ROOT / ".venv-rivals/bin/python")
    return sys.executable


def has_pg_textsearch(admin: psycopg.Connection) -> bool:
    """Create the extension; print the reason if that fails."""
    try:
        pg_textsearch.create_extension(admin)
    except psycopg.Error as error:
        reason = error.diag.message_primary
        page = "docs/explanation/benchmarks.md"
        print(f"Skipping {PG_TEXTSEARCH}, see {page}: {reason}", flush=True)
        return False
    return True


def fill_rivals(
    url: str, admin: psycopg.Connection, dimensions: int, names: list[str]
) -> None:
    admin.execute("set search_path = public")
    print("Filling the table of the rivals ...", flush=True)
    documents.create(admin, dimensions)
    admin.execute(LOAD_DOCUMENTS)
    print("Building its graph ...", flush=True)
    documents.create_indexes(admin, graph=True)
    if PG_TEXTSEARCH in names:
        admin.execute(pg_textsearch.INDEX)
    if "LlamaIndex" in names:
        print("Filling the table of LlamaIndex and building its graph ...", flush=True)
        command = [python_of("LlamaIndex"), "-m", "rivals.llama_index"]
        subprocess.run([*command, url, str(dimensions)], cwd=ROOT, check=True)
    admin.execute("vacuum analyze")


def make_tasks(
    corpus: Corpus, batches: list[Memories], arguments: argparse.Namespace
) -> Tasks:
    queries = corpus.queries(arguments.queries)
    embeddings = np.concatenate([batch.embeddings for batch in batches])
    ids = np.arange(len(embeddings)) + 1
    repos = np.array([repo for batch in batches for repo in batch.repos])
    severities = np.array([word for batch in batches for word in batch.severities])
    paths = np.array([path for batch in batches for path in batch.paths])
    ages = np.concatenate([batch.ages for batch in batches])
    exact = {}
    for scenario in SCENARIOS:
        may = np.ones(len(ids), bool)
        if scenario.repo:
            may &= repos == scenario.repo
        if scenario.severities:
            may &= np.isin(severities, scenario.severities)
        if scenario.path_prefix:
            may &= np.char.startswith(paths, scenario.path_prefix)
        if scenario.created_after:
            may &= ages < (NOW - scenario.created_after).days
        exact[scenario.name] = [
            nearest(embeddings[may], ids[may], query.embedding, K) for query in queries
        ]
    return Tasks(
        arguments.dimensions,
        SCENARIOS,
        [(q.text, q.embedding) for q in queries],
        exact,
    )


def measure(
    url: str, tasks: Tasks, names: list[str], clients: list[int]
) -> list[dict[str, Any]]:
    """Measure each system, in its own process and environment.

    The systems take turns within each scenario, so that other load slows all of them.
    """
    lines = []
    with tempfile.NamedTemporaryFile() as file, ExitStack() as stack:
        file.write(pickle.dumps(tasks))
        file.flush()
        processes = {}
        for name in names:
            command = [python_of(name), "-m", "bench.systems", url, file.name, name]
            processes[name] = stack.enter_context(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=os.environ | {"PYTHONPATH": str(ROOT / "client")},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        rounds: list[dict[str, Any]] = [
            {"scenario": scenario.name} for scenario in tasks.scenarios
        ]
        rounds += [{"clients": count} for count in clients]
        turns = [(request, name) for request in rounds for name in names]
        for request, name in tqdm(turns, "Measuring", ncols=WIDTH, unit=""):
            process = processes[name]
            print(json.dumps(request), file=process.stdin, flush=True)
            for line in process.stdout or ():
                lines.append({"system": name} | request | json.loads(line))
                break
        for process in processes.values():
            process.communicate()  # closes its input
    return lines


def report(lines: list[dict[str, Any]]) -> None:
    ours = {
        line["scenario"]: line
        for line in lines
        if line["system"] == "kodiai" and "scenario" in line
    }
    for scenario in SCENARIOS:
        print(
            f"\n{f'{scenario.name} ({scenario.share} %)':<24}"
            f"{'CPU ms':>8}{'x kodiai':>9}{'p50 ms':>8}{'x kodiai':>9}{'p95 ms':>8}"
            f"{'rows':>6}{'recall':>8}"
        )
        for line in lines:
            if line.get("scenario") == scenario.name:
                print(f"  {line['system']:<22}", end="")
                for time in ("cpu", "p50"):
                    ratio = line[time] / ours.get(scenario.name, line)[time]
                    print(f"{line[time]:>8.1f}{ratio:>9.2f}", end="")
                print(f"{line['p95']:>8.1f}{line['rows']:>6.1f}{line['recall']:>8.3f}")
    print(f"\n{'all scenarios in turn':<30}{'clients':>9}{'calls/s':>9}{'p95 ms':>10}")
    for line in lines:
        if "clients" in line:
            print(
                f"  {line['system']:<28}{line['clients']:>9}{line['calls/s']:>9.0f}"
                f"{line['p95']:>10.1f}"
            )


if __name__ == "__main__":
    main()
