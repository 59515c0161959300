"""What the benchmark compares: each system asks its own tables of the same server.

Runs in the environment of the system (peers-requirements.txt of eval/ for LangChain and
LlamaIndex), for search.py. Reads lines of JSON, each a scenario or a number of clients,
and answers each with what it measured: times, rows, recall, and the CPU time of the
server, which depends far less than the times on what else the machine does.

Usage: python systems.py URL TASKS SYSTEM
"""

from __future__ import annotations

import json
import math
import pickle
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import numpy as np
import psycopg

K = 10
CANDIDATES = 50
WARM_UP = 8  # generic plans come after the fifth
SECONDS = 3
HALF = 50  # percent
GRAPH_PAYS = 30_000  # memories
EXACT_BELOW = 5  # percent
OWNER = "acme"


@dataclass(frozen=True)
class Scenario:
    """Which memories a search may find; share is that of all, in percent."""

    name: str
    share: float
    repo: str | None = None
    severities: tuple[str, ...] | None = None
    path_prefix: str | None = None
    created_after: Any = None


@dataclass(frozen=True)
class Tasks:
    """What to ask: (text, embedding); and the nearest of each, by finding_id."""

    dimensions: int
    scenarios: list[Scenario]
    questions: list[tuple[str, np.ndarray]]
    nearest: dict[str, list[list[int]]]


#: Returns the finding_ids that a search finds; without a text by the vector arm alone.
Search = Callable[[Scenario, "str | None", np.ndarray], list[int]]


def vector_text(embedding: np.ndarray) -> str:
    return "[" + ",".join(map(str, embedding.tolist())) + "]"


def kodiai(url: str, tasks: Tasks) -> Search:
    from kodiai import Client

    client = Client.connect(url)

    def search(scenario: Scenario, text: str | None, vector: np.ndarray) -> list[int]:
        found = client.search_memories(
            scenario.repo,
            text,
            vector,
            limit=K,
            owner=None if scenario.repo else OWNER,
            severities=scenario.severities and list(scenario.severities),
            path_prefix=scenario.path_prefix,
            created_after=scenario.created_after,
        )
        return [row.finding_id or 0 for row in found]

    return search


def conditions(scenario: Scenario, repo: str = "d.repo") -> str:
    """Write the filters of a scenario as SQL by hand."""
    parts = [f"{repo} = '{scenario.repo}'"] if scenario.repo else []
    if scenario.severities:
        words = ", ".join(f"'{word}'" for word in scenario.severities)
        parts.append(f"d.severity in ({words})")
    if scenario.path_prefix:
        parts.append(f"d.file_path ^@ '{scenario.path_prefix}'")
    if scenario.created_after:
        parts.append(f"d.created_at > '{scenario.created_after.isoformat()}'")
    return " and ".join([f"d.owner = '{OWNER}'", *parts])


# The floor: for each scenario the faster of two ways to find the nearest, and BM25 of
# all postings of the words; prepared, nothing checked, nothing but ids returned.
FLOOR_VECTOR = """
select d.finding_id
from (
  select d.id from learning_memories as d
  where {conditions}
  order by {order}
  limit 200
) as c
cross join lateral (
  select d.finding_id, d.embedding <=> %(vector)s::vector as distance
  from learning_memories as d
  where d.id = c.id and not d.stale
  offset 0
) as d
order by d.distance
limit 20
"""
FLOOR_TEXT = """
select d.finding_id
from (
  select p.document_id, sum(p.weight) as score
  from (
    select
      p.document_id,
      ln(1 + {documents} / count(*) over (partition by t.lexeme)) * p.frequency
      / (p.frequency + 0.3 + 0.9 * p.length / 20) as weight
    from unnest(to_tsvector('english', %(text)s)) as t
    cross join lateral (
      select p.document_id, p.frequency, p.length
      from postings as p
      where
        p.term = any (
          (select _posting_slots('learning_memories', 'acme', t.lexeme))::bigint[]
        )
        and p.repo_hash between {first} and {last}
      offset 0
    ) as p
  ) as p
  group by p.document_id
  order by score desc
  limit {enough}
) as c
cross join lateral (
  select d.finding_id
  from learning_memories as d
  where d.id = c.document_id and not d.stale and {conditions}
  offset 0
) as d
order by c.score desc
limit 20
"""


