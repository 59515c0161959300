"""The strongest rival: HNSW and the BM25 index of pg_textsearch in one statement.

The arms return only ids: selecting the distance or the score would compute it a second
time for each row. In a tiny scope the planner scores row by row; rows without any of
the terms then rank last instead of being left out.
"""

from __future__ import annotations

import numpy as np
import psycopg

from rivals import K, Scope, Search, conditions, execute

EXACT_BELOW = 5  # percent

INDEX = """
create index documents_content_idx on documents using bm25 (content)
with (text_config = 'english')
"""
VECTOR = """
select d.id
from documents as d
where {conditions}
order by d.embedding <=> %(vector)s::vector
limit 20
"""
HYBRID = (
    """
select c.id
from (
  select d.id, row_number() over () as rank
  from ("""
    + VECTOR
    + """) as d
  union all
  select d.id, row_number() over () as rank
  from (
    select d.id
    from documents as d
    where {conditions}
    order by d.content <@> to_bm25query(%(text)s, 'documents_content_idx')
    limit 20
  ) as d
) as c
group by c.id
order by sum(1 / (60 + c.rank)::double precision) desc
limit 10
"""
)


def create_extension(admin: psycopg.Connection) -> None:
    """Create the extension; fail if the server does not have it."""
    admin.execute("create extension pg_textsearch schema public")


def connect(url: str, dimensions: int, candidates: int) -> Search:
    def open_without(*turned_off: str) -> psycopg.Connection:
        connection = psycopg.connect(url, autocommit=True)
        connection.prepare_threshold = 0
        for setting in turned_off:
            connection.execute(f"set {setting} = off".encode())
        # The CPU time of parallel workers is not counted.
        connection.execute("set max_parallel_workers_per_gather = 0")
        connection.execute("set hnsw.iterative_scan = relaxed_order")
        connection.execute("set hnsw.ef_search = 200")
        return connection

    # The planner ignores the cost of detoasting embeddings, so it compares every row of
    # a large scope although HNSW is ten times faster. In a small scope, that is right.
    exact = open_without("jit")
    graph = open_without("jit", "enable_seqscan", "enable_bitmapscan", "enable_sort")

    def search(scope: Scope, text: str | None, vector: np.ndarray) -> list[int]:
        statement = VECTOR if text is None else HYBRID
        return execute(
            exact if scope.share < EXACT_BELOW else graph,
            statement.format(conditions=conditions(scope)),
            text,
            vector,
        )[:K]

    return search
