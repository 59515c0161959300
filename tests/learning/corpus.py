"""Made-up memories, and a search that only compares."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

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

Memory = dict[str, Any]


def memory(**columns: Any) -> Memory:
    """A memory with what it needs, and the columns given."""
    return {
        "repo": "acme/api",
        "finding_text": "The cache is never invalidated.",
        "severity": "major",
        "category": "correctness",
        "file_path": "src/cache.py",
        "outcome": "accepted",
        "embedding_model": "test",
    } | columns


def vector(*values: float) -> list[float]:
    """A vector that begins with these values, and goes on with zeros."""
    return [*map(float, values), *[0.0] * (DIMENSIONS - len(values))]


def random_memories(
    seed: int, count: int, repos: Sequence[str]
) -> tuple[list[Memory], np.ndarray]:
    """Memories with every column at random, and their vectors."""
    chance = random.Random(seed)  # noqa: S311
    memories = [
        memory(
            repo=chance.choice(repos),
            finding_id=number,
            finding_text=" ".join(chance.choices(WORDS, k=chance.randint(1, 8))),
            severity=chance.choice(SEVERITIES),
            category=chance.choice(CATEGORIES),
            outcome=chance.choice(OUTCOMES),
            language=chance.choice(LANGUAGES),
            file_path=f"{chance.choice(['src', 'lib', 'a_b', 'a%b'])}/{number}.py",
            stale=chance.random() < 0.1,
            created_at=DAY + timedelta(days=chance.randint(0, 300)),
        )
        for number in range(count)
    ]
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSIONS))
    return memories, vectors.astype("float32")


def write(client: Client, memories: Sequence[Memory], vectors: Any) -> list[int]:
    """Write in batches of a thousand; return the ids."""
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
