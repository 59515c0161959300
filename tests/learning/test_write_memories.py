"""Writing memories, and reading them back."""

from __future__ import annotations

import json
import random
import string
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import psycopg
import pytest
from pgvector import Vector
from psycopg import errors
from pytest_postgresql import factories

from kodiai import Client, WriteResult
from tests import server
from tests.concurrency import sessions, wait_for_lock

from .corpus import get_all, memory, vector


def count(database: psycopg.Connection) -> int:
    row = database.execute("select count(*) from learning_memories").fetchone()
    assert row
    return int(row[0])


def test_results_are_in_input_order(client: Client) -> None:
    repos = ["z/z", "a/a", "m/m"]
    written = client.write_memories(
        [memory(repo=repo, finding_id=1) for repo in repos], [vector(1)] * 3
    )
    assert [row.ordinal for row in written] == [1, 2, 3]
    assert [row.inserted for row in written] == [True] * 3
    ids = [row.memory_id for row in written]
    assert ids == sorted(ids)
    rows = get_all(client, ids, owners="azm")
    assert [row.repo for row in rows] == repos


def test_an_empty_batch_returns_no_rows(client: Client) -> None:
    assert client.write_memories([], []) == []


def test_writing_is_idempotent(client: Client) -> None:
    (first,) = client.write_memories([memory(finding_id=7)], [vector(1)])
    again = client.write_memories(
        [memory(finding_id=7, finding_text="other"), memory(finding_id=8)],
        [vector(2), None],
    )
    assert [row.inserted for row in again] == [False, True]
    assert again[0].memory_id == first.memory_id
    assert client.get_memories("acme/api", [first.memory_id])[0].finding_text != "other"


def test_a_duplicate_in_the_same_call_is_written_once(client: Client) -> None:
    rows = client.write_memories(
        [memory(finding_id=7), memory(), memory(finding_id=7), memory()], [None] * 4
    )
    assert [row.inserted for row in rows] == [True, True, False, True]
    assert rows[2].memory_id == rows[0].memory_id


def test_the_same_finding_with_another_outcome_is_the_same_memory(
    client: Client,
) -> None:
    rows = client.write_memories(
        [memory(finding_id=7), memory(finding_id=7, outcome="thumbs_down")], [None] * 2
    )
    assert [row.inserted for row in rows] == [True, False]
    assert {row.state for row in rows} == {"active"}
    (found,) = client.search_memories("acme/api", "cache")
    assert found.outcome == "thumbs_down"


def test_omitted_columns_get_their_defaults(client: Client) -> None:
    (row,) = client.write_memories([memory()], [None])
    (written,) = client.get_memories("acme/api", [row.memory_id])
    assert (written.owner, written.source_repo) == ("acme", "acme/api")
    assert (written.finding_id, written.review_id, written.language) == (None,) * 3
    assert (written.embedding, written.embedding_dim) == (None, 8)
    assert not written.stale
    assert abs((datetime.now(UTC) - written.created_at).total_seconds()) < 600


def test_every_column_is_stored(client: Client) -> None:
    columns: dict[str, Any] = {
        "repo": "acme/api",
        "owner": "acme",
        "source_repo": "other/lib",
        "finding_id": 2**40,
        "review_id": 2**41,
        "finding_text": 'Naïve "quotes" \\ and {braces}, ¹²³ 漢字 🙂',
        "severity": "critical",
        "category": "security",
        "file_path": "a b/c.py",
        "language": "python",
        "outcome": "thumbs_down",
        "embedding_model": "test",
        "embedding_dim": 8,
        "stale": True,
        "created_at": datetime(2025, 5, 4, 3, 2, 1, tzinfo=UTC),
    }
    (row,) = client.write_memories([columns], [vector(1, -2.5)])  # type: ignore[list-item]
    (written,) = client.get_memories("acme/api", [row.memory_id])
    assert {name: getattr(written, name) for name in columns} == columns
    assert written.embedding
    assert written.embedding.to_list() == vector(1, -2.5)