def floor(url: str, tasks: Tasks) -> Search:
    connection = psycopg.connect(url, autocommit=True)
    connection.prepare_threshold = 0
    connection.execute("set search_path = kodiai, public")
    for setting in ("enable_seqscan", "enable_bitmapscan", "jit"):
        connection.execute(f"set {setting} = off".encode())
    connection.execute("set hnsw.iterative_scan = relaxed_order")
    connection.execute("set hnsw.ef_search = 300")
    (length,) = connection.execute(
        "select atttypmod from pg_attribute where attname = 'embedding_code'"
        " and attrelid = 'learning_memories'::regclass"
    ).fetchone() or (0,)
    code = f"_quantize(%(vector)s::vector)::bit({length})"
    (documents,) = connection.execute(
        "select count(*) from learning_memories"
    ).fetchone() or (0,)

    def statements(scenario: Scenario) -> tuple[str, str]:
        repo_hash = f"_posting_repo('{scenario.repo}')"
        uses_graph = scenario.share >= HALF and documents > GRAPH_PAYS
        vector = FLOOR_VECTOR.format(
            conditions=conditions(scenario),
            order=f"(d.embedding_code <~> {code})" + ("" if uses_graph else " + 0.0"),
        )
        text = FLOOR_TEXT.format(
            documents=documents,
            first=repo_hash if scenario.repo else -(2**63),
            last=repo_hash if scenario.repo else 2**63 - 1,
            conditions=conditions(scenario),
            # So that the conditions leave enough; of what has none, a few more.
            enough=5000 if scenario.severities else 200,
        )
        return vector, text

    prepared: dict[str, tuple[str, str]] = {}

    def search(scenario: Scenario, text: str | None, vector: np.ndarray) -> list[int]:
        by_vector, by_text = prepared.setdefault(scenario.name, statements(scenario))
        return ask_both(connection, by_vector, by_text, text, vector)

    return search


def ask_both(
    connection: psycopg.Connection,
    by_vector: str,
    by_text: str,
    text: str | None,
    vector: np.ndarray,
) -> list[int]:
    """Execute a statement for each arm, and fuse by reciprocal rank, k 60."""
    arguments = {"vector": vector_text(vector), "text": text}
    statements = [by_vector] if text is None else [by_vector, by_text]
    arms = [
        [row[0] for row in connection.execute(statement.encode(), arguments)]
        for statement in statements
    ]
    scores: dict[int, float] = {}
    for arm in arms:
        for rank, found in enumerate(arm, 1):
            scores[found] = scores.get(found, 0) + 1 / (60 + rank)
    return sorted(scores, key=lambda found: -scores[found])[:K]


# The strongest rival, fused by reciprocal rank, k 60. The arms return ids alone:
# selecting the distance or the score would compute it a second time for each row. In a
# tiny scope the planner scores row by row; rows without any of the words then come last
# instead of not at all.
PAIR_INDEX = """
create index documents_content_idx on documents using bm25 (content)
with (text_config = 'english')
"""
PAIR_VECTOR = """
select d.finding_id
from documents as d
where {conditions}
order by d.embedding <=> %(vector)s::vector
limit 20
"""
PAIR = (
    """
select c.finding_id
from (
  select d.finding_id, row_number() over () as place
  from ("""
    + PAIR_VECTOR
    + """) as d
  union all
  select d.finding_id, row_number() over () as place
  from (
    select d.finding_id
    from documents as d
    where {conditions}
    order by d.content <@> to_bm25query(%(text)s, 'documents_content_idx')
    limit 20
  ) as d
) as c
group by c.finding_id
order by sum(1 / (60 + c.place)::double precision) desc
limit 10
"""
)


