"""Fill the database of a benchmark the way an initial load does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import numpy as np
import psycopg
from pgvector.psycopg import register_vector
from tqdm import tqdm

from bench.corpus import COLUMNS, MODEL, Memories
from bench.deployed import ROOT

WIDTH = 80
TYPES = "text text int8 text text text text text text text text timestamptz vector"
GRAPH = "learning_memories_embedding_idx"


def connect(url: str) -> psycopg.Connection:
    connection = psycopg.connect(url, autocommit=True)
    register_vector(connection)
    connection.execute("set search_path = kodiai, public")
    return connection


def copy(admin: psycopg.Connection, memories: Memories) -> None:
    with (
        admin.cursor() as cursor,
        cursor.copy(
            f"copy learning_memories ({', '.join(COLUMNS)}) from stdin"
            " with (format binary)".encode()
        ) as stream,
    ):
        stream.set_types(TYPES.split())
        for row in memories.rows():
            stream.write_row(row)


def fill(admin: psycopg.Connection, batches: Iterable[Memories], rows: int) -> None:
    """Load memories as docs/guides/operations.md describes the initial load."""
    admin.execute(f"drop index {GRAPH}".encode())
    admin.execute(
        "insert into embedding_models (embedding_model, state) values (%s, 'active')"
        " on conflict do nothing",
        (MODEL,),
    )
    with tqdm(total=rows, desc="Filling", ncols=WIDTH, unit="") as progress:
        for batch in batches:
            copy(admin, batch)
            progress.update(len(batch))
    subprocess.run(
        [sys.executable, "scripts/rebuild_indexes.py", "--memory=2GB", GRAPH],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": admin.info.dsn, "PGPASSWORD": admin.info.password},
        check=True,
    )
    print("Vacuuming, as autovacuum would ...", flush=True)
    admin.execute("vacuum analyze")


def nearest(
    embeddings: np.ndarray, ids: np.ndarray, query: np.ndarray, count: int
) -> list[int]:
    """Return the ids of the nearest embeddings, by exact comparison."""
    similarities = embeddings @ query
    count = min(count, len(ids))
    if not count:
        return []
    few = np.argpartition(-similarities, count - 1)[:count]
    return [int(found) for found in ids[few]]
