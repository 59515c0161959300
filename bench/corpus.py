"""Synthetic memories, any number of them, and queries for them.

One owner has 200 repositories with Zipf-distributed sizes: the largest has 21 % of all
memories, the smallest 0.06 %. Every memory has one of 1,000 topics. Texts have the word
frequencies of natural language (Zipf-Mandelbrot) and a few words of their topic.
Embeddings scatter around their topic, with decreasing variance per direction and away
from the origin, as those of language models do. A random rotation then spreads this
over all coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import numpy as np

from kodiai import Category, Outcome, Severity

Word = TypeVar("Word", bound=str)

OWNER = "acme"
REPOS = [f"{OWNER}/repo{number}" for number in range(1, 201)]
#: Repositories of about 21, 3.6, 0.7 and 0.06 % of all memories.
LARGE, MIDDLE, SMALL, TINY = (REPOS[n] for n in (0, 4, 22, 199))
NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = "made-up"
COLUMNS = [
    "repo",
    "owner",
    "finding_id",
    "source_repo",
    "finding_text",
    "severity",
    "category",
    "file_path",
    "language",
    "outcome",
    "embedding_model",
    "created_at",
    "embedding",
]

BATCH = 20_000
TOPICS = 1000
# Only letters: the parser would split words that contain digits.
LETTERS = str.maketrans("0123456789", "bdfgklmprt")
WORDS = np.array([f"x{str(rank).translate(LETTERS)}ox" for rank in range(50_000)])
STOP_WORDS = np.array(["the", "of", "to", "in", "is", "it", "and", "for"])
SEVERITIES: list[Severity] = ["critical", "major", "medium", "minor"]
CATEGORIES: list[Category] = [
    "security",
    "correctness",
    "performance",
    "style",
    "documentation",
]
OUTCOMES: list[Outcome] = ["accepted", "suppressed", "thumbs_up", "thumbs_down"]
LANGUAGES = ["python", "go", "rust", "typescript"]
FOLDERS = ["src/core", "src/api", "src/db", "lib", "tests", "docs", "scripts", "deploy"]


def shares(count: int, exponent: float, shift: int = 0) -> np.ndarray:
    weights = (np.arange(1, count + 1) + float(shift)) ** -exponent
    normed: np.ndarray = weights / weights.sum()
    return normed


class Query(NamedTuple):
    """A query: its text, and its embedding of length 1."""

    text: str
    embedding: np.ndarray


@dataclass(frozen=True)
class Memories:
    """A batch of memories, by column. All columns have the same length."""

    first_id: int
    repos: list[str]
    texts: list[str]
    severities: list[Severity]
    categories: list[Category]
    paths: list[str]
    languages: list[str]
    outcomes: list[Outcome]
    ages: np.ndarray
    embeddings: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield rows with the columns COLUMNS."""
        for n in range(len(self)):
            repo = self.repos[n]
            yield (
                repo,
                OWNER,
                self.first_id + n,
                repo,
                self.texts[n],
                self.severities[n],
                self.categories[n],
                self.paths[n],
                self.languages[n],
                self.outcomes[n],
                MODEL,
                NOW - timedelta(days=float(self.ages[n])),
                self.embeddings[n],
            )


class Corpus:
    """Memories and queries with embeddings of one width; deterministic per seed."""

    def __init__(self, dimensions: int, seed: int = 1) -> None:
        self.rng = np.random.default_rng(seed)
        self.dimensions = dimensions
        self.weights = (np.arange(1, dimensions + 1) ** -0.5).astype("float32")
        self.centers = self.normal(TOPICS)
        self.offset = 0.5 * np.linalg.norm(self.weights) * unit(self.normal(1))
        square = self.rng.normal(size=(dimensions, dimensions))
        self.rotation = np.linalg.qr(square)[0].astype("float32")
        self.topic_words = self.rng.integers(1000, len(WORDS), size=(TOPICS, 30))
        self.written = 0

    def normal(self, count: int) -> np.ndarray:
        shape = (count, self.dimensions)
        return self.rng.standard_normal(shape, dtype="float32")

    def embed(self, topics: np.ndarray) -> np.ndarray:
        around = 0.6 * self.centers[topics] + 0.8 * self.normal(len(topics))
        return unit(around * self.weights @ self.rotation + self.offset)

    def write_texts(self, topics: np.ndarray, mean_length: float) -> list[str]:
        """Write texts: a quarter of the words of their topic, a third stop words."""
        lengths = self.rng.lognormal(np.log(mean_length), 0.4, len(topics))
        common = self.rng.choice(
            len(WORDS), (len(topics), 60), p=shares(len(WORDS), 1, 10)
        )
        texts = []
        for topic, length, row in zip(topics, lengths, common, strict=True):
            n = int(np.clip(length, 2, 60))
            own = self.rng.choice(self.topic_words[topic], max(1, n // 4))
            stop = self.rng.choice(STOP_WORDS, n // 2)
            texts.append(" ".join([*WORDS[row[: n - n // 4]], *WORDS[own], *stop]))
        return texts

    def memories(self, count: int, repo: str | None = None) -> Memories:
        """Make the next memories, in one repository or in all of them."""
        topics = self.rng.integers(0, TOPICS, count)
        first = self.written + 1
        self.written += count
        files = self.rng.integers(0, 400, count)
        folders = self.pick(FOLDERS, count, shares(8, 1))
        return Memories(
            first,
            [repo] * count if repo else self.pick(REPOS, count, shares(200, 1.1)),
            self.write_texts(topics, 20),
            self.pick(SEVERITIES, count, [0.05, 0.15, 0.3, 0.5]),
            self.pick(CATEGORIES, count, [0.1, 0.3, 0.1, 0.4, 0.1]),
            [
                f"{folder}/module{n % 20}/file{n}.py"
                for folder, n in zip(folders, files, strict=True)
            ],
            self.pick(LANGUAGES, count),
            self.pick(OUTCOMES, count, [0.6, 0.2, 0.15, 0.05]),
            self.rng.uniform(0, 365, count),
            self.embed(topics),
        )

    def batches(self, count: int, repo: str | None = None) -> Iterator[Memories]:
        """Make memories, one batch at a time."""
        for first in range(0, count, BATCH):
            yield self.memories(min(BATCH, count - first), repo)

    def pick(self, words: list[Word], count: int, weights: Any = None) -> list[Word]:
        picked: list[Word] = self.rng.choice(words, count, p=weights).tolist()
        return picked

    def queries(self, count: int) -> list[Query]:
        """Make queries about existing topics: about six words, and their embedding."""
        topics = self.rng.integers(0, TOPICS, count)
        texts = self.write_texts(topics, 6)
        return [Query(*pair) for pair in zip(texts, self.embed(topics), strict=True)]


def unit(vectors: np.ndarray) -> np.ndarray:
    normed: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normed