def pair(url: str, tasks: Tasks) -> Search:
    def connect(turned_off: Iterable[str]) -> psycopg.Connection:
        connection = psycopg.connect(url, autocommit=True)
        connection.prepare_threshold = 0
        for setting in turned_off:
            connection.execute(f"set {setting} = off".encode())
        # Else the CPU time of the backend would not be all of it.
        connection.execute("set max_parallel_workers_per_gather = 0")
        connection.execute("set hnsw.iterative_scan = relaxed_order")
        connection.execute("set hnsw.ef_search = 200")
        return connection

    # The planner ignores the cost of detoasting embeddings, and so compares every one
    # of a large scope where HNSW is ten times faster. In a small scope, it is right to.
    exact = connect(["jit"])
    graph = connect(["jit", "enable_seqscan", "enable_bitmapscan", "enable_sort"])

    def search(scenario: Scenario, text: str | None, vector: np.ndarray) -> list[int]:
        statement = PAIR_VECTOR if text is None else PAIR
        found = (exact if scenario.share < EXACT_BELOW else graph).execute(
            statement.format(conditions=conditions(scenario)).encode(),
            {"vector": vector_text(vector), "text": text},
        )
        return [row[0] for row in found][:K]

    return search


# After https://supabase.com/docs/guides/ai/hybrid-search, with conditions added.
HYBRID_FUNCTION = """
with full_text as (
  select
    d.finding_id,
    row_number() over (
      order by ts_rank_cd(d.fts, websearch_to_tsquery('english', %(text)s)) desc
    ) as place
  from documents as d
  where {conditions} and d.fts @@ websearch_to_tsquery('english', %(text)s)
  order by place
  limit 20
),

semantic as (
  select
    d.finding_id,
    row_number() over (order by d.embedding <=> %(vector)s::vector) as place
  from documents as d
  where {conditions}
  order by place
  limit 20
)

select d.finding_id
from full_text as f
full join semantic as s on f.finding_id = s.finding_id
inner join documents as d on d.finding_id = coalesce(f.finding_id, s.finding_id)
order by coalesce(1.0 / (50 + f.place), 0) + coalesce(1.0 / (50 + s.place), 0) desc
limit 10
"""


def sql_function(url: str, tasks: Tasks) -> Search:
    connection = psycopg.connect(url, autocommit=True)

    def search(scenario: Scenario, text: str | None, vector: np.ndarray) -> list[int]:
        statement = HYBRID_FUNCTION.format(conditions=conditions(scenario))
        arguments = {"text": text or "", "vector": vector_text(vector)}
        found = connection.execute(statement.encode(), arguments)
        return [row[0] for row in found]

    return search


def application(url: str, tasks: Tasks) -> Search:
    connection = psycopg.connect(url, autocommit=True)

    def search(scenario: Scenario, text: str | None, vector: np.ndarray) -> list[int]:
        where = conditions(scenario)
        by_vector = f"""
            select d.finding_id, d.content from documents as d where {where}
            order by d.embedding <=> %(vector)s::vector limit {CANDIDATES}
        """
        by_text = f"""
            select d.finding_id, d.content from documents as d
            where {where} and d.fts @@ plainto_tsquery('english', %(text)s)
            order by ts_rank_cd(d.fts, plainto_tsquery('english', %(text)s)) desc
            limit {CANDIDATES}
        """
        return ask_both(connection, by_vector, by_text, text, vector)

    return search