def test_null_is_the_same_as_absent(client: Client) -> None:
    nothing = dict.fromkeys(
        ["owner", "source_repo", "finding_id", "language", "stale", "created_at"]
    )
    (row,) = client.write_memories([memory(**nothing)], [None])
    assert client.get_memories("acme/api", [row.memory_id])[0].owner == "acme"


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_time_without_a_time_zone_is_utc(conninfo: str, zone: str) -> None:
    with Client.connect(
        f"{conninfo} options='-c timezone={zone} -c role=kodiai_app'"
    ) as c:
        (row,) = c.write_memories([memory(created_at="2026-01-01T12:00:00")], [None])
        (written,) = c.get_memories("acme/api", [row.memory_id])
    assert written.created_at == datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_write_memory_and_write_memories_share_the_key(client: Client) -> None:
    columns = memory(finding_id=7, language="go", review_id=9)
    one = client.write_memory(**columns, embedding=vector(1))
    assert one.inserted
    (again,) = client.write_memories([columns], [vector(1)])
    assert (again.memory_id, again.inserted) == (one.memory_id, False)


def test_the_model_of_the_first_embedding_is_active_until_another_is_set(
    client: Client,
) -> None:
    client.write_memory(**memory(), embedding=vector(1))
    assert written_model(client, unnamed()) == "test"
    assert client.set_embedding_model("newer") == "test"
    assert client.set_embedding_model("newer") == "newer"
    assert written_model(client, unnamed()) == "newer"
    assert written_model(client, memory(embedding_model="third")) == "third"
    assert written_model(client, unnamed()) == "newer"


def unnamed(**columns: Any) -> Any:
    """Return a valid memory that names no model."""
    columns = memory(**columns)
    del columns["embedding_model"]
    return columns


def written_model(client: Client, columns: dict[str, Any]) -> str:
    row = client.write_memory(**columns)
    return client.get_memories("acme/api", [row.memory_id])[0].embedding_model


def test_a_memory_without_an_embedding_makes_no_model_active(client: Client) -> None:
    """Whether or not it names one."""
    assert written_model(client, memory(embedding_model="words")) == "words"
    assert written_model(client, unnamed()) == "none"
    client.write_memories(
        [memory(embedding_model="words"), memory(embedding_model="real"), unnamed()],
        [None, vector(1), vector(0, 1)],
    )
    assert len(client.search_memories("acme/api", None, vector(1))) == 2
    assert client.set_embedding_model("newer") == "real"


def test_an_embedding_needs_a_model_until_one_is_active(
    client: Client, database: psycopg.Connection
) -> None:
    with pytest.raises(
        errors.NullValueNotAllowed, match=r"memories\[2\]\.embedding_model"
    ):
        client.write_memories([memory(), unnamed()], [None, vector(1)])
    with pytest.raises(errors.NullValueNotAllowed, match="^embedding_model"):
        client.write_memory(**unnamed(), embedding=vector(1))
    assert count(database) == 0
    assert client.set_embedding_model("first") is None
    client.write_memory(**unnamed(), embedding=vector(1))
    assert count(database) == 1


def test_a_memory_gets_its_embedding_when_it_is_written_again(client: Client) -> None:
    (row,) = client.write_memories([unnamed(finding_id=5, stale=True)], [None])
    (before,) = client.get_memories("acme/api", [row.memory_id])
    again = memory(finding_id=5, finding_text=before.finding_text, language="go")
    existing = WriteResult(row.memory_id, inserted=False, state="active", stale=True)
    assert client.write_memory(**again) == existing
    assert client.get_memories("acme/api", [row.memory_id]) == [before]
    assert client.write_memory(**again, embedding=vector(0, 2)) == existing
    (after,) = client.get_memories("acme/api", [row.memory_id])
    assert after.embedding
    assert after.embedding.to_list() == vector(0, 2)
    assert after.embedding_model == "test"
    assert replace(after, embedding=None, embedding_model="none") == before


def test_an_embedding_that_was_added_is_found(client: Client) -> None:
    texts = ["about caches", "about locks"]
    rows = [memory(finding_id=n, finding_text=text) for n, text in enumerate(texts)]
    first, second = client.write_memories(rows, [None, vector(1)])
    client.write_memories(rows, [vector(0, 1), vector(0, 1)])
    found = client.search_memories("acme/api", "caches", vector(0, 1))
    assert [hit.memory_id for hit in found] == [first.memory_id, second.memory_id]
    assert [hit.distance for hit in found] == [0, 1]
    assert [hit.text_rank for hit in found] == [1, None]
    assert all(check.is_ok for check in client.check_search("acme/api"))


