"""The table that rivals search, with the same texts and embeddings as kodiai's."""

from __future__ import annotations

import psycopg

CREATE = """
create extension if not exists vector;

create table documents (
  id bigint not null,
  owner text not null,
  repo text not null,
  content text not null,
  severity text,
  file_path text,
  created_at timestamptz,
  created double precision,
  fts tsvector generated always as (to_tsvector('english', content)) stored,
  embedding vector({dimensions}) not null
)
"""
INDEXES = """
alter table documents add primary key (id);

create index on documents (owner, repo);

create index on documents using gin (fts)
"""
GRAPH = "create index on documents using hnsw (embedding vector_cosine_ops)"


def create(connection: psycopg.Connection, dimensions: int) -> None:
    """Create the empty table. Its indexes are faster to build once it is filled."""
    connection.execute(CREATE.format(dimensions=dimensions).encode())


def create_indexes(connection: psycopg.Connection, *, graph: bool) -> None:
    """Index the filled table. Without a graph, vectors are compared exactly."""
    connection.execute(INDEXES)
    if graph:
        connection.execute(GRAPH)
    connection.execute("vacuum analyze documents")
