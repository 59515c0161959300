"""The learning functions: what a team has taught the agent.

Each describes one SQL function; ``comment on function`` says what it does. Names,
arguments and defaults are those of SQL without ``p_``; a test compares them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pgvector import Vector

from .call import (
    Call,
    Embedding,
    Embeddings,
    Objects,
    VectorLike,
    checked,
    many,
    maybe,
    one,
)


@dataclass(frozen=True, slots=True)
class WrittenMemory:
    """One memory of write_memory; inserted is false where it was there already."""

    memory_id: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class WrittenMemories:
    """One memory of write_memories; ordinal is its place in the input, from 1."""

    ordinal: int
    memory_id: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """One memory, whole."""

    memory_id: int
    repo: str
    owner: str
    source_repo: str
    finding_id: int | None
    review_id: int | None
    finding_text: str
    severity: str
    category: str
    file_path: str
    language: str | None
    outcome: str
    embedding_model: str
    embedding_dim: int
    embedding: Vector | None
    stale: bool
    created_at: datetime

    def __post_init__(self) -> None:
        if isinstance(self.embedding, str):
            object.__setattr__(self, "embedding", Vector.from_text(self.embedding))


@dataclass(frozen=True, slots=True)
class RenamedRows:
    """What rename_repo did to one table."""

    table_name: str
    renamed: int
    dropped: int


@checked
def write_memories(
    memories: Iterable[Mapping[str, Any]],
    embeddings: Iterable[VectorLike | None],
) -> Call[list[WrittenMemories]]:
    """Write memories, all or none; each a mapping with the columns as keys."""
    arguments = {
        "memories": Objects(memories),
        "embeddings": Embeddings(embeddings),
    }
    return many("write_memories", arguments, WrittenMemories)


@checked
def write_memory(
    repo: str,
    finding_text: str,
    severity: str,
    category: str,
    file_path: str,
    outcome: str,
    embedding: VectorLike | None = None,
    finding_id: int | None = None,
    review_id: int | None = None,
    owner: str | None = None,
    source_repo: str | None = None,
    language: str | None = None,
    embedding_model: str | None = None,
    stale: bool = False,
    created_at: datetime | None = None,
) -> Call[WrittenMemory]:
    """Write one memory."""
    arguments = locals() | {"embedding": Embedding(embedding)}
    return one("write_memory", arguments, WrittenMemory)


@checked
def get_memories(memory_ids: Collection[int]) -> Call[list[Memory]]:
    """Read memories by their numbers, in the order of the first mention."""
    return many("get_memories", locals(), Memory)


@checked
def has_memory(repo: str, finding_id: int, outcome: str) -> Call[bool]:
    """Ask whether a memory of this finding and outcome is there."""
    return one("has_memory", locals(), bool)


@checked
def set_embedding_model(embedding_model: str) -> Call[str | None]:
    """Make a model the active one; returns the one before it."""
    return maybe("set_embedding_model", locals(), str)


@checked
def mark_stale_memories(
    repo: str | None,
    memory_ids: Collection[int] | None = None,
    path_prefix: str | None = None,
    embedding_model: str | None = None,
    created_before: datetime | None = None,
    owner: str | None = None,
) -> Call[int]:
    """Mark memories that no longer hold; returns how many."""
    return one("mark_stale_memories", locals(), int)


@checked
def purge_stale_memories(
    repo: str | None, limit: int = 1000, owner: str | None = None
) -> Call[int]:
    """Delete a batch of stale memories; returns how many."""
    return one("purge_stale_memories", locals(), int)


@checked
def rename_repo(repo: str, new_repo: str) -> Call[list[RenamedRows]]:
    """Follow the renaming of a repository, table by table."""
    return many("rename_repo", locals(), RenamedRows)
