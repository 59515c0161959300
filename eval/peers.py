"""What others make of the same texts and vectors in the same Postgres.

Runs in an environment of its own (peers-requirements.txt), for search_quality.py, which
reads what it writes: JSON Lines of peer, collection, query, and the documents found.
Each peer gets the vectors as they are, filters by repository as its own interface
offers, and has no vector index, so that its vector arm is exact.

Usage: python peers.py URL RUNS COLLECTION...
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from multiprocessing import Pool
from pathlib import Path

import psycopg
from langchain_core.embeddings import FakeEmbeddings
from langchain_postgres import Column, PGEngine, PGVectorStore
from langchain_postgres.v2.hybrid_search_config import (
    HybridSearchConfig,
    reciprocal_rank_fusion,
)
from llama_index.core import MockEmbedding, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import QueryBundle, TextNode
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters
from llama_index.vector_stores.postgres import PGVectorStore as LlamaStore
from tqdm import tqdm

from collection import Collection, Text

K = 10
CANDIDATES = 100
DIMENSIONS = 384
WORKERS = 2
WIDTH = 80

#: Finds documents for a query, best first.
Search = Callable[[Text], list[str]]

# After https://supabase.com/docs/guides/ai/hybrid-search, with its constants and one
# filter more.
HYBRID_SEARCH = """
create extension if not exists vector;

create table documents (
  id text,
  repo text,
  content text,
  fts tsvector generated always as (to_tsvector('english', content)) stored,
  embedding vector(384),
  primary key (repo, id)
);

create index on documents using gin (fts);

create function hybrid_search(
  in_repo text,
  query_text text,
  query_embedding vector,
  match_count integer,
  full_text_weight double precision default 1,
  semantic_weight double precision default 1,
  rrf_k integer default 50
)
returns setof documents
language sql
as $$
with full_text as (
  select
    d.id,
    row_number() over (
      order by ts_rank_cd(d.fts, websearch_to_tsquery('english', query_text)) desc
    ) as place
  from documents as d
  where d.repo = in_repo and d.fts @@ websearch_to_tsquery('english', query_text)
  order by place
  limit least(match_count, 30) * 2
),

semantic as (
  select d.id, row_number() over (order by d.embedding <=> query_embedding) as place
  from documents as d
  where d.repo = in_repo
  order by place
  limit least(match_count, 30) * 2
)

select d.*
from full_text as f
full join semantic as s on f.id = s.id
inner join documents as d on d.repo = in_repo and d.id = coalesce(f.id, s.id)
order by
  coalesce(full_text_weight / (rrf_k + f.place), 0)
  + coalesce(semantic_weight / (rrf_k + s.place), 0) desc
limit least(match_count, 30)
$$;
"""


def main() -> None:
    _, url, runs, *folders = sys.argv
    with psycopg.connect(url) as connection:
        connection.execute(HYBRID_SEARCH)
    tasks = [(url, peer, Path(folder)) for folder in folders for peer in PEERS]
    with (
        Path(runs).open("w", encoding="utf-8") as output,
        Pool(WORKERS) as pool,
        tqdm(tasks, "Searching by others".ljust(32), unit="", ncols=WIDTH) as progress,
    ):
        for lines in pool.imap(run, tasks):
            output.writelines(lines)
            progress.update()


def run(task: tuple[str, str, Path]) -> list[str]:
    """Load a collection into a peer and ask it every query."""
    url, peer, folder = task
    collection = Collection(folder)
    search = PEERS[peer](url, collection)
    return [
        json.dumps([peer, collection.name, query.id, search(query)[:K]]) + "\n"
        for query in collection.queries
    ]


def langchain(url: str, collection: Collection) -> Search:
    engine = PGEngine.from_connection_string(driver(url, "asyncpg"))
    table = "langchain " + collection.name

    def config(query: str = "") -> HybridSearchConfig:
        # One for each query: the store keeps the words of the first in it.
        return HybridSearchConfig(
            tsv_column="content_tsv",
            fts_query=query,
            fusion_function=reciprocal_rank_fusion,
            primary_top_k=CANDIDATES,
            secondary_top_k=CANDIDATES,
        )

    engine.init_vectorstore_table(
        table,
        DIMENSIONS,
        id_column=Column("id", "text", nullable=False),
        metadata_columns=[Column("repo", "text")],
        hybrid_search_config=config(),
    )
    store = PGVectorStore.create_sync(
        engine,
        FakeEmbeddings(size=DIMENSIONS),  # never asked
        table,
        id_column="id",
        metadata_columns=["repo"],
        hybrid_search_config=config(),
    )
    store.add_embeddings(
        [document.text for document in collection.documents],
        [document.embedding.tolist() for document in collection.documents],
        [{"repo": document.repo} for document in collection.documents],
        [document.id for document in collection.documents],
    )

    def search(query: Text) -> list[str]:
        found = store.similarity_search_by_vector(
            query.embedding.tolist(),
            k=K,
            filter={"repo": query.repo},
            hybrid_search_config=config(query.text),
        )
        return [document.id for document in found]

    return search


def llama_index(url: str, collection: Collection) -> Search:
    # Its mode "hybrid" lists what the vector arm finds before what the text arm finds,
    # so that the first of it are the vector arm's. This is its own way to fuse the two.
    store = LlamaStore(
        driver(url, "psycopg2"),
        driver(url, "asyncpg"),
        table_name="llama_" + collection.owner.replace("-", "_"),
        hybrid_search=True,
        embed_dim=DIMENSIONS,
        initialization_fail_on_error=True,
    )
    index = VectorStoreIndex.from_vector_store(
        store, embed_model=MockEmbedding(DIMENSIONS)
    )
    store.add(
        [
            TextNode(
                id_=document.id,
                text=document.text,
                embedding=document.embedding.tolist(),
                metadata={"repo": document.repo},
            )
            for document in collection.documents
        ]
    )

    def search(query: Text) -> list[str]:
        here = MetadataFilter(key="repo", value=query.repo)
        arms = [
            index.as_retriever(
                vector_store_query_mode=mode,
                similarity_top_k=CANDIDATES,
                filters=MetadataFilters(filters=[here]),
            )
            for mode in ("default", "sparse")
        ]
        fusion = QueryFusionRetriever(
            arms,
            llm=MockLLM(),  # never asked
            mode=FUSION_MODES.RELATIVE_SCORE,
            similarity_top_k=K,
            num_queries=1,
            use_async=False,
        )
        question = QueryBundle(query.text, embedding=query.embedding.tolist())
        return [found.node_id for found in fusion.retrieve(question)]

    return search


def sql_function(url: str, collection: Collection) -> Search:
    connection = psycopg.connect(url, autocommit=True)
    with (
        connection.cursor() as cursor,
        cursor.copy("copy documents (id, repo, content, embedding) from stdin") as copy,
    ):
        for document in collection.documents:
            vector = str(document.embedding.tolist())
            copy.write_row((document.id, document.repo, document.text, vector))
    connection.execute("analyze documents")

    def search(query: Text) -> list[str]:
        found = connection.execute(
            "select id from hybrid_search(%s, %s, %s::vector, %s)",
            (query.repo, query.text, str(query.embedding.tolist()), K),
        )
        return [row[0] for row in found]

    return search


def driver(url: str, name: str) -> str:
    return url.replace("postgresql", "postgresql+" + name, 1)


PEERS: dict[str, Callable[[str, Collection], Search]] = {
    "LangChain hybrid": langchain,
    "LlamaIndex fusion": llama_index,
    "SQL function": sql_function,
}


if __name__ == "__main__":
    main()
