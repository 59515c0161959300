"""LangChain: PGVectorStore of langchain-postgres with HybridSearchConfig."""

from __future__ import annotations

from typing import Any

import numpy as np
from langchain_core.embeddings import FakeEmbeddings
from langchain_postgres import PGEngine, PGVectorStore
from langchain_postgres.v2.hybrid_search_config import (
    HybridSearchConfig,
    reciprocal_rank_fusion,
)

from rivals import K, Scope, Search


def connect(url: str, dimensions: int, candidates: int) -> Search:
    store = PGVectorStore.create_sync(
        PGEngine.from_connection_string(url.replace("://", "+asyncpg://", 1)),
        FakeEmbeddings(size=dimensions),  # required, never called
        "documents",
        id_column="id",
        metadata_columns=["owner", "repo", "severity", "file_path", "created"],
        metadata_json_column=None,
    )

    def search(scope: Scope, text: str | None, vector: np.ndarray) -> list[int]:
        more: dict[str, Any] = {}
        if text is not None:
            # One per query: the store writes the query's words into it.
            more["hybrid_search_config"] = HybridSearchConfig(
                tsv_column="fts",
                fts_query=text,
                fusion_function=reciprocal_rank_fusion,
                primary_top_k=candidates,
                secondary_top_k=candidates,
            )
        found = store.similarity_search_by_vector(
            vector.tolist(), k=K, filter=metadata_filter(scope), **more
        )
        return [int(document.id or 0) for document in found]

    return search


def metadata_filter(scope: Scope) -> dict[str, Any]:
    wanted: dict[str, Any] = {"owner": scope.owner}
    if scope.repo:
        wanted["repo"] = scope.repo
    if scope.severities:
        wanted["severity"] = {"$in": list(scope.severities)}
    if scope.path_prefix:
        wanted["file_path"] = {"$like": scope.path_prefix + "%"}
    if scope.created_after:
        wanted["created"] = {"$gt": scope.created_after.timestamp()}
    return wanted
