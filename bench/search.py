"""How fast and how complete searches are: kodiai, a floor by hand, and others.

Fills an embedded Postgres of its own, or a new database on the given server, with
made-up memories of 200 repositories (corpus.py), and the tables of the others with the
same; then asks each the same questions under the same filters (systems.py). Only ratios
within one run compare.

Usage: make bench [OPTIONS="--rows 20000 --dimensions 384 --no-peers"]
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

import page
from corpus import LARGE, MIDDLE, NOW, SMALL, TINY, Corpus, Memories
from deployed import ROOT, deployed_memory
from filling import WIDTH, connect, fill, nearest
from systems import OURS, PAIR_INDEX, PEERS, RIVAL, SYSTEMS, K, Scenario, Tasks

RECENT = NOW - timedelta(days=180)

SCENARIOS = [
    Scenario("all", 100),
    Scenario("minor", 50, severities=("minor",)),
    Scenario("large repo", 21, LARGE),
    Scenario("critical", 5, severities=("critical",)),
    Scenario("middle repo", 3.6, MIDDLE),
    Scenario("large, 3 filters", 3, LARGE, ("medium", "minor"), "src/core/", RECENT),
    Scenario("small repo", 0.7, SMALL),
    Scenario("all, 3 filters", 0.5, None, ("critical",), "src/api/", RECENT),
    Scenario("tiny repo", 0.06, TINY),
]

# What the peers ask: one table for all but LlamaIndex, which makes its own.
DOCUMENTS = """
create table documents as
select
  finding_id, owner, repo::text, finding_text::text as content, severity::text,
  file_path::text, created_at,
  extract(epoch from created_at)::double precision as created,
  to_tsvector('english', finding_text) as fts, embedding
from kodiai.learning_memories;

alter table documents add primary key (finding_id);

create index on documents (owner, repo);

create index on documents using gin (fts);
"""
DOCUMENTS_GRAPH = "create index on documents using hnsw (embedding vector_cosine_ops)"
LLAMA = """
drop index data_llama_embedding_idx;

insert into data_llama (text, metadata_, node_id, embedding)
select
  content,
  json_build_object(
    'owner', owner, 'repo', repo, 'severity', severity, 'file_path', file_path,
    'created', created
  ),
  finding_id,
  embedding
from documents;

create index on data_llama ((metadata_ ->> 'repo'));
"""
LLAMA_GRAPH = """
create index data_llama_embedding_idx on data_llama
using hnsw (embedding vector_cosine_ops)
"""


def main() -> None:
    arguments = parse_arguments()
    names = [
        name for name in arguments.systems if not (arguments.no_peers and name in PEERS)
    ]
    start = time.monotonic()
    with deployed_memory(
        embedding_dim=arguments.dimensions, server=arguments.server
    ) as url:
        corpus = Corpus(arguments.dimensions)
        batches: list[Memories] = []

        def kept() -> Iterator[Memories]:
            for batch in corpus.batches(arguments.rows):
                batches.append(batch)
                yield batch

        with connect(url) as admin:
            if RIVAL in names and not has_rival(admin):
                names.remove(RIVAL)
            fill(admin, kept(), arguments.rows)
            if not OURS.issuperset(names):
                fill_others(url, admin, arguments.dimensions, names)
        tasks = make_tasks(corpus, batches, arguments)
        lines = ask(url, tasks, names, arguments.clients)
    report(lines)
    print(f"\n{(time.monotonic() - start) / 60:.1f} minutes")
    if arguments.save:
        page.write_comparison(lines, SCENARIOS)
        if RIVAL in names:
            page.write_rival(lines, SCENARIOS)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare searches side by side.")
    parser.add_argument("--rows", type=int, default=50_000, help="memories (50000)")
    parser.add_argument("--dimensions", type=int, default=1024, help="(1024)")
    parser.add_argument("--questions", type=int, default=40, help="of each (40)")
    parser.add_argument(
        "--clients", type=int, nargs="*", default=[4], help="at the same time (4)"
    )
    parser.add_argument(
        "--no-peers", action="store_true", help="without LangChain and LlamaIndex"
    )
    parser.add_argument(
        "--systems", nargs="*", choices=SYSTEMS, default=SYSTEMS, help="(all)"
    )
    parser.add_argument(
        "--server",
        metavar="URL",
        help="of a superuser, for a new database there that is dropped at the end"
        " (an embedded server)",
    )
    parser.add_argument(
        "--save",
        action="store_true",
        help="into docs/explanation/benchmarks.md (the full run)",
    )
    return parser.parse_args()


def python_of(system: str) -> str:
    return str(ROOT / ".venv-peers/bin/python") if system in PEERS else sys.executable


def has_rival(admin: psycopg.Connection) -> bool:
    """Create the extension; where that cannot be, say why."""
    try:
        admin.execute("create extension pg_textsearch schema public")
    except psycopg.Error as error:
        reason = error.diag.message_primary
        page = "docs/explanation/benchmarks.md"
        print(f"Skipping {RIVAL}, see {page}: {reason}", flush=True)
        return False
    return True


def fill_others(
    url: str, admin: psycopg.Connection, dimensions: int, names: list[str]
) -> None:
    admin.execute("set search_path = public")
    print("Filling the table of the others ...", flush=True)
    admin.execute(DOCUMENTS)
    print("Building their graph ...", flush=True)
    admin.execute(DOCUMENTS_GRAPH)
    if RIVAL in names:
        admin.execute(PAIR_INDEX)
    if not PEERS.isdisjoint(names):
        make = (
            f"from systems import *; llama_store({url!r}, {dimensions})._initialize()"
        )
        subprocess.run(
            [python_of("LlamaIndex"), "-c", make], cwd=ROOT / "bench", check=True
        )
        print("Filling the table of LlamaIndex ...", flush=True)
        admin.execute(LLAMA)
        print("Building its graph ...", flush=True)
        admin.execute(LLAMA_GRAPH)
    admin.execute("vacuum analyze")


def make_tasks(
    corpus: Corpus, batches: list[Memories], arguments: argparse.Namespace
) -> Tasks:
    questions = corpus.questions(arguments.questions)
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
            nearest(embeddings[may], ids[may], question.embedding, K)
            for question in questions
        ]
    return Tasks(
        arguments.dimensions,
        SCENARIOS,
        [(q.text, q.embedding) for q in questions],
        exact,
    )


def ask(
    url: str, tasks: Tasks, names: list[str], clients: list[int]
) -> list[dict[str, Any]]:
    """Let each system answer, in a process and an environment of its own.

    One after the other for each scenario: so, what else the machine does slows all.
    """
    lines = []
    with tempfile.NamedTemporaryFile() as file, ExitStack() as stack:
        file.write(pickle.dumps(tasks))
        file.flush()
        processes = {}
        for name in names:
            script = [str(ROOT / "bench" / "systems.py"), url, file.name, name]
            processes[name] = stack.enter_context(
                subprocess.Popen(
                    [python_of(name), *script],
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
        turns = [(asked, name) for asked in rounds for name in names]
        for asked, name in tqdm(turns, "Asking", ncols=WIDTH, unit=""):
            process = processes[name]
            print(json.dumps(asked), file=process.stdin, flush=True)
            for line in process.stdout or ():
                lines.append({"system": name} | asked | json.loads(line))
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
