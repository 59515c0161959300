"""Synthetic memories, and exact cosine distances to compare with."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

import kodiai
from kodiai import Client, FoundMemory
from tests.server import DIMENSIONS

OUTCOMES = ["accepted", "suppressed", "thumbs_up", "thumbs_down"]
SEVERITIES = ["critical", "major", "medium", "minor"]
CATEGORIES = ["security", "correctness", "performance", "style", "documentation"]
LANGUAGES = ["python", "go", "rust", None]
WORDS = (
    "pointer cache query timeout retry lock index token header parser buffer thread "
    "migration session cursor router worker schema packet socket"
).split()
DAY = datetime(2026, 1, 1, tzinfo=UTC)

Memory = Any


_numbers = itertools.count()


def unique_word(number: int) -> str:
    """Return a word that no other number has, and that stemming does not change."""
    letters = f"{number:b}".translate(str.maketrans("01", "kz"))
    return f"q{letters}q"


def memory(**columns: Any) -> Memory:
    """Return a valid memory with the given columns, and a unique text by default."""
    return {
        "repo": "acme/api",
        "finding_text": f"The cache is never invalidated: {unique_word(next(_numbers))}",
        "severity": "major",
        "category": "correctness",
        "file_path": "src/Makefile",
        "outcome": "accepted",
        "embedding_model": "test",
    } | columns


def get_all(
    client: Client, ids: Sequence[int], owners: Sequence[str] = ("acme", "other")
) -> list[kodiai.Memory]:
    """Return memories of several owners, in the order of ids."""
    rows = [m for owner in owners for m in client.get_memories(None, ids, owner)]
    return sorted(rows, key=lambda m: ids.index(m.memory_id))


def vector(*values: float) -> list[float]:
    """Return a vector of these values, padded with zeros."""
    return [*map(float, values), *[0.0] * (DIMENSIONS - len(values))]


def random_memories(
    seed: int, count: int, repos: Sequence[str]
) -> tuple[list[Memory], np.ndarray]:
    """Return memories with random columns, and their embeddings."""
    rng = random.Random(seed)  # noqa: S311
    memories = [
        memory(
            repo=rng.choice(repos),
            finding_id=number,
            finding_text=" ".join(
                [*rng.choices(WORDS, k=rng.randint(1, 8)), unique_word(number)]
            ),
            severity=rng.choice(SEVERITIES),
            category=rng.choice(CATEGORIES),
            outcome=rng.choice(OUTCOMES),
            language=rng.choice(LANGUAGES),
            file_path=f"{rng.choice(['src', 'lib', 'a_b', 'a%b'])}/{number}.py",
            stale=rng.random() < 0.1,
            created_at=DAY + timedelta(days=rng.randint(0, 300)),
        )
        for number in range(count)
    ]
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSIONS))
    return memories, vectors.astype("float32")


def write(client: Client, memories: Sequence[Memory], vectors: Any) -> list[int]:
    """Write memories in batches of 1,000; return their ids."""
    ids: list[int] = []
    for first in range(0, len(memories), 1000):
        rows = slice(first, first + 1000)
        written = client.write_memories(memories[rows], vectors[rows])
        ids += [row.memory_id for row in written]
    return ids


def ids(rows: list[FoundMemory]) -> list[int]:
    return [row.memory_id for row in rows]


def cosine_distances(vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(query)
    distances: np.ndarray = 1 - vectors @ query / lengths
    return distances