def test_only_an_embedding_of_the_active_model_replaces_another(client: Client) -> None:
    same = memory(finding_id=5)

    def write(model: str, *values: float) -> tuple[str, list[float]]:
        row = client.write_memory(
            **same | {"embedding_model": model}, embedding=vector(*values)
        )
        (written,) = client.get_memories("acme/api", [row.memory_id])
        assert written.embedding
        return written.embedding_model, written.embedding.to_list()

    assert write("old", 1) == ("old", vector(1))
    assert write("old", 2) == ("old", vector(1))
    assert write("new", 3) == ("old", vector(1))
    client.set_embedding_model("new")
    assert write("third", 4) == ("old", vector(1))
    assert write("new", 5) == ("new", vector(5))
    assert write("new", 6) == ("new", vector(5))
    assert write("old", 7) == ("new", vector(5))


def test_a_duplicate_in_the_same_call_adds_the_embedding(client: Client) -> None:
    client.set_embedding_model("test")
    same = memory(finding_id=5)
    other = memory(finding_id=5, embedding_model="other")
    rows = client.write_memories(
        [same, other, same, same], [None, vector(1), vector(2), vector(3)]
    )
    assert [row.inserted for row in rows] == [True, False, False, False]
    (written,) = client.get_memories("acme/api", [rows[0].memory_id])
    assert written.embedding
    assert (written.embedding_model, written.embedding.to_list()) == ("test", vector(2))


def test_concurrent_calls_that_add_embeddings_do_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    memories = [memory(finding_id=n) for n in range(20)]
    client.write_memories(memories, [None] * 20)
    with sessions(conninfo, 2) as (first, second):
        first.client.write_memories(memories, [vector(1)] * 20)
        second.start(lambda c: c.write_memories(memories[::-1], [vector(2)] * 20))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert [row.inserted for row in second.result()] == [False] * 20
    rows = database.execute("select distinct embedding::text from learning_memories")
    assert rows.fetchall() == [(str(vector(1)).replace(" ", "").replace(".0", ""),)]


def test_concurrent_set_embedding_model_returns_the_previous_model(
    conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, 2) as (first, second):
        assert first.client.set_embedding_model("a") is None
        second.start(lambda client: client.set_embedding_model("b"))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert second.result() == "a"
        assert first.client.set_embedding_model("c") == "b"


LONG = "x" * 5_000_000

BAD_COLUMNS: list[tuple[str, Any, str]] = [
    ("repo", "api", "owner/name"),
    ("repo", "acme/api ", "owner/name"),
    ("repo", 12, "owner/name"),
    ("repo", "acme/" + "x" * 200, "owner/name of at most 200"),
    ("source_repo", "acme/" + "x" * 3000, "owner/name of at most 200"),
    ("owner", "other", "the owner of repo"),
    ("source_repo", "", "owner/name"),
    ("finding_id", "seven", "a 64-bit integer"),
    ("finding_id", 1.5, "a 64-bit integer"),
    ("finding_id", 2**63, "a 64-bit integer"),
    ("review_id", True, "a 64-bit integer"),
    ("finding_text", "", "text of 1 to"),
    ("finding_text", " \n\t ", "text of 1 to"),
    ("finding_text", LONG, "text of 1 to 100000 characters"),
    ("severity", "blocker", "critical, major, medium or minor"),
    ("severity", "", "critical, major, medium or minor"),
    ("category", "Security", "security, correctness"),
    ("outcome", "rejected", "published, accepted, suppressed"),
    ("file_path", "", "a path of 1 to 1000 bytes"),
    ("file_path", "é" * 501, "a path of 1 to 1000 bytes"),
    ("language", "", "a name of 1 to 200"),
    ("embedding_model", " ", "a name of 1 to 200"),
    ("embedding_dim", 9, "8, the embedding_dim"),
    ("stale", "no", "true or false"),
    ("created_at", "soon", "a date and time in the years 1 to 9999"),
    ("created_at", "tomorrow", "a date and time"),
    ("created_at", "12:00 tomorrow", "a date and time"),
    ("created_at", "infinity", "a date and time"),
    ("created_at", "12026-01-01T00:00Z", "a date and time in the years 1 to 9999"),
    ("created_at", "9999-12-31T23:59-01:00", "a date and time"),
    ("created_at", "0044-03-15 BC", "a date and time"),
]


