"""Retrieval collections: documents, queries and relevance judgments.

A collection is a folder with corpus.jsonl, queries.jsonl and qrels.tsv, and the
embeddings of documents and queries in docs.npy and queries.npy, in the order of the
lines. If texts have a meta.group, each group becomes a repository, and a query searches
only its own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: The folder of collections. Licenses of some forbid keeping them in the repository.
DATA = Path(
    os.environ.get("KODIAI_TEST_DATA")
    or Path(__file__).resolve().parents[2] / "shared" / "data"
)
QRELS = "qrels.tsv"
FILES = ("corpus.jsonl", "queries.jsonl", QRELS, "docs.npy", "queries.npy")


def options(description: str, page: str) -> argparse.ArgumentParser:
    """Return a parser of the options of an evaluation that writes a page."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA,
        help="a folder of collections ($KODIAI_TEST_DATA, or ../shared/data)",
    )
    parser.add_argument(
        "--collection", action="append", help="its name; repeatable (all)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help=f"the report to write (docs/explanation/{page}, unless something is left"
        " out)",
    )
    return parser


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A document or a query."""

    id: str
    repo: str
    text: str
    embedding: NDArray[np.float32]


@dataclass(frozen=True)
class Collection:
    """A folder of texts. Each collection becomes an owner."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def short_name(self) -> str:
        return self.name.split("_")[0]

    @property
    def owner(self) -> str:
        return re.sub(r"\W|_", "-", self.name)

    @cached_property
    def documents(self) -> list[Text]:
        return self._read("corpus.jsonl", "docs.npy")

    @cached_property
    def queries(self) -> list[Text]:
        return self._read("queries.jsonl", "queries.npy")

    @property
    def repos(self) -> list[str]:
        return sorted({document.repo for document in self.documents})

    @property
    def qrels(self) -> list[tuple[str, str, int]]:
        """Return the judgments: query, document and grade."""
        lines = (self.folder / QRELS).read_text(encoding="utf-8").splitlines()
        rows = (line.split("\t") for line in lines[1:])
        return [(query, document, int(grade)) for query, document, grade in rows]

    def _read(self, texts: str, vectors: str) -> list[Text]:
        with (self.folder / texts).open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        embeddings = np.load(self.folder / vectors).astype(np.float32)
        return [
            Text(row["id"], self._repo(row), readable(row), embedding)
            for row, embedding in zip(rows, embeddings, strict=True)
        ]

    def _repo(self, row: dict[str, Any]) -> str:
        group = row.get("meta", {}).get("group", "all")
        return self.owner + "/" + re.sub(r"[^\w.]", "-", group)


def readable(row: dict[str, Any]) -> str:
    """Return title and text joined, or a hyphen if both are empty."""
    parts = [row[key] for key in ("title", "text") if row.get(key)]
    return ". ".join(parts).replace("\0", "").strip() or "-"


def read_collections(folder: Path) -> list[Collection]:
    """Return the collections in a folder, ordered by name."""
    if not folder.is_dir():
        return []
    return [
        Collection(child)
        for child in sorted(folder.iterdir())
        if all((child / name).is_file() for name in FILES)
    ]
