"""An error names the argument that is missing or invalid, for every argument."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from catalog import EMBEDDING, Function, Item
from kodiai import Client
from kodiai.errors import argument_of
from tests.examples import python_arguments
from tests.learning.corpus import vector

pytestmark = pytest.mark.slow

LOWEST = {"1 minute": timedelta(minutes=1), "1 hour": timedelta(hours=1)}
RANGE = re.compile(
    rf"(?:0, or )?(\d+|{'|'.join(LOWEST)})"
    r"(?: to | or (more))(10\^15|\d*)(?: (\w+))?(?=;|$)"
)

#: Invalid values that no documented range implies, by argument.
OTHERS: dict[str, list[Any]] = {
    "checkpoint_data": [[], 1],
    "file_path": [""],
    "query_text": ["x" * 100_001],
    "query_embedding": [[0] * len(vector(1)), vector(1)[1:]],
    "embedding": [vector(1)[1:]],
    "embeddings": [[], [vector(1)[1:]]],
}

#: An array with one element more than any array argument may have, by type.
TOO_MANY: dict[str, Any] = {
    "jsonb": [{}] * 10_001,
    "bigint[]": [1] * 10_001,
    "text[]": ["go"] * 10_001,
    "double precision[]": [0.5] * 10_001,
    "vector[]": [None] * 10_001,
}

NOT_REPOS = [
    *("", "acme", "/", "acme/", "/api", "acme//api", "acme/api/", "acme/ /api"),
    *(" acme/api", "acme/api ", "acme /api", "acme/ api", "acme/a\tpi", "acme/api\n"),
    "acme/a\u0085pi",
]

OUTSIDE_YEARS = ["infinity", "-infinity", "12026-01-01 00:00Z", "0044-03-15 00:00Z BC"]


def invalid_values(argument: Item) -> list[Any]:
    """Return values that the comment rules out."""
    too_many = [TOO_MANY[argument.type]] if argument.is_array else []
    if argument.object_class:
        return [[{"none": 1}], *too_many]
    if argument.words:
        return [["other"], *too_many] if argument.is_array else ["", "other"]
    if argument.text.startswith("owner/name"):
        return [*NOT_REPOS, "a/" + "x" * 199]
    if argument.text.startswith("owner name"):
        return ["", " ", "acme/api", " acme", "acme ", "ac\tme", "x" * 201]
    values = OTHERS.get(python_name(argument), []) + too_many
    if found := RANGE.match(argument.text):
        return values + outside(argument.type, *found.groups())
    return values


def outside(type_: str, low: str, or_more: str, high: str, unit: str) -> list[Any]:
    """Return values just below and above a range, and for floats NaN and infinity."""
    if type_ == "interval":
        too_long = [] if or_more else [timedelta(days=400_000)]
        return [LOWEST[low] - timedelta(seconds=1), timedelta(seconds=-1), *too_long]
    highest = 10**15 if or_more or "^" in high else int(high)
    if type_ == "text":
        assert unit in {"characters", "bytes"}
        blank = [" \n"] if unit == "characters" else []
        return ["", *blank, "x" * (highest + 1)]
    if type_ == "bigint":
        above = [] if or_more and low == "1" else [highest + 1]
        above += [2**63 - 1, 2**63, 10**5000][bool(or_more) :]
        return [int(low) - 1, *above]
    return [int(low) - 0.01, highest * 1.01, float("nan"), float("inf")]


#: Arguments that are not documented as nullable, but for which null is the default.
DEFAULTED = {
    "record_review": {"files_analyzed", "lines_changed", "conclusion"},
    "write_memory": {"stale"},
    "record_telemetry_event": {
        *("provider", "input_tokens", "output_tokens", "cache_read_tokens"),
        *("cache_creation_tokens", "duration_ms", "cost_usd"),
    },
}


@pytest.fixture
def unchanged(client: Client, database: psycopg.Connection) -> Iterator[None]:
    """Fail if the test writes a row."""
    tables = database.execute(
        "select format('select count(*) from %I', relname) from pg_class"
        " where relnamespace = 'kodiai'::regnamespace and relkind = 'r'"
    ).fetchall()
    count = " union all ".join(statement for (statement,) in tables).encode()
    before = database.execute(count).fetchall()
    yield
    assert database.execute(count).fetchall() == before


@pytest.mark.usefixtures("unchanged")
def test_an_invalid_value_is_named(client: Client, functions: list[Function]) -> None:
    for function, argument in every_argument(functions):
        name = python_name(argument)
        for value in invalid_values(argument):
            message = rejection(client, function, name, value, "22023")
            assert re.match(rf"{name}\b.*: expected ", message), function.name
            assert len(message) < 400
            if argument.words and "at most 10000 elements" not in message:
                expected = message.split(": expected ")[1].split(", got ")[0]
                assert set(re.split(", | or ", expected)) == set(argument.words)


def test_every_array_has_a_stated_limit(functions: list[Function]) -> None:
    unstated = [
        (function.name, argument.name)
        for function, argument in every_argument(functions)
        if argument.is_array
        and not re.search(r"at most 10000\b|one per memory", argument.text)
    ]
    assert unstated == []


def test_every_time_that_is_written_has_a_stated_range(
    functions: list[Function],
) -> None:
    unstated = [
        (function.name, item.name)
        for function, argument in every_argument(functions)
        if "kodiai_reader" not in function.roles
        for item in (argument, *argument.keys)
        if item.type in {"timestamp with time zone", "timestamptz"}
        and not item.text.startswith("years 1 to 9999;")
    ]
    assert unstated == []


@pytest.mark.usefixtures("unchanged")
def test_a_time_outside_its_range_is_named(
    connection: psycopg.Connection, functions: list[Function]
) -> None:
    """In SQL: Python has no such times."""
    for function, argument in every_argument(functions):
        if not argument.text.startswith("years 1 to 9999;"):
            continue
        for value in OUTSIDE_YEARS:
            expected = (
                f"^{argument.name}: expected a date and time in the years 1 to 9999"
            )
            with pytest.raises(
                psycopg.errors.InvalidParameterValue, match=expected
            ) as error:
                connection.execute(sql_call(function, argument, f"'{value}'"))
            assert error.value.diag.column_name == argument.name


@pytest.mark.usefixtures("unchanged")
def test_a_number_is_no_interval(
    client: Client, connection: psycopg.Connection, functions: list[Function]
) -> None:
    """In text it would be a number of seconds, whatever unit was meant."""
    intervals = [
        (function, argument)
        for function, argument in every_argument(functions)
        if argument.type == "interval"
    ]
    assert len(intervals) >= 6
    for function, argument in intervals:
        name = python_name(argument)
        for number in (30, 0, 1.5):
            message = rejection(client, function, name, number, "22023")
            assert message.startswith(f"{name}: expected a timedelta, got ")
        for seconds in ("1", "7", "30", "59.9", "-30"):
            call = sql_call(function, argument, f"'{seconds}'")
            with pytest.raises(
                psycopg.errors.InvalidParameterValue,
                match=rf"^{argument.name}: expected (0, or )?an interval of 1 ",
            ) as error:
                connection.execute(call)
            assert error.value.diag.column_name == argument.name
        call = sql_call(function, argument, "30")
        with pytest.raises(psycopg.errors.UndefinedFunction):
            connection.execute(call)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("days", ["30", "90", "365", "3599"])
def test_days_without_a_unit_delete_nothing(
    connection: psycopg.Connection, days: str
) -> None:
    for function in ("purge_runs", "purge_authors", "purge_telemetry"):
        call = f"select kodiai.{function}(p_older_than => '{days}')"
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="1 hour"):
            connection.execute(call.encode())


@pytest.mark.usefixtures("unchanged")
def test_a_missing_value_is_named(client: Client, functions: list[Function]) -> None:
    for function, argument in every_argument(functions):
        name = python_name(argument)
        if argument.is_nullable or name in DEFAULTED.get(function.name, set()):
            continue
        message = rejection(client, function, name, None, "22004")
        assert message.startswith(f"{name} is missing: expected "), function.name


@pytest.mark.usefixtures("unchanged")
def test_a_reference_to_a_missing_row_is_named(client: Client) -> None:
    reaction: Any = {
        "finding_id": 9,
        "reaction_id": 1,
        "reaction_content": "+1",
        "reactor_login": "ann",
    }
    for argument, code, call in (
        ("review_id", "KB001", lambda: client.record_findings(9, [])),
        ("review_id", "KB001", lambda: client.record_suppressions(9, [])),
        ("finding_id", "KB002", lambda: client.set_finding_comment(9, 1, "issue")),
        ("finding_id", "KB002", lambda: client.sync_feedback_reactions(9, [])),
        (
            "reactions[1].finding_id",
            "KB002",
            lambda: client.record_feedback_reactions([reaction]),
        ),
        ("run_key", "KB003", lambda: client.complete_run("none")),
        (
            "review_output_key",
            "KB004",
            lambda: client.set_checkpoint_comment("none", 1),
        ),
    ):
        with pytest.raises(psycopg.DatabaseError, match="does not exist$") as error:
            call()
        assert error.value.sqlstate == code
        assert argument_of(error.value) == argument
        assert str(error.value).startswith(f"{argument}: ")


def test_of_several_arguments_the_first_is_named(client: Client) -> None:
    for argument, call in (
        ("repo", lambda: client.search_memories(None, "cache")),
        ("query_text", lambda: client.search_memories("acme/api")),
        ("memory_ids", lambda: client.mark_stale_memories("acme/api")),
    ):
        with pytest.raises(psycopg.errors.NullValueNotAllowed) as error:
            call()
        assert argument_of(error.value) == argument


def test_an_error_that_is_not_about_an_argument_names_none(
    connection: psycopg.Connection,
) -> None:
    for statement in (
        "select 1 / 0",
        "select nothing",
        "insert into reviews values (1)",
    ):
        with pytest.raises(psycopg.DatabaseError) as error:
            connection.execute(statement.encode())
        assert argument_of(error.value) is None


@pytest.mark.usefixtures("unchanged")
def test_objects_accept_exactly_the_documented_keys(
    client: Client, functions: list[Function]
) -> None:
    for function, argument in every_argument(functions):
        if not argument.keys:
            continue
        name = python_name(argument)
        (given, *_) = python_arguments(function).get(name, [{}])
        for key in argument.keys:
            if key.is_required:
                without = {k: v for k, v in given.items() if k != key.name}
                message = rejection(client, function, name, [without], "22004")
                assert message.startswith(f"{name}[1].{key.name} is missing")
            if key.words:
                wrong = [given | {key.name: "other"}]
                message = rejection(client, function, name, wrong, "22023")
                assert all(word in message for word in key.words)
            if key.type == "timestamptz":
                for value in OUTSIDE_YEARS:
                    wrong = [given | {key.name: value}]
                    message = rejection(client, function, name, wrong, "22023")
                    assert "years 1 to 9999" in message
        message = rejection(client, function, name, [given | {"none": 1}], "22023")
        expected = message.split(": expected ")[1].split(", got ")[0]
        assert set(re.findall(r"\w+", expected)) >= {k.name for k in argument.keys}


def test_the_rejected_value_is_shown_as_json(client: Client) -> None:
    shown = set()
    for call in (
        lambda: client.list_repo_trends("acme/api", days=0),
        lambda: client.list_repo_trends('a"b'),
        lambda: client.record_findings(1, [{'a"\n': 1}]),  # type: ignore[typeddict-item]
    ):
        with pytest.raises(psycopg.errors.InvalidParameterValue) as error:
            call()
        shown.add(str(error.value).split(", got ")[1])
    assert shown == {"0", '"a\\"b"', 'the key "a\\"\\n"'}


def every_argument(functions: list[Function]) -> Iterator[tuple[Function, Item]]:
    """Yield every argument of every function."""
    for function in functions:
        for argument in function.arguments:
            yield function, argument


def python_name(argument: Item) -> str:
    return argument.name.removeprefix("p_")


def sql_call(function: Function, argument: Item, value: str) -> bytes:
    """Return the example of a function in SQL, with one argument replaced."""
    given = {name: sql for name, (sql, _) in function.example.items()}
    given[argument.name] = value
    named = ", ".join(f"{name} => {sql}" for name, sql in given.items())
    embedding = f"'{vector(1)}'"
    return f"select kodiai.{function.name}({named})".replace(
        EMBEDDING, embedding
    ).encode()


def rejection(
    client: Client, function: Function, argument: str, value: Any, code: str
) -> str:
    """Make a call with one argument replaced, which must fail; return its message."""
    arguments = python_arguments(function) | {argument: value}
    with pytest.raises(psycopg.DatabaseError) as error:
        getattr(client, function.name)(**arguments)
    assert error.value.sqlstate == code, (function.name, argument, value)
    assert code in function.errors, (function.name, argument)
    message = str(error.value)
    # The path that begins the message; the first argument where either would do.
    path = re.split("[ :]", message)[0]
    assert argument_of(error.value) == path, (function.name, argument)
    assert error.value.diag.column_name == f"p_{path}", (function.name, argument)
    return message