def langchain(url: str, tasks: Tasks) -> Search:
    from langchain_core.embeddings import FakeEmbeddings
    from langchain_postgres import PGEngine, PGVectorStore
    from langchain_postgres.v2.hybrid_search_config import (
        HybridSearchConfig,
        reciprocal_rank_fusion,
    )

    def config(query: str) -> HybridSearchConfig:
        return HybridSearchConfig(
            tsv_column="fts",
            fts_query=query,
            fusion_function=reciprocal_rank_fusion,
            primary_top_k=CANDIDATES,
            secondary_top_k=CANDIDATES,
        )

    store = PGVectorStore.create_sync(
        PGEngine.from_connection_string(url.replace("://", "+asyncpg://", 1)),
        FakeEmbeddings(size=tasks.dimensions),  # never asked
        "documents",
        id_column="finding_id",
        metadata_columns=["owner", "repo", "severity", "file_path", "created"],
        metadata_json_column=None,
    )

    def search(scenario: Scenario, text: str | None, vector: np.ndarray) -> list[int]:
        wanted: dict[str, Any] = {"owner": OWNER}
        if scenario.repo:
            wanted["repo"] = scenario.repo
        if scenario.severities:
            wanted["severity"] = {"$in": list(scenario.severities)}
        if scenario.path_prefix:
            wanted["file_path"] = {"$like": scenario.path_prefix + "%"}
        if scenario.created_after:
            wanted["created"] = {"$gt": scenario.created_after.timestamp()}
        more = {"hybrid_search_config": config(text)} if text is not None else {}
        found = store.similarity_search_by_vector(
            vector.tolist(), k=K, filter=wanted, **more
        )
        return [int(document.id or 0) for document in found]

    return search


def llama_store(url: str, dimensions: int) -> Any:
    from llama_index.vector_stores.postgres import PGVectorStore

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


def llama_index(url: str, tasks: Tasks) -> Search:
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

    index = VectorStoreIndex.from_vector_store(
        llama_store(url, tasks.dimensions), embed_model=MockEmbedding(tasks.dimensions)
    )

    def search(scenario: Scenario, text: str | None, vector: np.ndarray) -> list[int]:
        wanted = [MetadataFilter(key="owner", value=OWNER)]
        if scenario.repo:
            wanted.append(MetadataFilter(key="repo", value=scenario.repo))
        if scenario.severities:
            severities = list(scenario.severities)
            wanted.append(
                MetadataFilter(
                    key="severity", value=severities, operator=FilterOperator.IN
                )
            )
        if scenario.path_prefix:
            wanted.append(
                MetadataFilter(
                    key="file_path",
                    value=scenario.path_prefix,
                    operator=FilterOperator.TEXT_MATCH,
                )
            )
        if scenario.created_after:
            wanted.append(
                MetadataFilter(
                    key="created",
                    value=scenario.created_after.timestamp(),
                    operator=FilterOperator.GT,
                )
            )
        filters = MetadataFilters(filters=[*wanted])
        arms = [
            index.as_retriever(
                vector_store_query_mode=mode,
                similarity_top_k=K if text is None else CANDIDATES,
                filters=filters,
            )
            for mode in ["default", *(["sparse"] if text is not None else [])]
        ]
        question = QueryBundle(text or "", embedding=vector.tolist())
        if text is None:
            return [int(found.node_id) for found in arms[0].retrieve(question)]
        fusion = QueryFusionRetriever(
            arms,
            llm=MockLLM(),  # never asked
            mode=FUSION_MODES.RELATIVE_SCORE,
            similarity_top_k=K,
            num_queries=1,
            use_async=False,
        )
        return [int(found.node_id) for found in fusion.retrieve(question)]

    return search


RIVAL = "HNSW + pg_textsearch"
SYSTEMS: dict[str, Callable[[str, Tasks], Search]] = {
    "kodiai": kodiai,
    "floor by hand": floor,
    RIVAL: pair,
    "application side": application,
    "SQL function": sql_function,
    "LangChain": langchain,
    "LlamaIndex": llama_index,
}
OURS = {"kodiai", "floor by hand"}  # on the tables of kodiai itself
PEERS = {"LangChain", "LlamaIndex"}


