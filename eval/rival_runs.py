"""Run the rivals on the collections, for search_quality.py.

Runs in .venv-rivals (see rivals/) and writes JSON Lines: rival, collection, query, and
the ids of the documents found. Each rival gets the same embeddings, filters by owner
and repository through its own interface, and has no vector index, so its vector arm is
exact.

Usage: python -m eval.rival_runs URL RUNS COLLECTION...
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import accumulate
from multiprocessing import Pool
from pathlib import Path

import psycopg
from tqdm import tqdm

import rivals
from eval.collection import Collection
from rivals import Scope, documents, llama_index

CANDIDATES = 100
DIMENSIONS = 384
WORKERS = 2
WIDTH = 80
#: The rivals, and what the page calls them.
NAMES = {
    "LangChain": "LangChain hybrid",
    "LlamaIndex": "LlamaIndex fusion",
    "SQL function": "SQL function",
}

#: URL, rival, collection, and the id of the collection's first document.
Task = tuple[str, str, Collection, int]


def main() -> None:
    _, url, runs, *folders = sys.argv
    collections = [Collection(Path(folder)) for folder in folders]
    sizes = [len(collection.documents) for collection in collections]
    starts = list(accumulate(sizes, initial=1))
    load(url, collections)
    tasks = [
        (url, rival, Collection(collection.folder), start)
        for collection, start in zip(collections, starts, strict=False)
        for rival in NAMES
    ]
    with (
        Path(runs).open("w", encoding="utf-8") as output,
        Pool(WORKERS) as pool,
        tqdm(tasks, "Searching with rivals".ljust(32), unit="", ncols=WIDTH) as bar,
    ):
        for lines in pool.imap(run, tasks):
            output.writelines(lines)
            bar.update()


def load(url: str, collections: list[Collection]) -> None:
    """Fill the tables of the rivals. Ids count the documents of all collections."""
    with psycopg.connect(url, autocommit=True) as connection:
        documents.create(connection, DIMENSIONS)
        columns = "id, owner, repo, content, embedding"
        with (
            connection.cursor() as cursor,
            cursor.copy(f"copy documents ({columns}) from stdin".encode()) as stream,
        ):
            for row in rows(collections):
                stream.write_row(row)
        documents.create_indexes(connection, graph=False)
    llama_index.load(url, DIMENSIONS, graph=False)


def rows(collections: list[Collection]) -> Iterator[tuple[object, ...]]:
    document_id = 0
    for collection in collections:
        for document in collection.documents:
            document_id += 1
            vector = rivals.vector_text(document.embedding)
            yield document_id, collection.owner, document.repo, document.text, vector


def run(task: Task) -> list[str]:
    """Send every query of a collection to a rival."""
    url, rival, collection, start = task
    search = rivals.connect(rival, url, DIMENSIONS, CANDIDATES)
    lines = []
    for query in collection.queries:
        scope = Scope(owner=collection.owner, repo=query.repo)
        found = search(scope, query.text, query.embedding)
        ids = [collection.documents[n - start].id for n in found]
        lines.append(json.dumps([NAMES[rival], collection.name, query.id, ids]) + "\n")
    return lines


if __name__ == "__main__":
    main()
