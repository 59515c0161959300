"""The often-copied function hybrid_search, as one statement with filters.

Source of the query and its constants:
https://supabase.com/docs/guides/ai/hybrid-search
"""

from __future__ import annotations

import numpy as np
import psycopg

from rivals import Scope, Search, conditions, execute

HYBRID_SEARCH = """
with full_text as (
  select
    d.id,
    row_number() over (
      order by ts_rank_cd(d.fts, websearch_to_tsquery('english', %(text)s)) desc
    ) as rank
  from documents as d
  where {conditions} and d.fts @@ websearch_to_tsquery('english', %(text)s)
  order by rank
  limit 20
),

semantic as (
  select
    d.id,
    row_number() over (order by d.embedding <=> %(vector)s::vector) as rank
  from documents as d
  where {conditions}
  order by rank
  limit 20
)

select d.id
from full_text as f
full join semantic as s on f.id = s.id
inner join documents as d on d.id = coalesce(f.id, s.id)
order by coalesce(1.0 / (50 + f.rank), 0) + coalesce(1.0 / (50 + s.rank), 0) desc
limit 10
"""


def connect(url: str, dimensions: int, candidates: int) -> Search:
    connection = psycopg.connect(url, autocommit=True)

    def search(scope: Scope, text: str | None, vector: np.ndarray) -> list[int]:
        statement = HYBRID_SEARCH.format(conditions=conditions(scope))
        return execute(connection, statement, text or "", vector)

    return search
