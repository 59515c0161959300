"""The application side: two statements, HNSW and ts_rank_cd, fused in the client."""

from __future__ import annotations

import numpy as np
import psycopg

from rivals import Scope, Search, conditions, execute_both


def connect(url: str, dimensions: int, candidates: int) -> Search:
    connection = psycopg.connect(url, autocommit=True)

    def search(scope: Scope, text: str | None, vector: np.ndarray) -> list[int]:
        where = conditions(scope)
        by_vector = f"""
            select d.id, d.content from documents as d where {where}
            order by d.embedding <=> %(vector)s::vector limit {candidates}
        """
        by_text = f"""
            select d.id, d.content from documents as d
            where {where} and d.fts @@ plainto_tsquery('english', %(text)s)
            order by ts_rank_cd(d.fts, plainto_tsquery('english', %(text)s)) desc
            limit {candidates}
        """
        return execute_both(connection, by_vector, by_text, text, vector)

    return search