@pytest.mark.parametrize("timezone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_first_and_last_times_of_the_range_are_written(
    client: Client,
    database: psycopg.Connection,
    connection: psycopg.Connection,
    timezone: str,
) -> None:
    connection.execute("select set_config('timezone', %s, false)", (timezone,))
    first, last = "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"
    for time in (first, last):
        created_at = datetime.fromisoformat(time)
        client.write_memory(**memory(created_at=created_at))
        client.write_memories([memory(created_at=time)], [None])
    database.execute("set timezone = 'UTC'")
    rows = database.execute("select created_at::text from learning_memories order by 1")
    assert rows.fetchall() == [(first,), (first,), (last,), (last,)]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("column", "value", "expected"), BAD_COLUMNS)
def test_a_bad_value_is_named_and_nothing_is_written(
    client: Client, column: str, value: Any, expected: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue) as error:
        client.write_memories([memory(), memory(**{column: value})], [None, None])
    message = str(error.value)
    assert message.startswith(f"memories[2].{column}: expected {expected}")
    assert len(message) < 300


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        case
        for case in BAD_COLUMNS
        # Leave out what the arguments of write_memory cannot express.
        if isinstance(case[1], str)
        and case[0] not in {"finding_id", "stale", "embedding_dim", "created_at"}
    ],
)
def test_write_memory_errors_name_its_own_argument(
    client: Client, column: str, value: Any, expected: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue) as error:
        client.write_memory(**memory(**{column: value}))
    assert str(error.value).startswith(f"{column}: expected {expected}")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "column",
    ["repo", "finding_text", "severity", "category", "file_path", "outcome"],
)
def test_a_missing_key_is_named(client: Client, column: str) -> None:
    columns = memory()
    del columns[column]
    for bad in (columns, memory(**{column: None})):
        with pytest.raises(
            errors.NullValueNotAllowed, match=rf"^memories\[1\]\.{column} is missing"
        ):
            client.write_memories([bad], [None])


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("key", ["color", "id", "embedding_code", "search_tsv"])
def test_an_unknown_key_is_named(client: Client, key: str) -> None:
    with pytest.raises(
        errors.InvalidParameterValue, match=rf'^memories\[1\]: .* the key "{key}"'
    ):
        client.write_memories([memory(**{key: 1})], [None])


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("embedding", "expected"),
    [
        (vector(1)[:7], "8 dimensions, got 7"),
        ([*vector(1), 1.0], "8 dimensions, got 9"),
        (vector(), "a vector with a defined cosine distance, got one with norm 0"),
        (vector(1e-30), "a vector with a defined cosine distance"),
        (vector(1e30), "a vector with a defined cosine distance"),
        (vector(float("nan")), "finite numbers"),
        (vector(float("inf")), "finite numbers"),
        (vector(1e300), "finite numbers"),
        ([], "1 to 16000 dimensions"),
        ([1.0] * 16001, "1 to 16000 dimensions"),
        (["a"] * 8, "a list or array of numbers"),
        ([[1.0] * 8], "a list or array of numbers"),
    ],
)
def test_a_bad_vector_is_named(client: Client, embedding: Any, expected: str) -> None:
    with pytest.raises(
        errors.InvalidParameterValue, match=rf"^embeddings\[2\]: expected {expected}"
    ):
        client.write_memories([memory(), memory()], [vector(1), embedding])
    with pytest.raises(
        errors.InvalidParameterValue, match=rf"^embedding: expected {expected}"
    ):
        client.write_memory(**memory(), embedding=embedding)
    with pytest.raises(errors.InvalidParameterValue) as error:
        client.write_memories([memory(), memory(embedding=embedding)])
    message = str(error.value)
    assert message.startswith(
        (
            f"memories[2].embedding: expected {expected}",
            "memories[2].embedding: expected an array of 8 numbers, got [",
        )
    )
    assert len(message) < 300


