"""LlamaIndex: PGVectorStore of llama-index, fused by a QueryFusionRetriever.

The store's own mode "hybrid" lists what the vector arm finds before what the text arm
finds, so the first ten are those of the vector arm. The retriever is LlamaIndex's way
to fuse the two.

Usage: python -m rivals.llama_index URL DIMENSIONS    # copies documents, with a graph
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import psycopg
from llama_index.core import MockEmbedding, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import QueryBundle
from llama_index.core.vector_stores import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)
from llama_index.vector_stores.postgres import PGVectorStore

from rivals import K, Scope, Search

# The store creates the graph with its table, but it is built faster when rows exist.
LOAD = """
drop index data_llama_embedding_idx;

insert into data_llama (text, metadata_, node_id, embedding)
select
  content,
  json_build_object(
    'owner', owner, 'repo', repo, 'severity', severity, 'file_path', file_path,
    'created', created
  ),
  id,
  embedding
from documents;

create index on data_llama ((metadata_ ->> 'repo'))
"""
GRAPH = """
create index data_llama_embedding_idx on data_llama
using hnsw (embedding vector_cosine_ops)
"""


def open_store(url: str, dimensions: int) -> PGVectorStore:
    return PGVectorStore(
        url.replace("://", "+psycopg2://", 1),
        url.replace("://", "+asyncpg://", 1),
        table_name="llama",
        hybrid_search=True,
        embed_dim=dimensions,
        hnsw_kwargs={
            "hnsw_m": 16,
            "hnsw_ef_construction": 64,
            "hnsw_ef_search": 40,
            "hnsw_dist_method": "vector_cosine_ops",
        },
        initialization_fail_on_error=True,
    )


def load(url: str, dimensions: int, *, graph: bool) -> None:
    """Copy documents into the table of LlamaIndex."""
    open_store(url, dimensions)._initialize()  # noqa: SLF001
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(LOAD)
        if graph:
            connection.execute(GRAPH)
        connection.execute("vacuum analyze data_llama")


def connect(url: str, dimensions: int, candidates: int) -> Search:
    index = VectorStoreIndex.from_vector_store(
        open_store(url, dimensions), embed_model=MockEmbedding(dimensions)
    )

    def search(scope: Scope, text: str | None, vector: np.ndarray) -> list[int]:
        filters = metadata_filters(scope)
        arms = [
            index.as_retriever(
                vector_store_query_mode=mode,
                similarity_top_k=K if text is None else candidates,
                filters=filters,
            )
            for mode in ("default", "sparse")
        ]
        query = QueryBundle(text or "", embedding=vector.tolist())
        if text is None:
            return [int(found.node_id) for found in arms[0].retrieve(query)]
        fusion = QueryFusionRetriever(
            arms,
            llm=MockLLM(),  # required, never called
            mode=FUSION_MODES.RELATIVE_SCORE,
            similarity_top_k=K,
            num_queries=1,
            use_async=False,
        )
        return [int(found.node_id) for found in fusion.retrieve(query)]

    return search


def metadata_filters(scope: Scope) -> MetadataFilters:
    wanted: list[tuple[str, FilterOperator, Any]] = [
        ("owner", FilterOperator.EQ, scope.owner)
    ]
    if scope.repo:
        wanted.append(("repo", FilterOperator.EQ, scope.repo))
    if scope.severities:
        wanted.append(("severity", FilterOperator.IN, list(scope.severities)))
    if scope.path_prefix:
        wanted.append(("file_path", FilterOperator.TEXT_MATCH, scope.path_prefix))
    if scope.created_after:
        wanted.append(("created", FilterOperator.GT, scope.created_after.timestamp()))
    return MetadataFilters(
        filters=[
            MetadataFilter(key=key, operator=operator, value=value)
            for key, operator, value in wanted
        ]
    )


def main() -> None:
    _, url, dimensions = sys.argv
    load(url, int(dimensions), graph=True)


if __name__ == "__main__":
    main()
