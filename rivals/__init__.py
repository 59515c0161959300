"""Other hybrid searches in Postgres: bench/ times them, eval/ judges what they find.

One module per rival, each with `connect(url, dimensions, candidates)`. All of them
search the table documents (documents.py), except LlamaIndex, which copies it into its
own. LangChain and LlamaIndex run in .venv-rivals (requirements.txt), so that their
dependencies do not constrain the versions that the project itself uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Literal, TypeVar

import numpy as np
import psycopg

Id = TypeVar("Id")

K = 10
RRF_K = 60
# As in kodiai, which .venv-rivals does not have.
Severity = Literal["critical", "major", "medium", "minor"]
PG_TEXTSEARCH = "HNSW + pg_textsearch"

#: The module of each rival.
RIVALS = {
    PG_TEXTSEARCH: "pg_textsearch",
    "application side": "application",
    "SQL function": "sql_function",
    "LangChain": "langchain",
    "LlamaIndex": "llama_index",
}
#: Rivals that need .venv-rivals.
INSTALLED = {"LangChain", "LlamaIndex"}


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which documents a search may find; None means any."""

    owner: str
    repo: str | None = None
    severities: tuple[Severity, ...] | None = None
    path_prefix: str | None = None
    created_after: datetime | None = None
    #: Percentage of all documents, for rivals whose best plan depends on it.
    share: float = 100


#: Returns the ids of the best documents. Without a text, only the vector arm runs.
Search = Callable[[Scope, "str | None", np.ndarray], list[int]]


def connect(name: str, url: str, dimensions: int, candidates: int) -> Search:
    """Return the search of a rival that fuses this many candidates from each arm."""
    module = import_module(f"rivals.{RIVALS[name]}")
    search: Search = module.connect(url, dimensions, candidates)
    return search


def conditions(scope: Scope) -> str:
    """Return the filters of a scope as SQL, the way an application would write them."""
    parts = [f"d.owner = '{scope.owner}'"]
    if scope.repo:
        parts.append(f"d.repo = '{scope.repo}'")
    if scope.severities:
        words = ", ".join(f"'{word}'" for word in scope.severities)
        parts.append(f"d.severity in ({words})")
    if scope.path_prefix:
        parts.append(f"d.file_path ^@ '{scope.path_prefix}'")
    if scope.created_after:
        parts.append(f"d.created_at > '{scope.created_after.isoformat()}'")
    return " and ".join(parts)


def vector_text(embedding: np.ndarray) -> str:
    return "[" + ",".join(map(str, embedding.tolist())) + "]"


def execute(
    connection: psycopg.Connection, statement: str, text: str | None, vector: np.ndarray
) -> list[int]:
    """Execute a statement that has the parameters text and vector; return the ids."""
    parameters = {"text": text, "vector": vector_text(vector)}
    return [row[0] for row in connection.execute(statement.encode(), parameters)]


def execute_both(
    connection: psycopg.Connection,
    by_vector: str,
    by_text: str,
    text: str | None,
    vector: np.ndarray,
) -> list[int]:
    """Execute one statement per arm and fuse the ids."""
    statements = [by_vector] if text is None else [by_vector, by_text]
    arms = [execute(connection, statement, text, vector) for statement in statements]
    return fuse(arms)[:K]


def fuse(arms: Iterable[list[Id]]) -> list[Id]:
    """Fuse by reciprocal rank (Cormack, Clarke and Buettcher, SIGIR 2009)."""
    scores: dict[Id, float] = {}
    for arm in arms:
        for rank, found in enumerate(arm, 1):
            scores[found] = scores.get(found, 0) + 1 / (RRF_K + rank)
    return sorted(scores, key=lambda found: -scores[found])
