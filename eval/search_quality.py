"""How well search_memories() finds what people judged relevant, compared with rivals.

Loads retrieval collections into a temporary embedded Postgres, runs every query with
each arm and both fusions, and compares the results with BM25 and exact vectors outside
a database and with other hybrid searches in Postgres (rivals/). Prints the measures
and, unless something is left out, writes docs/explanation/search-quality.md.

Usage: make eval [OPTIONS="--collection cosqa --no-rivals"]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from typing import Any

import bm25s
import ir_measures
import numpy as np
import psycopg
import Stemmer
from psycopg_pool import ConnectionPool
from tqdm import tqdm

from eval import database, relevance, report
from eval.collection import Collection, Text, options, read_collections
from eval.database import MODEL, ROOT, WORKERS
from eval.report import (
    BM25,
    MEASURES,
    RANKS,
    RRF,
    TEXT,
    VECTOR,
    VECTORS,
    WIDTH,
    ZSCORE,
    K,
    Scores,
)
from kodiai import Client, NewMemory, embedded
from rivals import fuse

RIVALS_PYTHON = ROOT / ".venv-rivals" / "bin" / "python"
RIVALS_REQUIREMENTS = ROOT / "rivals" / "requirements.txt"
CANDIDATES = 100  # of each arm, for the fusion outside a database
BATCH = 500

# The arguments of search_memories for each method.
ARMS: dict[str, Callable[[Text], dict[str, Any]]] = {
    TEXT: lambda query: {"query_text": query.text},
    VECTOR: lambda query: {"query_embedding": query.embedding},
    RANKS: lambda query: ARMS[ZSCORE](query) | {"fusion": "rrf"},
    ZSCORE: lambda query: ARMS[TEXT](query) | ARMS[VECTOR](query),
}

#: The documents found for each query, best first.
Run = dict[str, list[str]]
#: The run of every method on every collection.
Runs = dict[str, dict[str, Run]]


def main() -> None:
    arguments = parse_arguments()
    collections = read_collections(arguments.data)
    if not collections:
        print(f"No collections in {arguments.data}: nothing to measure (see --data).")
        return
    with_rivals = not arguments.no_rivals
    names = arguments.collection or [collection.name for collection in collections]
    chosen = [collection for collection in collections if collection.name in names]
    if len(chosen) < len(set(names)):
        known = "\n  ".join(collection.name for collection in collections)
        sys.exit(f"--collection: expected one of\n  {known}")

    runs: Runs = defaultdict(dict)
    for collection in chosen:
        for method, run in search_outside(collection).items():
            runs[method][collection.name] = run
    with (
        tempfile.TemporaryDirectory(prefix="kodiai-eval-") as folder,
        embedded.running(folder + "/data", "eval") as url,
    ):
        database.deploy(url)
        with ConnectionPool(url, min_size=WORKERS) as pool:
            client = Client(pool)
            for collection in chosen:
                load(client, collection)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("vacuum analyze")  # as autovacuum would
                versions = read_versions(connection, with_rivals=with_rivals)
            for collection in chosen:
                for method, run in search(client, collection).items():
                    runs[method][collection.name] = run
            print("Asking questions where they have no answer ...", flush=True)
            relevances = relevance.measure(client, chosen, WORKERS)
        if with_rivals:
            runs |= search_rivals(embedded.start(folder + "/data", "rivals"), chosen)

    scores = {name: evaluate(runs, chosen, name) for name in MEASURES}
    report.show(scores, chosen, relevances)
    is_whole = len(chosen) == len(collections) and with_rivals
    if output := arguments.output or (report.PATH if is_whole else None):
        report.write(output, scores, chosen, relevances, versions)
        print(f"\nWrote {output.name} and its plot.")


def parse_arguments() -> argparse.Namespace:
    parser = options("Measure the quality of the search.", "search-quality.md")
    parser.add_argument(
        "--no-rivals", action="store_true", help="leave out other hybrid searches"
    )
    return parser.parse_args()


def search_outside(collection: Collection) -> dict[str, Run]:
    """Search each repository with bm25s and exact vectors, and fuse."""
    runs: dict[str, Run] = {BM25: {}, VECTORS: {}, RRF: {}}
    stemmer = Stemmer.Stemmer("english")

    def tokenize(texts: list[Text]) -> Any:
        return bm25s.tokenize(
            [text.text for text in texts],
            stemmer=stemmer,
            return_ids=False,
            show_progress=False,
        )

    for repo in progress(collection.repos, collection, "outside"):
        documents = [text for text in collection.documents if text.repo == repo]
        queries = [text for text in collection.queries if text.repo == repo]
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        index.index(tokenize(documents), show_progress=False)
        vectors = np.array([document.embedding for document in documents])
        for query, words in zip(queries, tokenize(queries), strict=True):
            arms = []
            for scores, least in (
                (index.get_scores(words), 0),  # 0: no term of the query matches
                (vectors @ query.embedding, -np.inf),
            ):
                best = np.argsort(-scores, kind="stable")[:CANDIDATES]
                arms.append([documents[n].id for n in best if scores[n] > least])
            for run, found in zip(runs.values(), (*arms, fuse(arms)), strict=True):
                run[query.id] = found[:K]
    return runs


def load(client: Client, collection: Collection) -> None:
    """Write the documents as memories, with the line number as finding_id."""
    with progress(collection.documents, collection, "writing") as documents:
        for first in range(0, len(collection.documents), BATCH):
            batch = collection.documents[first : first + BATCH]
            memories: list[NewMemory] = [
                {
                    "repo": document.repo,
                    "finding_id": n,
                    "finding_text": document.text,
                    "severity": "medium",
                    "category": "correctness",
                    "file_path": "documents",
                    "outcome": "accepted",
                    "embedding_model": MODEL,
                }
                for n, document in enumerate(batch, first + 1)
            ]
            client.write_memories(memories, [document.embedding for document in batch])
            documents.update(len(batch))


def search(client: Client, collection: Collection) -> dict[str, Run]:
    """Run every query through search_memories with each method."""

    def find(arm: str, query: Text) -> list[str]:
        hits = client.search_memories(query.repo, limit=K, **ARMS[arm](query))
        numbers = [hit.finding_id for hit in hits if hit.finding_id]
        return [collection.documents[n - 1].id for n in numbers]

    runs: dict[str, Run] = {}
    with ThreadPoolExecutor(WORKERS) as pool:
        for arm in ARMS:
            found = pool.map(partial(find, arm), collection.queries)
            queries = progress(collection.queries, collection, arm)
            runs[arm] = {query.id: next(found) for query in queries}
    return runs


def search_rivals(url: str, collections: list[Collection]) -> Runs:
    """Run the rivals in a process, in their virtual environment."""
    runs: Runs = defaultdict(lambda: defaultdict(dict))
    with tempfile.NamedTemporaryFile(prefix="kodiai-eval-", suffix=".jsonl") as file:
        folders = [str(collection.folder.resolve()) for collection in collections]
        command = [str(RIVALS_PYTHON), "-m", "eval.rival_runs", url, file.name]
        subprocess.run([*command, *folders], cwd=ROOT, check=True)
        for line in file:
            rival, collection, query, found = json.loads(line)
            runs[rival][collection][query] = found
    return runs


def read_versions(connection: psycopg.Connection, *, with_rivals: bool) -> list[str]:
    """Return the servers and packages used, each with its version."""
    packages = ("bm25s", "PyStemmer", "ir-measures")
    versions = database.read_versions(connection)
    versions += [f"{package} {version(package)}" for package in packages]
    if with_rivals:
        lines = RIVALS_REQUIREMENTS.read_text(encoding="utf-8").splitlines()
        versions += [
            line.replace("==", " ")
            for line in lines
            if line.startswith(("langchain", "llama-index"))
        ]
    return versions


def evaluate(runs: Runs, collections: list[Collection], measure: str) -> Scores:
    """Return the value of a measure for each method and collection."""
    scores: Scores = defaultdict(list)
    for collection in collections:
        qrels = [ir_measures.Qrel(*judged) for judged in collection.qrels]
        for method, of_collections in runs.items():
            docs = [
                ir_measures.ScoredDoc(query, document, float(-rank))
                for query, found in of_collections[collection.name].items()
                for rank, document in enumerate(found)
            ]
            value = ir_measures.calc_aggregate([MEASURES[measure]], qrels, docs)
            scores[method] += value.values()
    return scores


def progress(items: list[Any], collection: Collection, doing: str) -> Any:
    description = f"{collection.short_name}: {doing}".ljust(32)
    return tqdm(items, description, unit="", ncols=WIDTH)


if __name__ == "__main__":
    main()
