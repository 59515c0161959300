"""The client and the database describe the same functions."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import psycopg
import pytest
from pgvector import Vector

from kodiai import TopFile, knowledge, learning, search, telemetry
from kodiai.call import Call
from kodiai.functions import Functions, Method

METHODS = {
    name: m.describe for name, m in vars(Functions).items() if isinstance(m, Method)
}

PYTHON_TYPES = {
    "bigint": int,
    "integer": int,
    "smallint": int,
    "real": float,
    "double precision": float,
    "text": str,
    "boolean": bool,
    "interval": timedelta,
    "timestamp with time zone": datetime,
    "date": date,
    "numeric": Decimal,
    "vector": Vector,
    "bigint[]": list[int],
    "text[]": list[str],
    "jsonb": Any,
}

# What the client makes of a jsonb whose form is known.
OBJECTS = {("get_repo_stats", "top_files"): tuple[TopFile, ...]}

FUNCTION = """
select
  proargnames[:pronargs],
  array(
    select format_type(t.oid, null)
    from unnest(proargtypes::oid[]) with ordinality as t (oid, n) order by t.n
  ),
  array(
    select pg_get_function_arg_default(p.oid, n) from generate_series(1, pronargs) as n
  ),
  proretset,
  coalesce(proargnames[pronargs + 1:], '{}'),
  case
    when proretset
      then array(
        select format_type(t.oid, null)
        from unnest(proallargtypes[pronargs + 1:]) with ordinality as t (oid, n)
        order by t.n
      )
    else array[format_type(prorettype, null)]
  end
from pg_proc as p
where oid = ('kodiai.' || %s)::regproc
"""


def test_the_client_has_every_public_function_and_no_other(
    database: psycopg.Connection,
) -> None:
    rows = database.execute(
        "select proname from pg_proc"
        " where pronamespace = 'kodiai'::regnamespace and proname !~ '^_'"
    )
    assert {name for (name,) in rows} == METHODS.keys()


@pytest.mark.parametrize("name", METHODS)
def test_arguments_and_results_are_those_of_the_function(
    database: psycopg.Connection, name: str
) -> None:
    row = database.execute(FUNCTION, (name,)).fetchone()
    assert row
    arguments, _, defaults, returns_rows, columns, types = row
    describe = METHODS[name]

    parameters = inspect.signature(describe).parameters.values()
    assert [f"p_{parameter.name}" for parameter in parameters] == (arguments or [])
    assert [default(database, d) for d in defaults] == [p.default for p in parameters]

    call = described(name)
    assert call.name == name
    assert [f"p_{argument}" for argument in call.arguments] == (arguments or [])

    if returns_rows:
        hints = get_type_hints(call.row)
        assert dataclasses.is_dataclass(call.row)
        assert [field.name for field in dataclasses.fields(call.row)] == columns
        assert [plain(hints[column]) for column in columns] == [
            OBJECTS.get((name, column), PYTHON_TYPES[type_])
            for column, type_ in zip(columns, types, strict=True)
        ]
    else:
        assert [call.row] == [PYTHON_TYPES[type_] for type_ in types]


def described(name: str) -> Call[Any]:
    """A call with nothing for every argument, or an empty list where it is iterated."""
    describe: Any = METHODS[name]
    hints = get_type_hints(describe)
    del hints["return"]
    lists = {Collection, Iterable}
    call: Call[Any] = describe(
        *([] if get_origin(h) in lists else None for h in hints.values())
    )
    return call


def default(database: psycopg.Connection, expression: str | None) -> Any:
    if expression is None:
        return inspect.Parameter.empty
    row = database.execute(f"select {expression}".encode()).fetchone()
    assert row
    if expression == "'[]'::jsonb":
        return ()
    return float(row[0]) if "." in expression else row[0]


def plain(hint: Any) -> Any:
    """The type without ``| None``."""
    types = get_args(hint)
    return types[0] if types[1:] == (NoneType,) else hint


@pytest.mark.parametrize("name", METHODS)
def test_the_annotated_result_is_the_described_one(name: str) -> None:
    describe = METHODS[name]
    result = get_type_hints(describe)["return"]
    call = described(name)
    assert result in {Call[list[call.row]], Call[call.row], Call[call.row | None]}  # type: ignore[name-defined]
    assert inspect.getmodule(describe) in {knowledge, telemetry, learning, search}
    assert describe.__doc__


def test_the_statement_is_one_call_and_nothing_else(
    database: psycopg.Connection,
) -> None:
    call = learning.has_memory("acme/api", 1, "accepted")
    assert call.statement('odd "schema"').as_string(database) == (
        'select * from "odd ""schema"""."has_memory"'
        '("p_repo" => %s, "p_finding_id" => %s, "p_outcome" => %s)'
    )
