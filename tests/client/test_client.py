"""Connections, arguments, results and errors of the client."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
import psycopg
import pytest
from pgvector import HalfVector, Vector
from pgvector.psycopg.vector import VectorBinaryDumper
from psycopg_pool import AsyncConnectionPool, ConnectionPool

import kodiai
from kodiai import AsyncClient, Client, FoundMemory
from tests.examples import examples
from tests.learning.corpus import memory, vector

pytestmark = pytest.mark.slow


def count(database: psycopg.Connection) -> int:
    row = database.execute("select count(*) from learning_memories").fetchone()
    assert row
    return int(row[0])


# Connections


def end_other_sessions(database: psycopg.Connection) -> None:
    database.execute(
        "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )


def test_a_call_on_a_session_that_ended_was_not_executed(
    client: Client, database: psycopg.Connection
) -> None:
    client.has_memory("acme/api", 1, "accepted")
    end_other_sessions(database)
    with pytest.raises(psycopg.errors.AdminShutdown) as raised:
        client.write_memory(**memory())
    assert raised.value.sqlstate == "57P01"
    assert isinstance(client._target, psycopg.Connection)
    assert client._target.closed
    assert count(database) == 0


def test_a_pool_that_checks_its_connections_replaces_lost_ones(
    conninfo: str, database: psycopg.Connection
) -> None:
    check = ConnectionPool.check_connection
    with ConnectionPool(conninfo, min_size=1, max_size=1, check=check) as pool:
        client = Client(pool)
        assert not client.has_memory("acme/api", 1, "accepted")
        end_other_sessions(database)
        assert not client.has_memory("acme/api", 1, "accepted")


def test_a_pool_that_checks_nothing_returns_lost_connections(
    conninfo: str, database: psycopg.Connection
) -> None:
    with ConnectionPool(conninfo, min_size=1, max_size=1) as pool:
        client = Client(pool)
        assert not client.has_memory("acme/api", 1, "accepted")
        end_other_sessions(database)
        with pytest.raises(psycopg.errors.AdminShutdown):
            client.has_memory("acme/api", 1, "accepted")


def test_connect_commits_each_call_and_closes_the_connection(
    conninfo: str, database: psycopg.Connection
) -> None:
    with Client.connect(conninfo) as client:
        client.write_memory(**memory())
        assert count(database) == 1
        connection = client._target
    assert isinstance(connection, psycopg.Connection)
    assert connection.closed


def test_connect_uses_database_url_by_default(
    conninfo: str, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", conninfo)
    with Client.connect() as client:
        client.write_memory(**memory())
    assert count(database) == 1
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(ValueError, match="DATABASE_URL is not set"):
        Client.connect()


def test_application_name_defaults_to_kodiai(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name(**parameters: Any) -> str:
        with Client.connect(conninfo, **parameters) as client:
            assert isinstance(client._target, psycopg.Connection)
            return client._target.info.parameter_status("application_name") or ""

    assert name() == "kodiai"
    assert name(application_name="bot") == "bot"
    monkeypatch.setenv("PGAPPNAME", "worker")
    assert name() == "worker"


def test_a_borrowed_connection_is_never_committed_or_closed(
    conninfo: str, database: psycopg.Connection
) -> None:
    with psycopg.connect(conninfo) as connection:
        with Client(connection) as client:
            client.write_memory(**memory())
            assert len(client.search_memories("acme/api", "cache")) == 1
        assert not connection.closed
        assert count(database) == 0
        connection.rollback()
    assert count(database) == 0


def test_each_call_on_a_pool_is_its_own_transaction(
    conninfo: str, database: psycopg.Connection
) -> None:
    with ConnectionPool(conninfo, min_size=1, max_size=1) as pool:
        client = Client(pool)
        client.write_memory(**memory())
        assert count(database) == 1
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            client.search_memories("acme/api", "cache", limit=0)
        with pool.connection() as connection:
            assert not connection.autocommit
        client.close()
        assert not pool.closed


def test_an_error_leaves_the_client_usable(client: Client) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        client.search_memories("acme/api", "cache", limit=0)
    assert client.search_memories("acme/api", "cache") == []


# The asynchronous client


def run_async(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


def test_async_connect_commits_each_call_and_closes_the_connection(
    conninfo: str, database: psycopg.Connection
) -> None:
    async def work() -> None:
        async with AsyncClient.connect(conninfo) as client:
            written = await client.write_memory(**memory(), embedding=vector(1))
            found = await client.search_memories("acme/api", "cache", vector(1))
            assert [row.memory_id for row in found] == [written.memory_id]
            assert await client.has_memory("acme/api", 1, "accepted") is False
            connection = client._target
        assert isinstance(connection, psycopg.AsyncConnection)
        assert connection.closed

    run_async(work)
    assert count(database) == 1


def test_async_connect_can_be_awaited(conninfo: str) -> None:
    async def work() -> None:
        client = await AsyncClient.connect(conninfo)
        async with client as same:
            assert same is client
            assert await client.has_memory("acme/api", 1, "accepted") is False
        assert "closed" in repr(client)

    run_async(work)


def test_an_async_borrowed_connection_is_never_committed_or_closed(
    conninfo: str, database: psycopg.Connection
) -> None:
    async def work() -> None:
        async with await psycopg.AsyncConnection.connect(conninfo) as connection:
            async with AsyncClient(connection) as client:
                await client.write_memory(**memory())
            assert not connection.closed
            await connection.rollback()

    run_async(work)
    assert count(database) == 0


def test_an_async_pool_runs_concurrent_calls(
    conninfo: str, database: psycopg.Connection
) -> None:
    async def work() -> None:
        async with AsyncConnectionPool(conninfo, min_size=1, max_size=2) as pool:
            client = AsyncClient(pool)
            await asyncio.gather(*(client.write_memory(**memory()) for _ in range(5)))
            async with pool.connection() as connection:
                assert not connection.autocommit

    run_async(work)
    assert count(database) == 5


def test_both_clients_return_the_same_types(
    conninfo: str, database: psycopg.Connection
) -> None:
    """Each call runs in a transaction that is rolled back."""
    calls = examples(database)
    results: dict[str, list[Any]] = {function: [] for function in calls}

    def kind(result: Any) -> Any:
        return [type(r) for r in result] if isinstance(result, list) else type(result)

    with psycopg.connect(conninfo) as connection:
        for function, arguments in calls.items():
            try:
                result = getattr(Client(connection), function)(**arguments)
                results[function].append(kind(result))
            except psycopg.DatabaseError as error:
                results[function].append(error.sqlstate)
            connection.rollback()

    async def work() -> None:
        async with await psycopg.AsyncConnection.connect(conninfo) as connection:
            for function, arguments in calls.items():
                try:
                    result = await getattr(AsyncClient(connection), function)(
                        **arguments
                    )
                    results[function].append(kind(result))
                except psycopg.DatabaseError as error:
                    results[function].append(error.sqlstate)
                await connection.rollback()

    run_async(work)
    assert [f for f, (one, other) in results.items() if one != other] == []
    unknown = {f for f, (state, _) in results.items() if isinstance(state, str)}
    assert unknown == {
        *("complete_run", "record_findings", "record_suppressions"),
        *("set_checkpoint_comment", "set_finding_comment", "record_feedback_reactions"),
        "rebuild_postings",  # for the owner role
        "sync_feedback_reactions",
        "settle_assessment",
        *("retire_memories", "restore_memories", "correct_memory", "delete_memories"),
        *("withdraw_voices", "reject_memories"),
        *("begin_reembedding", "activate_embedding_model", "claim_memories_to_embed"),
        *("save_embeddings", "report_embedding_failures", "retry_embeddings"),
    }


# Arguments


@pytest.mark.parametrize(
    "value",
    [
        vector(1, 0.5),
        tuple(vector(1, 0.5)),
        [1, 0.5, 0, 0, 0, 0, 0, 0],
        np.array(vector(1, 0.5)),
        np.array(vector(1, 0.5), dtype="float32"),
        np.array(vector(1, 0.5), dtype="float16"),
        list(np.array(vector(1, 0.5), dtype="float32")),
        Vector(vector(1, 0.5)),
        HalfVector(vector(1, 0.5)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_vector_may_be_a_list_tuple_array_or_pgvector_type(
    client: Client, value: Any
) -> None:
    one = client.write_memory(**memory(), embedding=value)
    (many,) = client.write_memories([memory()], [value])
    for row in client.get_memories("acme/api", [one.memory_id, many.memory_id]):
        assert row.embedding == Vector(vector(1, 0.5))
    found = client.search_memories("acme/api", None, value)
    assert [row.distance for row in found] == pytest.approx([0, 0], abs=1e-6)


def test_embeddings_may_be_a_two_dimensional_array(client: Client) -> None:
    rows = client.write_memories([memory() for _ in range(3)], np.eye(3, 8))
    embeddings = [
        m.embedding
        for m in client.get_memories("acme/api", [r.memory_id for r in rows])
    ]
    assert embeddings == [Vector(row) for row in np.eye(3, 8)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"query_text": [1.0]}, "query_text: expected text, got list"),
        ({"query_text": b"x"}, "query_text: expected text, got bytes"),
        ({"limit": "ten"}, "limit: expected an integer, got str"),
        ({"limit": 2.5}, "limit: expected an integer, got 2.5"),
        ({"limit": True}, "limit: expected an integer, got bool"),
        ({"diversity": "0"}, "diversity: expected a number, got str"),
        ({"diversity": Fraction(1, 3)}, "diversity: expected a number, got Fraction"),
        ({"outcomes": "accepted"}, "outcomes: expected a list, got str"),
        ({"outcomes": [1]}, "outcomes[1]: expected text, got int"),
        ({"recency_half_life": 30}, "recency_half_life: expected a timedelta"),
        ({"created_after": "2026"}, "created_after: expected a datetime, got str"),
    ],
)
def test_an_argument_of_the_wrong_type_is_named(
    client: Client, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as error:
        client.search_memories(**{"repo": "acme/api", "query_text": "x"} | arguments)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("memories", ["text", {"repo": "acme/api"}, 5])
def test_memories_must_be_a_list(client: Client, memories: Any) -> None:
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match="^memories: expected a list, got"
    ):
        client.write_memories(memories, [])
    with pytest.raises(psycopg.errors.NullValueNotAllowed, match="^memories is miss"):
        client.write_memories(None, [])  # type: ignore[arg-type]


@pytest.mark.parametrize("cost", [Decimal("NaN"), Decimal("sNaN"), float("inf")])
def test_an_amount_is_a_number(client: Client, cost: Any) -> None:
    with pytest.raises(psycopg.DataError):
        client.record_telemetry_event("acme/api", "r", "m", "ok", cost_usd=cost)


@pytest.mark.parametrize("cost", [Decimal("0.10"), 0.1, np.float64(0.1), 1])
def test_cost_usd_may_be_any_kind_of_number(client: Client, cost: Any) -> None:
    client.record_telemetry_event("acme/api", "review", "m", "success", cost_usd=cost)
    assert client.list_cost_by_model()[0].cost_usd == Decimal(str(cost))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({1: 2}, "checkpoint_data: expected keys that are text, got 1"),
        (
            {"a": [{None: 2}]},
            "checkpoint_data.a[1]: expected keys that are text, got",
        ),
        ({"a": Decimal("0.1")}, "checkpoint_data.a: expected text, a finite number"),
        ({"a": float("nan")}, "checkpoint_data.a: expected text, a finite number"),
        ({"a": {1, 2}}, "checkpoint_data.a: expected text, a finite number"),
        ([], "checkpoint_data: expected a JSON object, got []"),
    ],
)
def test_a_value_that_json_cannot_express_is_named(
    client: Client, data: Any, message: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as error:
        client.save_checkpoint("k", "acme/api", 1, data)
    assert str(error.value).startswith(message)
    assert error.value.diag.sqlstate == error.value.sqlstate == "22023"


def test_json_that_contains_itself_is_rejected(client: Client) -> None:
    data: dict[str, Any] = {}
    data["itself"] = data
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match="^checkpoint_data: expected JSON"
    ):
        client.save_checkpoint("k", "acme/api", 1, data)
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match="^memories: expected JSON"
    ):
        client.write_memories([data], [None])  # type: ignore[list-item]


def test_cost_usd_rejects_text(client: Client) -> None:
    with pytest.raises(
        psycopg.errors.InvalidParameterValue,
        match="^cost_usd: expected a number, got str",
    ):
        client.record_telemetry_event("acme/api", "r", "m", "ok", cost_usd="1")  # type: ignore[arg-type]


def test_memory_ids_reject_text(client: Client) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="memory_ids"):
        client.get_memories("acme/api", "12")  # type: ignore[arg-type]


@pytest.mark.parametrize("target", ["postgresql:///x", None, object()])
def test_only_a_connection_or_a_pool_can_be_borrowed(target: Any) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(TypeError, match="expected a (Async)?Connection or "):
            kind(target)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (None, "memories[2]: expected a mapping, got NoneType"),
        ([1], "memories[2]: expected a mapping, got list"),
        (memory(language=object()), "memories[2].language: expected text"),
        (memory(finding_id=float("nan")), "memories[2].finding_id: expected text"),
        (memory(language={"a": "\0"}), "memories[2].language.a: expected text"),
        (memory(language=["a", object()]), "memories[2].language[2]: expected text"),
        (memory(**{"a\0": 1}), "memories[2]: expected text that Postgres"),
        (memory(**{"a\ud800": 1}), "memories[2]: expected text that Postgres"),
    ],
)
def test_a_memory_that_json_cannot_express_is_named(
    client: Client, bad: Any, message: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as error:
        client.write_memories([memory(), bad], [None, None])
    assert str(error.value).startswith(message)


def test_numbers_may_be_from_numpy_and_lists_may_be_sets(client: Client) -> None:
    one = client.write_memory(**memory(finding_id=np.int64(5)))
    (again,) = client.write_memories([memory(finding_id=np.int64(5))], [None])
    assert again.memory_id == one.memory_id
    (found,) = client.search_memories(
        "acme/api",
        "cache",
        limit=np.int64(5),  # type: ignore[arg-type]
        text_weight=np.float32(0.5),  # type: ignore[arg-type]
        outcomes={"accepted"},
    )
    assert found.memory_id == one.memory_id
    assert client.get_memories("acme/api", {one.memory_id})[0].finding_id == 5


@pytest.mark.parametrize(
    "make", [list, tuple, iter, np.array, deque], ids=lambda m: m.__name__
)
def test_a_list_may_be_any_iterable(client: Client, make: Any) -> None:
    one = client.write_memory(**memory())
    assert len(client.get_memories("acme/api", make([one.memory_id]))) == 1
    assert len(client.search_memories("acme/api", "cache", outcomes=make(["accepted"])))
    assert len(client.write_memories(make([memory()]), make([None]))) == 1


def test_ranges_and_dictionary_views_are_accepted_as_lists(client: Client) -> None:
    one = client.write_memory(**memory())
    ids = range(one.memory_id, one.memory_id + 2)
    assert len(client.get_memories("acme/api", ids)) == 1
    assert len(client.get_memories("acme/api", dict.fromkeys(ids).keys())) == 1
    rows = {"a": memory(), "b": memory()}
    embeddings = {"a": np.eye(8)[0], "b": range(8)}
    written = client.write_memories(rows.values(), embeddings.values())
    _, second = client.get_memories("acme/api", (row.memory_id for row in written))
    assert second.embedding == Vector(list(range(8)))


def test_numpy_scalars_are_sent_as_python_values(client: Client) -> None:
    when = np.datetime64("2026-01-02T03:04:05.000006000")
    values = {"stale": np.bool_(False), "created_at": when, "language": np.str_("go")}
    one = client.write_memory(**memory(**values))
    (two,) = client.write_memories([memory(**values)], [None])
    for row in client.get_memories("acme/api", [one.memory_id, two.memory_id]):
        assert (row.stale, row.language) == (False, "go")
        assert row.created_at == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    week: Any = np.timedelta64(7, "D")
    assert client.list_open_runs(older_than=week) == []
    stats = {"count": np.int64(3), "share": np.float32(0.5), "done": np.bool_(True)}
    client.save_checkpoint("k", "acme/api", 1, stats)
    checkpoint = client.get_checkpoint("k")
    assert checkpoint
    assert checkpoint.checkpoint_data == {"count": 3, "share": 0.5, "done": True}


class Word(str, Enum):  # noqa: UP042 - whose str() is not its value
    MAJOR = "major"


class Size(int, Enum):
    ONE = 1


def test_members_of_an_enum_stand_for_their_values(client: Client) -> None:
    one = client.write_memory(**memory(severity=Word.MAJOR))
    (two,) = client.write_memories([memory(severity=Word.MAJOR)], [None])
    rows = client.get_memories("acme/api", [one.memory_id, two.memory_id])
    assert [row.severity for row in rows] == ["major", "major"]
    assert len(client.search_memories("acme/api", "cache", limit=Size.ONE)) == 1


class NaT(datetime):
    """Not a time, as pandas has it."""

    def __ne__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (NaT(2026, 1, 1), "created_after: expected a datetime, got NaT"),
        (np.datetime64("NaT"), "created_after: expected a datetime, got datetime64"),
        (np.datetime64("20000-01-01"), "created_after: expected a datetime, got date"),
    ],
)
def test_what_is_no_time_is_named(client: Client, value: Any, expected: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=f"^{expected}"):
        client.search_memories("acme/api", "cache", created_after=value)


@pytest.mark.parametrize(
    "value",
    [
        np.array(vector(1), dtype="complex64"),
        np.array(["1"] * 8),
        np.array([None] * 8),
        ["1"] * 8,
    ],
)
def test_what_is_no_number_is_no_vector(client: Client, value: Any) -> None:
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match="^query_embedding: expected a list"
    ):
        client.search_memories("acme/api", None, value)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"query_embedding": np.ma.array(vector(1))}, "query_embedding"),
        ({"languages": np.ma.array(["go"])}, "languages"),
    ],
)
def test_a_masked_array_is_rejected(
    client: Client, arguments: dict[str, Any], name: str
) -> None:
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match=f"^{name}: expected .*MaskedArray"
    ):
        client.search_memories("acme/api", "cache", **arguments)


def test_a_number_too_large_for_postgres_is_rejected(client: Client) -> None:
    for limit in (2**31, 10**12, 2**63, 2**70, 10**5000):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="^limit: expec"):
            client.search_memories("acme/api", "cache", limit=limit)
    expected = r"^memory_ids\[2\]: expected a 64-bit integer"
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=expected):
        client.get_memories("acme/api", [1, 2**70])


def test_a_datetime_without_a_zone_is_utc(conninfo: str) -> None:
    noon = datetime(2026, 1, 1, 12)  # noqa: DTZ001
    with psycopg.connect(conninfo) as connection:
        connection.execute("set timezone = 'America/New_York'")
        client = Client(connection)
        one = client.write_memory(**memory(created_at=noon))
        (two,) = client.write_memories([memory(created_at=noon)], [None])
        for row in client.get_memories("acme/api", [one.memory_id, two.memory_id]):
            assert row.created_at == noon.replace(tzinfo=UTC)
        assert client.search_memories("acme/api", "cache", created_after=noon) == []


# Results


def test_results_are_typed_and_frozen(client: Client) -> None:
    client.write_memory(**memory(finding_id=7), embedding=vector(1))
    (found,) = client.search_memories("acme/api", "cache", vector(1))
    assert isinstance(found, FoundMemory)
    assert isinstance(found.score, float)
    assert isinstance(found.vector_rank, int)
    assert isinstance(found.created_at, datetime)
    assert found.created_at.astimezone(UTC) <= datetime.now(UTC)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.score = 1.0  # type: ignore[misc]


def test_the_factories_of_a_borrowed_connection_are_ignored(conninfo: str) -> None:
    with psycopg.connect(
        conninfo,
        row_factory=psycopg.rows.dict_row,
        cursor_factory=psycopg.RawCursor,
    ) as connection:
        assert Client(connection).has_memory("acme/api", 7, "accepted") is False


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("KB001", kodiai.UnknownReviewError),
        ("KB002", kodiai.UnknownFindingError),
        ("KB003", kodiai.UnknownRunError),
        ("KB004", kodiai.UnknownCheckpointError),
        ("KB006", kodiai.UnknownMemoryError),
        ("KB007", kodiai.SupersedingError),
    ],
)
def test_psycopg_raises_our_error_classes(
    database: psycopg.Connection, code: str, error: type[psycopg.DatabaseError]
) -> None:
    with pytest.raises(error):
        database.execute(f"do $$ begin raise sqlstate '{code}'; end $$".encode())


def test_a_row_converts_to_a_dictionary_that_json_can_write(client: Client) -> None:
    written = client.write_memory(**memory(finding_id=7), embedding=vector(1))
    (row,) = client.get_memories("acme/api", [written.memory_id])
    columns = json.loads(json.dumps(row.to_dict()))
    assert list(columns) == [field.name for field in dataclasses.fields(row)]
    assert columns["embedding"] == vector(1)
    assert datetime.fromisoformat(columns["created_at"]) == row.created_at
    client.record_telemetry_event("acme/api", "r", "m", "ok", cost_usd=0.25)
    (cost,) = client.list_cost_by_model()
    assert json.loads(json.dumps(cost.to_dict()))["cost_usd"] == 0.25
    assert json.loads(json.dumps(client.get_repo_stats("acme/api").to_dict()))


def test_the_repr_of_a_row_is_one_short_line(client: Client) -> None:
    text = "The cache is\nnever invalidated. " * 100
    written = client.write_memory(**memory(finding_text=text), embedding=vector(1))
    (row,) = client.get_memories("acme/api", [written.memory_id])
    assert repr(row).startswith("Memory(memory_id=")
    assert "embedding=<Vector of 8 dimensions>" in repr(row)
    assert "\n" not in repr(row)
    assert len(repr(row)) < 800


def test_the_repr_of_a_client_names_its_schema_and_host(
    conninfo: str, database: psycopg.Connection
) -> None:
    where = f"(schema='kodiai', host={database.info.host!r})"
    with Client.connect(conninfo) as client:
        assert repr(client) == f"Client{where}"
    assert repr(client) == "Client(schema='kodiai', host='closed')"
    with ConnectionPool(conninfo, min_size=1, max_size=1) as pool:
        assert repr(Client(pool)) == f"Client{where}"


@pytest.mark.parametrize("schema", ["kodiai", 'odd "schema" 100%'])
def test_functions_are_called_in_the_given_schema(conninfo: str, schema: str) -> None:
    with Client.connect(conninfo, schema=schema) as client:
        if schema == "kodiai":
            assert client.has_memory("acme/api", 1, "accepted") is False
        else:
            with pytest.raises(psycopg.errors.InvalidSchemaName, match="odd"):
                client.has_memory("acme/api", 1, "accepted")


# Errors


def test_an_error_is_one_line_and_names_arguments_as_in_python(client: Client) -> None:
    bad: Any = memory(severity="severity")
    with pytest.raises(psycopg.errors.InvalidParameterValue) as error:
        client.write_memories([bad], [None])
    assert str(error.value) == (
        "memories[1].severity: expected critical, major, medium or minor,"
        ' got "severity"'
    )
    assert str(error.value.diag.message_primary).startswith("p_memories[1].")
    assert error.value.diag.context
    with pytest.raises(psycopg.errors.NullValueNotAllowed) as missing:
        client.search_memories(None, "cache")
    assert str(missing.value).startswith("repo or owner is missing: expected ")
    with pytest.raises(kodiai.UnknownRunError) as unknown:
        client.complete_run("none")
    assert "\n" not in str(unknown.value)


# Changed functions


def add_column(database: psycopg.Connection) -> None:
    """Add a column to get_author, as a later release may."""
    database.execute("drop function kodiai.get_author")
    database.execute("""
        create function kodiai.get_author(
          p_repo text, p_author_login text, p_max_age interval
        )
        returns table (
          author_login text, tier text, karma bigint, author_association text,
          pr_count bigint, cached_at timestamptz
        )
        language sql
        as $$ select 'ann', 'core', 7, 'MEMBER', 3, '2026-01-01'::timestamptz $$
    """)
    database.execute("grant execute on function kodiai.get_author to kodiai_app")


def test_a_new_column_is_ignored(client: Client, database: psycopg.Connection) -> None:
    for _ in range(7):  # psycopg prepares the statement at the sixth call
        assert client.get_author("acme/api", "ann") is None
    add_column(database)
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(7):
        author = client.get_author("acme/api", "ann", timedelta(1))
        assert author == kodiai.Author("ann", "core", "MEMBER", 3, joined)


def test_a_changed_function_fails_once_in_a_transaction(
    conninfo: str, database: psycopg.Connection
) -> None:
    with psycopg.connect(conninfo) as connection:
        client = Client(connection)
        for _ in range(7):
            client.get_author("acme/api", "ann", timedelta(1))
        connection.commit()
        add_column(database)
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="cached plan"):
            client.get_author("acme/api", "ann", timedelta(1))
        connection.rollback()
        assert client.get_author("acme/api", "ann", timedelta(1))


def test_an_error_of_a_function_is_not_retried(
    client: Client, database: psycopg.Connection
) -> None:
    database.execute("create sequence public.calls")
    database.execute("grant usage on sequence public.calls to kodiai_app")
    add_column(database)
    database.execute("""
        create or replace function kodiai.get_author(
          p_repo text, p_author_login text, p_max_age interval
        )
        returns table (
          author_login text, tier text, karma bigint, author_association text,
          pr_count bigint, cached_at timestamptz
        )
        language plpgsql
        as $$
        begin
          perform nextval('public.calls');
          raise feature_not_supported;
        end
        $$
    """)
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        client.get_author("acme/api", "ann", timedelta(1))
    assert database.execute("select last_value from public.calls").fetchone() == (1,)


# Connections that are shared


def test_concurrent_calls_on_one_connection_are_transactions_of_their_own(
    conninfo: str, database: psycopg.Connection
) -> None:
    async def work() -> None:
        async with AsyncClient.connect(conninfo) as client:
            calls = [
                client.search_memories("acme/api", "cache", vector(1)) for _ in range(8)
            ]
            assert await asyncio.gather(*calls) == [[]] * 8
            await client.write_memory(**memory(), embedding=vector(1))

    run_async(work)
    assert count(database) == 1


def test_vectors_are_sent_and_read_in_a_pipeline(conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection, connection.pipeline():
        client = Client(connection)
        written = client.write_memory(**memory(), embedding=vector(1))
        (row,) = client.get_memories("acme/api", [written.memory_id])
        assert row.embedding == Vector(vector(1))


def test_calls_with_vectors_leave_nothing_behind(client: Client) -> None:
    for _ in range(3):
        client.search_memories("acme/api", "cache", vector(1))
        classes = len(VectorBinaryDumper.__subclasses__())
    assert classes == len(VectorBinaryDumper.__subclasses__())
    for _ in range(3):
        client.search_memories("acme/api", "cache", vector(1))
    assert classes == len(VectorBinaryDumper.__subclasses__())


def test_a_pool_of_read_only_connections_stays_so(conninfo: str) -> None:
    def configure(connection: psycopg.Connection) -> None:
        connection.read_only = True

    with ConnectionPool(conninfo, min_size=1, max_size=1, configure=configure) as pool:
        client = Client(pool)
        assert client.has_memory("acme/api", 1, "accepted") is False
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            client.write_memory(**memory())


def test_an_asynchronous_client_says_that_it_is_not_open(conninfo: str) -> None:
    async def work() -> None:
        client = AsyncClient.connect(conninfo)
        with pytest.raises(psycopg.InterfaceError, match="not open"):
            await client.has_memory("acme/api", 1, "accepted")
        async with client:
            assert await client.has_memory("acme/api", 1, "accepted") is False

    run_async(work)