def cpu_times(observer: psycopg.Connection) -> dict[int, int]:
    """Return the CPU nanoseconds of each backend of this database that runs here.

    Only one system is asked at a time, so the backends of the others add nothing.
    Parallel workers are processes of their own, and are not counted.
    """
    backends = observer.execute(
        "select pid from pg_stat_activity where datname = current_database()"
        " and backend_type = 'client backend' and pid <> pg_backend_pid()"
    )
    times = {}
    for (pid,) in backends:
        process = Path(f"/proc/{pid}")
        with suppress(OSError):
            # A server elsewhere may use the number of some other process here.
            if observer.info.dbname in (process / "cmdline").read_text():
                times[pid] = int((process / "schedstat").read_text().split()[0])
    return times


def measure(
    search: Search, tasks: Tasks, scenario: Scenario, observer: psycopg.Connection
) -> dict[str, Any]:
    """Ask every question by both arms for the time, by the vector for the recall."""
    for text, vector in tasks.questions[:WARM_UP]:
        search(scenario, text, vector)
    times, rows = [], []
    before = cpu_times(observer)
    for text, vector in tasks.questions:
        start = time.perf_counter()
        found = search(scenario, text, vector)
        times.append((time.perf_counter() - start) * 1000)
        rows.append(len(found))
    after = cpu_times(observer)
    cpu = sum(after[backend] - before.get(backend, 0) for backend in after)
    recalls = [
        len(set(search(scenario, None, vector)) & set(nearest)) / max(1, len(nearest))
        for (_, vector), nearest in zip(
            tasks.questions, tasks.nearest[scenario.name], strict=True
        )
    ]
    return {
        "p50": median(times),
        "p95": quantiles(times, n=20)[-1],
        "cpu": (cpu or math.nan) / len(times) / 1e6,
        "rows": mean(rows),
        "recall": mean(recalls),
    }


def ask_on(
    url: str, tasks: Tasks, system: str, first: int, start: Barrier, results: Any
) -> None:
    """Ask one question of each scenario after the other, for a while."""
    search = SYSTEMS[system](url, tasks)
    asked = [
        (scenario, *question)
        for question in tasks.questions
        for scenario in tasks.scenarios
    ]
    asked = asked[first * 7 % len(asked) :] + asked[: first * 7 % len(asked)]
    search(*asked[0])
    start.wait()
    end = time.perf_counter() + SECONDS
    times = []
    for n in range(10**9):
        begin = time.perf_counter()
        if begin > end:
            break
        search(*asked[n % len(asked)])
        times.append((time.perf_counter() - begin) * 1000)
    results.put(times)


def throughput(url: str, tasks: Tasks, system: str, clients: int) -> dict[str, Any]:
    """Let so many clients, each a process of its own, ask at the same time."""
    context = get_context("spawn")
    start, results = context.Barrier(clients), context.Queue()
    processes = [
        context.Process(target=ask_on, args=(url, tasks, system, n, start, results))
        for n in range(clients)
    ]
    for process in processes:
        process.start()
    times = [time for _ in processes for time in results.get()]
    for process in processes:
        process.join()
    return {
        "calls/s": len(times) / SECONDS,
        "p95": quantiles(times, n=20)[-1],
    }


def main() -> None:
    _, url, path, system = sys.argv
    tasks: Tasks = pickle.loads(Path(path).read_bytes())  # noqa: S301 - of search.py
    search = SYSTEMS[system](url, tasks)
    observer = psycopg.connect(url, autocommit=True)
    scenarios = {scenario.name: scenario for scenario in tasks.scenarios}
    for line in sys.stdin:
        asked = json.loads(line)
        if "clients" in asked:
            answer = throughput(url, tasks, system, asked["clients"])
        else:
            answer = measure(search, tasks, scenarios[asked["scenario"]], observer)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    # So that what search.py has written can be read: it imports this as systems.
    sys.modules["systems"] = sys.modules["__main__"]
    main()
