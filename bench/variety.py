"""Memories and findings that cover every case, for comparing two versions of a search.

If a folder of collections exists, they have real texts with embeddings by
all-MiniLM-L6-v2, projected to the requested number of dimensions; the rest is synthetic
(corpus.py). Deterministic per seed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from bench.corpus import (
    CATEGORIES,
    FOLDERS,
    NOW,
    OUTCOMES,
    SEVERITIES,
    Corpus,
    Query,
    unit,
)
from bench.sides import Table

Thing = TypeVar("Thing")

OWNER = "acme"
REPOS = [f"{OWNER}/repo{number}" for number in range(1, 201)]
OTHER_REPOS = [f"globex/repo{number}" for number in range(1, 21)]
ODD_REPOS = ["solo/only", "umbrella/ünï-code.js", "пример/репозиторий"]
MODEL, OTHER_MODEL = "all-MiniLM-L6-v2", "older-model"
COLLECTIONS = [
    "bugdup_mozilla_eclipse",
    "scifact",
    "cosqa",
    "cranfield",
    "locomo",
    "review_findings_martian",
]
COMMENTS = ["code_review_comments.jsonl", "security_advisories.jsonl"]
MAX_CHARACTERS = 1_500

LANGUAGES = [
    *("python", "Python", "go", "rust", "typescript", "JavaScript", "TSX", "java"),
    *("Kotlin", "c", "C++", "sql", "bash", "html", "haskell"),
]
ODD_PATHS = [
    *("nova/compute/api.py", "a_b/c%d.py", "документы/файл.md", "src/Größe.ts"),
    *("Makefile", "src/core/x y.c", "lib/a\\b.pl", "it's/here.sql", "源/主.go"),
]
FOREIGN = [
    *("утечка соединений при закрытии пула", "Утечка памяти", "утечки"),
    *("διαρροή μνήμης στον διακομιστή", "连接池泄漏 了", "连接池leak了", "메모리 누수"),
    *("メモリリークの修正", "ﾒﾓﾘ ﾘｰｸ", "تسرب الذاكرة في الخادم", "דליפת זיכרון"),
    *("मेमोरी लीक ठीक करें", "หน่วยความจำรั่ว", "naïve café", "nai\u0308ve cafe\u0301"),
    *("\uff46\uff55\uff4c\uff4c text", "\ufb01le", "🔥 hot path 🔥", "Straße STRASSE"),
    "İstanbul \u0131l\u0131k",
]
IDENTIFIERS = [
    *("getUserById", "src/db/pool_manager.py", "std::vector", "http2server", "utf-8"),
    *("MAX_RETRY_COUNT", "foo.bar.baz()", "XMLHttpRequest", "v1.2.3", "snake_case"),
    *("nova/compute/api.py", "self.assertEqual", "@@ -1,7 +1,9 @@", "C:\\temp\\x.txt"),
    *("https://example.com/a/b?c=d&e=f", "user@example.com", "192.168.0.1", "$PATH"),
]
QUOTING = ['"{}"', "'{}'", "- {}", "-{}", "“{}”", "<b>{}</b>", "{} \\ %s %", "`{}`"]

TYPES = {
    "id": "int8",
    "created_at": "timestamptz",
    "repo": "text",
    "owner": "text",
    "finding_id": "int8",
    "review_id": "int8",
    "source_repo": "text",
    "finding_text": "text",
    "severity": "text",
    "category": "text",
    "file_path": "text",
    "language": "text",
    "outcome": "text",
    "embedding_model": "text",
    "stale": "bool",
    "embedding": "vector",
}
REVIEW_TYPES = {"id": "int8", "repo": "text", "pr_number": "int8", "head_sha": "text"}
FINDING_TYPES = {
    "id": "int8",
    "created_at": "timestamptz",
    "review_id": "int8",
    "file_path": "text",
    "start_line": "int8",
    "severity": "text",
    "category": "text",
    "confidence": "int4",
    "title": "text",
    "suppressed": "bool",
}
REVIEWS = 600
FINDINGS = 8_000


class Material(NamedTuple):
    """What memories and calls are made from. Each text has an embedding."""

    texts: list[str]
    embeddings: np.ndarray
    paths: list[str]
    queries: list[Query]


def gather(
    rows: int, dimensions: int, data: Path | None, rng: random.Random
) -> Material:
    """Return the material for this many rows: real texts first, shuffled."""
    corpus = Corpus(dimensions, rng.randrange(2**32))
    texts: list[str] = []
    paths: list[str] = []
    embeddings = np.empty((0, dimensions), "float32")
    queries = corpus.queries(200)
    if data:
        vectors = []
        for name in COLLECTIONS:
            texts += map(document, read_lines(data / name / "corpus.jsonl"))
            vectors.append(np.load(data / name / "docs.npy"))
            texts_of_queries = [
                line["text"] for line in read_lines(data / name / "queries.jsonl")
            ]
            found = project(np.load(data / name / "queries.npy"), dimensions)
            queries += map(Query, texts_of_queries, found)
        embeddings = project(np.concatenate(vectors), dimensions)
        comments = [line for name in COMMENTS for line in read_lines(data / name)]
        near = rng.choices(range(len(embeddings)), k=len(comments))
        noise = corpus.normal(len(comments)) * 0.5 / dimensions**0.5
        embeddings = np.concatenate([embeddings, unit(embeddings[near] + noise)])
        texts += [line["finding_text"][:MAX_CHARACTERS] for line in comments]
        paths = [line["file_path"] for line in comments]
    if len(texts) < rows:
        others = corpus.memories(rows - len(texts))
        texts += others.texts
        paths += others.paths
        embeddings = np.concatenate([embeddings, others.embeddings])
    order = rng.sample(range(len(texts)), rows)
    return Material([texts[n] for n in order], embeddings[order], paths, queries)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def document(line: dict[str, Any]) -> str:
    text = f"{line['title']}. {line['text']}" if line.get("title") else line["text"]
    return str(text)[:MAX_CHARACTERS] if text.strip() else "(empty)"


def project(vectors: np.ndarray, dimensions: int) -> np.ndarray:
    """Project to this many dimensions, preserving angles as well as possible."""
    width = vectors.shape[1]
    shape = max(width, dimensions), min(width, dimensions)
    normal = np.random.default_rng(1).normal(size=shape)
    axes = np.linalg.qr(normal)[0].astype("float32")
    return unit(vectors.astype("float32") @ (axes if width > dimensions else axes.T))


def zipf(rng: random.Random, things: Sequence[Thing], exponent: float = 1.1) -> Thing:
    sums = list(accumulate((n + 1) ** -exponent for n in range(len(things))))
    return rng.choices(things, cum_weights=sums)[0]


def flip(rng: random.Random, probability: float) -> bool:
    return rng.random() < probability


def pick(rng: random.Random, weights: Mapping[Thing, float]) -> Thing:
    return rng.choices(list(weights), list(weights.values()))[0]


def pick_repo(rng: random.Random) -> str:
    weights = {"ours": 87, "others": 11, "odd": 2}
    repos = {"ours": REPOS, "others": OTHER_REPOS, "odd": ODD_REPOS}
    return zipf(rng, repos[pick(rng, weights)])


def pick_time(rng: random.Random) -> datetime:
    """Return a time of the last two years or the next days. Some are equal."""
    time = NOW - timedelta(days=rng.uniform(-5, 700))
    return time.replace(hour=0, minute=0, second=0) if flip(rng, 0.1) else time


def pick_path(rng: random.Random, paths: list[str]) -> str:
    if flip(rng, 0.5):
        folder = zipf(rng, FOLDERS)
        return f"{folder}/module{rng.randrange(20)}/file{rng.randrange(400)}.py"
    return rng.choice(paths if flip(rng, 0.8) and paths else ODD_PATHS)


def memories(material: Material, rng: random.Random) -> Table:
    return Table(
        "learning_memories",
        TYPES,
        memory_rows(material, rng),
        len(material.texts),
    )


def memory_rows(material: Material, rng: random.Random) -> Iterator[tuple[object, ...]]:
    """Make memories, some of them duplicates, stale, or without optional values."""
    memory_id = 0
    for n in range(len(material.texts)):
        # Ids have gaps, some of them large.
        memory_id += rng.choice((1, 1, 1, 2, 5)) if n % 20_000 else 5_000
        text, embedding = vary(material, rng, n)
        repo = pick_repo(rng)
        yield (
            memory_id,
            pick_time(rng),
            repo,
            repo.split("/")[0],
            None if flip(rng, 0.1) else n + 1,
            None if flip(rng, 0.2) else n // 10 + 1,
            pick_repo(rng) if flip(rng, 0.05) else repo,
            text,
            pick(rng, {"critical": 5, "major": 15, "medium": 30, "minor": 50}),
            zipf(rng, CATEGORIES),
            pick_path(rng, material.paths),
            None if flip(rng, 0.1) else zipf(rng, LANGUAGES, 0.7),
            zipf(rng, OUTCOMES),
            OTHER_MODEL if flip(rng, 0.05) else MODEL,
            flip(rng, 0.05),
            None if flip(rng, 0.04) else embedding,
        )


def vary(material: Material, rng: random.Random, index: int) -> tuple[str, np.ndarray]:
    text, embedding = material.texts[index], material.embeddings[index]
    other = rng.randrange(len(material.texts))
    kind = pick(
        rng,
        {
            "unchanged": 86,
            "repeated": 5,
            "same text": 1,
            "same embedding": 1,
            "other script": 2,
            "identifiers": 3,
            "quotation marks": 2,
        },
    )
    if kind in {"repeated", "same text"}:
        text = material.texts[other]
    if kind in {"repeated", "same embedding"}:
        embedding = material.embeddings[other]
    if kind == "other script":
        text = f"{rng.choice(FOREIGN)} {text[: rng.choice((0, 30, 300))]}"
    if kind == "identifiers":
        text = " ".join([text, *rng.sample(IDENTIFIERS, 3)])
    if kind == "quotation marks":
        text = rng.choice(QUOTING).format(text)
    return text, embedding


def reviews(rng: random.Random) -> Table:
    rows = [(n, pick_repo(rng), n, f"{n:040x}") for n in range(1, REVIEWS + 1)]
    return Table("reviews", REVIEW_TYPES, rows, REVIEWS)


def findings(material: Material, rng: random.Random) -> Table:
    rows = [
        (
            3 * n,
            pick_time(rng),
            rng.randint(1, REVIEWS),
            pick_path(rng, material.paths),
            rng.choice((None, n)),
            rng.choice(SEVERITIES),
            rng.choice(CATEGORIES),
            rng.randint(0, 100),
            title(rng, material.texts),
            flip(rng, 0.1),
        )
        for n in range(1, FINDINGS + 1)
    ]
    return Table("findings", FINDING_TYPES, rows, FINDINGS)


def title(rng: random.Random, texts: list[str]) -> str:
    if flip(rng, 0.03):
        return rng.choice(FOREIGN)
    text = rng.choice(texts)[: rng.choice((60, 120, 500))].strip() or "?"
    return f"{rng.choice(IDENTIFIERS)} {text}"[:500] if flip(rng, 0.1) else text