@pytest.mark.parametrize(
    "value",
    [vector(1, -2.5), Vector(vector(1, -2.5)), np.array(vector(1, -2.5), "float32")],
    ids=lambda value: type(value).__name__,
)
def test_an_embedding_may_be_a_key_of_its_memory(client: Client, value: Any) -> None:
    rows = client.write_memories(
        [memory(embedding=value), memory(embedding=None), memory(), memory()],
        [None, vector(2), vector(3), None],
    )
    rows += client.write_memories([memory(), memory(embedding=value)])
    found = client.get_memories("acme/api", [row.memory_id for row in rows])
    assert [row.embedding and row.embedding.to_list() for row in found] == [
        *(vector(1, -2.5), vector(2), vector(3), None, None, vector(1, -2.5))
    ]


@pytest.mark.usefixtures("unchanged")
def test_one_memory_cannot_be_given_two_embeddings(client: Client) -> None:
    with pytest.raises(errors.InvalidParameterValue) as error:
        client.write_memories(
            [memory(embedding=vector(1)), memory(embedding=vector(1))],
            [None, vector(1)],
        )
    assert str(error.value) == (
        "embeddings[2]: expected null, because memories[2].embedding is given,"
        " got a vector"
    )


def test_an_embedding_that_is_a_key_makes_its_model_active(client: Client) -> None:
    with pytest.raises(errors.NullValueNotAllowed, match=r"^memories\[2\]\."):
        client.write_memories([memory(), unnamed(embedding=vector(1))])
    client.write_memories([memory(embedding_model="key", embedding=vector(1))])
    assert client.set_embedding_model("newer") == "key"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "embedding",
    [
        *("1", "{}", "true", '"[1, 0, 0, 0, 0, 0, 0, 0]"', "[]", "[1]"),
        *("[[1, 0, 0, 0, 0, 0, 0, 0]]", "[1, 0, 0, 0, 0, 0, 0, null]"),
        *('[1, 0, 0, 0, 0, 0, 0, "0"]', "[1, 0, 0, 0, 0, 0, 0, 1e39]"),
        *("[1, 0, 0, 0, 0, 0, 0, -1e39]", "[1, 0, 0, 0, 0, 0, 0, 1e400]"),
        *("[1, 0, 0, 0, 0, 0, 0, [0]]", "[[1], 0, 0, 0, 0, 0, 0, 0]"),
        json.dumps([1] * 16001),
    ],
)
def test_an_embedding_that_is_no_array_of_numbers_is_named(
    database: psycopg.Connection, embedding: str
) -> None:
    valid = json.dumps(memory())
    given = valid.removesuffix("}") + f', "embedding": {embedding}}}'
    assert_rejected(
        database,
        f"write_memories('[{valid}, {given}]')",
        "22023",
        "p_memories[2].embedding: expected an array of 8 numbers, got ",
    )


def test_an_embedding_may_have_numbers_too_small_for_its_type(
    database: psycopg.Connection, client: Client
) -> None:
    given = json.dumps([memory(embedding="?")])
    given = given.replace('"?"', "[1, 1e-60, -1e-400, 0, 0, 0, 0, 0]")
    row = database.execute(f"select * from write_memories('{given}')".encode())
    (_, memory_id, *_) = row.fetchone() or (0, 0)
    (written,) = client.get_memories("acme/api", [memory_id])
    assert written.embedding
    assert written.embedding.to_list() == vector(1)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("null, '{}'", "22004", "p_memories is missing"),
        ("'{}', '{}'", "22023", "p_memories: expected an array of objects, got object"),
        (
            "'[1]', array[null::vector]",
            "22023",
            "p_memories[1]: expected an object, got 1",
        ),
        ("'[]', array[null::vector]", "22023", "p_embeddings: expected 0 elements"),
        ("'[{}]', '{}'", "22023", "p_embeddings: expected 1 elements"),
        ("'[{}]', array[null::vector]", "22004", "p_memories[1].repo is missing"),
        (
            """'[{"repo": ["acme/api"]}]', array[null::vector]""",
            "22023",
            "p_memories[1].repo: expected owner/name",
        ),
    ],
)
def test_malformed_arguments_are_named(
    database: psycopg.Connection, arguments: str, code: str, message: str
) -> None:
    assert_rejected(database, f"write_memories({arguments})", code, message)


