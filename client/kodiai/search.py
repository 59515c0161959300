"""The search functions: how memories and findings are found.

Each describes one SQL function; ``comment on function`` says what it does. Names,
arguments and defaults are those of SQL without ``p_``; a test compares them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from .call import Call, Embedding, VectorLike, checked, many, one


@dataclass(frozen=True, slots=True)
class FoundMemory:
    """One memory that a search found, with its place and value in each arm."""

    memory_id: int
    score: float
    vector_rank: int | None
    distance: float | None
    text_rank: int | None
    text_score: float | None
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
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FoundFinding:
    """One finding that a search found."""

    finding_id: int
    score: float
    review_id: int
    repo: str
    pr_number: int
    head_sha: str | None
    file_path: str
    start_line: int | None
    end_line: int | None
    severity: str
    category: str
    confidence: int
    title: str
    suppressed: bool
    suppression_pattern: str | None
    comment_id: int | None
    comment_surface: str | None
    review_output_key: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SearchCheck:
    """Whether something about searches is as it should be; null where not known."""

    check_name: str
    is_ok: bool | None
    detail: str


@checked
def search_memories(
    repo: str | None,
    query_text: str | None = None,
    query_embedding: VectorLike | None = None,
    limit: int = 10,
    owner: str | None = None,
    outcomes: Collection[str] | None = None,
    severities: Collection[str] | None = None,
    categories: Collection[str] | None = None,
    path_prefix: str | None = None,
    created_after: datetime | None = None,
    embedding_model: str | None = None,
    languages: Collection[str] | None = None,
    vector_weight: float = 1.0,
    text_weight: float = 1.0,
    rrf_k: int = 60,
    recency_half_life: timedelta | None = None,
    max_distance: float | None = None,
    diversity: float = 0.0,
    fusion: str = "zscore",
    recency_floor: float = 0.5,
    min_gap: float | None = None,
    duplicate_distance: float | None = None,
) -> Call[list[FoundMemory]]:
    """Find the memories that match a question, best first."""
    arguments = locals() | {"query_embedding": Embedding(query_embedding)}
    return many("search_memories", arguments, FoundMemory)


@checked
def search_findings(
    repo: str,
    query_text: str,
    limit: int = 10,
) -> Call[list[FoundFinding]]:
    """Search the titles of findings, best first."""
    return many("search_findings", locals(), FoundFinding)


@checked
def check_search(
    repo: str | None, owner: str | None = None, questions: int = 10
) -> Call[list[SearchCheck]]:
    """Check that searches of a scope are fast and complete."""
    return many("check_search", locals(), SearchCheck)


@checked
def rebuild_postings() -> Call[int]:
    """Rebuild the inverted index of the text arm; returns how many postings."""
    return one("rebuild_postings", locals(), int)
