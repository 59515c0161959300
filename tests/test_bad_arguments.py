"""Every argument of every function is named when it is missing or cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from catalog import Function, Item, read
from kodiai import Client
from tests.examples import python_arguments

WORD: list[Any] = ["", "other"]
NAME = ["", " \n", "x" * 201]
TEXT = ["", " \n", "x" * 501]
LONG_TEXT = ["", " \n", "x" * 100_001]
FROM_0 = [-1, 10**15 + 1]
FROM_1 = [0, -1]
SHARE = [-0.1, 1.1, float("nan"), float("inf")]
DISTANCE = [-0.1, 2.1, float("nan")]
WEIGHT = [-1, 1001, float("nan")]
INTERVAL = [timedelta(seconds=-1), timedelta(days=400_000)]
OBJECTS = [[{"none": 1}]]

# What an argument of the name cannot be, in any function.
IMPOSSIBLE: dict[str, list[Any]] = {
    argument: list(values)
    for arguments, values in [
        ("repo", ["", "acme", "acme/api/x", "acme/a pi", "a/" + "x" * 200]),
        ("new_repo", ["acme"]),
        ("severity category confidence_band tier outcome source kind", WORD),
        ("semver_bump_type merge_confidence_level advisory_status", WORD),
        ("advisory_max_severity threshold_method fusion", WORD),
        ("head_sha base_sha delivery_id action model conclusion author_login", NAME),
        ("pr_author author_association event_type session_id provider", NAME),
        ("stop_reason old_version parent_delivery_id execution_conclusion", NAME),
        ("retry_risk_level embedding_model comment_surface", NAME),
        ("run_key review_output_key package_name pattern_fingerprint", TEXT),
        ("degradation_path", TEXT),
        ("finding_text query_text", LONG_TEXT),
        ("file_path path_prefix", ["", "x" * 2001]),
        ("pr_number comment_id partial_comment_id review_id count", FROM_1),
        ("min_reactions", FROM_1),
        ("files_analyzed lines_changed duration_ms pr_count num_turns", FROM_0),
        ("input_tokens output_tokens cache_read_tokens", FROM_0),
        ("cache_creation_tokens skipped_queries retry_attempts", FROM_0),
        ("result_count top_k recent_timeouts retry_files_count", FROM_0),
        ("checkpoint_files_reviewed checkpoint_finding_count", FROM_0),
        ("checkpoint_total_files retry_timeout_seconds", FROM_0),
        ("cache_hit_rate language_match_ratio retry_scope_ratio", SHARE),
        ("distance_threshold avg_distance", DISTANCE),
        ("cost_usd", [-0.01, 1e7, float("inf"), float("nan")]),
        ("older_than max_age", INTERVAL),
        ("days", [0, -1, 3661]),
        ("limit", [0, -1, 100_001]),
        ("questions", [0, -1, 1001]),
        ("top_files", [0, 1001]),
        ("rrf_k", [0]),
        ("vector_weight text_weight", WEIGHT),
        ("diversity recency_floor", SHARE),
        ("checkpoint_data", [[], 1]),
        ("findings suppressions reactions memories", OBJECTS),
    ]
    for argument in arguments.split()
}

# Nothing that their types let pass is impossible there.
ANYTHING = set(
    "memory_ids finding_id embeddings had_inline_output"
    " chronic_timeout retry_enqueued retry_has_results retry_checkpoint_enabled".split()
)

#: Required, yet null stands for the default.
DEFAULTED = {
    "record_review": {"files_analyzed", "lines_changed", "conclusion"},
    "record_telemetry_event": {
        *("provider", "input_tokens", "output_tokens", "cache_read_tokens"),
        *("cache_creation_tokens", "duration_ms", "cost_usd"),
    },
}


@pytest.fixture
def functions(database: psycopg.Connection) -> list[Function]:
    return read(database)


@pytest.fixture
def unchanged(client: Client, database: psycopg.Connection) -> Iterator[None]:
    """No row is written meanwhile."""
    tables = database.execute(
        "select format('select count(*) from %I', relname) from pg_class"
        " where relnamespace = 'kodiai'::regnamespace and relkind = 'r'"
    ).fetchall()
    count = " union all ".join(statement for (statement,) in tables).encode()
    before = database.execute(count).fetchall()
    yield
    assert database.execute(count).fetchall() == before


def test_every_argument_is_tried(functions: list[Function]) -> None:
    arguments = {python_name(a) for function in functions for a in function.arguments}
    assert arguments == IMPOSSIBLE.keys() | ANYTHING


@pytest.mark.usefixtures("unchanged")
def test_an_invalid_value_is_named(client: Client, functions: list[Function]) -> None:
    for function, argument in tried(functions):
        name = python_name(argument)
        if (function.name, name) == ("write_memory", "review_id"):
            continue  # the agent's own number, which may be any
        for value in IMPOSSIBLE.get(name, []):
            message = refusal(client, function, name, value, "22023")
            assert re.match(rf"{name}\b.*: expected ", message), function.name
            assert len(message) < 400
            if (
                argument.words and value == ["other"] * argument.is_array
            ) or value == "other":
                expected = message.split(": expected ")[1].split(", got ")[0]
                assert set(re.split(", | or ", expected)) == set(argument.words)


@pytest.mark.usefixtures("unchanged")
def test_a_missing_value_is_named(client: Client, functions: list[Function]) -> None:
    for function, argument in tried(functions):
        name = python_name(argument)
        if argument.is_nullable or name in DEFAULTED.get(function.name, set()):
            continue
        message = refusal(client, function, name, None, "22004")
        assert message.startswith(f"{name} is missing: expected "), function.name


@pytest.mark.usefixtures("unchanged")
def test_the_documented_keys_of_objects_are_the_accepted_ones(
    client: Client, functions: list[Function]
) -> None:
    for function, argument in tried(functions):
        if not argument.keys:
            continue
        name = python_name(argument)
        (given, *_) = python_arguments(function).get(name, [{}])
        for key in argument.keys:
            if key.is_required:
                without = {k: v for k, v in given.items() if k != key.name}
                message = refusal(client, function, name, [without], "22004")
                assert message.startswith(f"{name}[1].{key.name} is missing")
            if key.words:
                wrong = [given | {key.name: "other"}]
                message = refusal(client, function, name, wrong, "22023")
                assert all(word in message for word in key.words)
        message = refusal(client, function, name, [given | {"none": 1}], "22023")
        expected = message.split(": expected ")[1].split(", got ")[0]
        assert set(re.findall(r"\w+", expected)) >= {k.name for k in argument.keys}


def test_what_was_given_is_shown_as_json_is_written(client: Client) -> None:
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


def tried(functions: list[Function]) -> Iterator[tuple[Function, Item]]:
    """Every argument of every function."""
    for function in functions:
        for argument in function.arguments:
            yield function, argument


def python_name(argument: Item) -> str:
    return argument.name.removeprefix("p_")


def refusal(
    client: Client, function: Function, argument: str, value: Any, code: str
) -> str:
    """Call with one argument replaced, which must fail; return the message."""
    arguments = python_arguments(function) | {argument: value}
    with pytest.raises(psycopg.DatabaseError) as error:
        getattr(client, function.name)(**arguments)
    assert error.value.sqlstate == code, (function.name, argument, value)
    return str(error.value)