def assert_rejected(
    database: psycopg.Connection, call: str, code: str, message: str
) -> None:
    with pytest.raises(psycopg.DatabaseError) as error:
        database.execute(f"select * from {call}".encode())
    assert error.value.sqlstate == code
    assert str(error.value).startswith(message)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_postgres_cannot_store_is_named(client: Client, text: str) -> None:
    with pytest.raises(
        errors.InvalidParameterValue, match=r"^memories\[1\]\.finding_text"
    ):
        client.write_memories([memory(finding_text=text)], [None])
    with pytest.raises(errors.InvalidParameterValue, match="^finding_text"):
        client.write_memory(**memory(finding_text=text))


def test_one_bad_memory_rejects_the_batch(
    client: Client, database: psycopg.Connection
) -> None:
    memories = [memory(finding_id=n) for n in range(100)]
    memories[99]["severity"] = "bad"
    with pytest.raises(
        errors.InvalidParameterValue, match=r"memories\[100\]\.severity"
    ):
        client.write_memories(memories, [None] * 100)
    assert count(database) == 0


def test_writing_the_same_memories_concurrently_does_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    """The second writer waits for the first, then finds every memory written."""
    memories = [memory(finding_id=n) for n in range(50)]
    with sessions(conninfo, 2) as (first, second):
        first.client.write_memories(memories, [None] * 50)
        second.start(lambda c: c.write_memories(memories[::-1], [None] * 50))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert [row.inserted for row in second.result()] == [False] * 50
    assert count(database) == 50


def test_get_memories_keeps_the_order_of_ids_and_skips_unknown_ones(
    client: Client,
) -> None:
    ids = [
        row.memory_id
        for row in client.write_memories([memory() for _ in range(3)], [None] * 3)
    ]
    order = [ids[2], 999_999, ids[0], ids[2]]
    assert [row.memory_id for row in client.get_memories("acme/api", order)] == [
        ids[2],
        ids[0],
    ]
    assert client.get_memories("acme/api", []) == []


def test_has_memory_looks_up_repo_finding_and_outcome(client: Client) -> None:
    client.write_memory(**memory(finding_id=7, stale=True))
    assert client.has_memory("acme/api", 7, "accepted")
    assert client.has_memory("acme/api", 7)
    assert not client.has_memory("acme/api", 7, "thumbs_up")
    assert not client.has_memory("acme/api", 8, "accepted")
    assert not client.has_memory("acme/web", 7, "accepted")


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        ("has_memory(null, 1, 'accepted')", "22004", "p_repo is missing"),
        ("has_memory('a', 1, 'accepted')", "22023", "p_repo: expected owner/name"),
        ("has_memory('a/b', null, 'accepted')", "22004", "p_finding_id is missing"),
        ("has_memory('a/b', 1, 'x')", "22023", "p_outcome: expected published"),
        ("get_memories('acme/api', null)", "22004", "p_memory_ids is missing"),
        ("set_embedding_model(null)", "22004", "p_embedding_model is missing"),
        ("set_embedding_model(' ')", "22023", "p_embedding_model: expected a name"),
        (
            "set_embedding_model(repeat('x', 201))",
            "22023",
            "p_embedding_model: expected a name",
        ),
    ],
)
def test_bad_arguments_are_named(
    database: psycopg.Connection, call: str, code: str, message: str
) -> None:
    assert_rejected(database, call, code, message)


widest = factories.postgresql_noproc(
    user="postgres", dbname="widest", load=[partial(server.deploy, embedding_dim=3072)]
)
widest_clone = factories.postgresql("widest")


def test_the_longest_values_fit_into_the_indexes(
    widest_clone: psycopg.Connection,
) -> None:
    """A B-tree entry has at most 2704 bytes; random text does not compress."""
    rng = random.Random(1)  # noqa: S311

    def text(length: int) -> str:
        return "".join(rng.choices(string.ascii_letters + string.digits, k=length))

    client = Client(widest_clone)
    row = memory(
        repo=f"{text(190)}/{text(9)}",
        file_path=text(1000),
        embedding_model=text(200),
        category="documentation",
        outcome="thumbs_down",
        finding_id=1,
    )
    embedding = np.random.default_rng(1).normal(size=3072)
    client.write_memories([row], [embedding])
    (found,) = client.search_memories(row["repo"], None, embedding)
    assert found.file_path == row["file_path"]
