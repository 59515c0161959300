"""One call of a SQL function, as a value that any client can execute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from json import dumps
from math import isfinite
from typing import Any, Generic, TypeVar

from pgvector import HalfVector, Vector
from psycopg import sql
from psycopg.errors import InvalidParameterValue
from psycopg.types.json import Jsonb

Row = TypeVar("Row")
Result = TypeVar("Result")

Rows = Sequence[tuple[Any, ...]]

#: What the type vector of pgvector can hold at all.
MAX_DIMENSIONS = 16000


@dataclass(frozen=True)
class Call(Generic[Result]):
    """A SQL function with its arguments, and how to read what it returns.

    name: of the function. arguments: by their SQL names without ``p_``. row: the
    type of one row; a dataclass whose fields are the result columns, or a plain type
    where the function returns one value. read: makes the result of all rows.
    """

    name: str
    arguments: Mapping[str, object]
    row: type
    read: Callable[[list[Any]], Result]

    def statement(self, schema: str) -> sql.Composed:
        """Return ``select * from schema.name(p_argument => %s, …)``."""
        return sql.SQL("select * from {}({})").format(
            sql.Identifier(schema, self.name),
            sql.SQL(", ").join(
                sql.SQL("{} => {}").format(
                    sql.Identifier("p_" + name), sql.Placeholder()
                )
                for name in self.arguments
            ),
        )

    def parameters(self) -> list[object]:
        """Return the arguments in the form that psycopg sends.

        Raises InvalidParameterValue for what Postgres could not even read: text with
        a NUL or half a surrogate pair, a vector of anything but finite numbers.
        """
        return [_parameter("p_" + n, value) for n, value in self.arguments.items()]

    def result(self, columns: Sequence[str], rows: Rows) -> Result:
        """Make the typed result of the rows that came back."""
        if self.row in {bool, str}:
            return self.read([value for (value,) in rows])
        return self.read(
            [self.row(**dict(zip(columns, row, strict=True))) for row in rows]
        )


def many(name: str, arguments: Mapping[str, object], row: type[Row]) -> Call[list[Row]]:
    """Describe a function that returns any number of rows."""
    return Call(name, arguments, row, list)


def one(name: str, arguments: Mapping[str, object], row: type[Row]) -> Call[Row]:
    """Describe a function that always returns one row, or one value."""
    return Call(name, arguments, row, _only)


def maybe(
    name: str, arguments: Mapping[str, object], row: type[Row]
) -> Call[Row | None]:
    """Describe a function that returns one value, or null."""
    return Call(name, arguments, row, _only)


def _only(rows: list[Any]) -> Any:
    (row,) = rows
    return row


#: list, tuple, one-dimensional numpy array, pgvector's Vector or HalfVector.
VectorLike = Any


@dataclass(frozen=True)
class Embedding:
    """An argument of type vector."""

    value: VectorLike | None


@dataclass(frozen=True)
class Embeddings:
    """An argument of type vector[]."""

    values: Sequence[VectorLike | None]


@dataclass(frozen=True)
class Objects:
    """An argument of type jsonb that is an array of objects."""

    values: Sequence[Mapping[str, Any]]


def _parameter(argument: str, value: object) -> object:
    match value:
        case None | datetime():
            return value
        case bool() | int() | float():
            # As text of no stated type, so that Postgres reads it as the type of the
            # argument: psycopg's double precision would not pass for a real.
            return str(value)
        case str():
            return _text(argument, value)
        case Embedding():
            return None if value.value is None else _vector(argument, value.value)
        case Embeddings():
            return _vectors(argument, value.values)
        case Objects():
            return Jsonb(
                [
                    _json(f"{argument}[{n}]", item)
                    for n, item in enumerate(value.values, 1)
                ],
                dumps=partial(dumps, default=_json_value, allow_nan=False),
            )
        case list() | tuple():
            return [
                _text(f"{argument}[{n}]", item) if isinstance(item, str) else item
                for n, item in enumerate(value, 1)
            ]
    return value


def _text(argument: str, value: str) -> str:
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidParameterValue(
            f"{argument}: expected text that UTF-8 and Postgres can hold, "
            "got a NUL or half a surrogate pair"
        )
    return value


def _json(argument: str, value: Mapping[str, Any]) -> dict[str, Any]:
    for key, item in value.items():
        if isinstance(item, str):
            _text(f"{argument}.{key}", item)
    return dict(value)


def _json_value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a memory: {value!r}")


def _vector(argument: str, value: VectorLike) -> str:
    if isinstance(value, Vector | HalfVector):
        value = value.to_list()
    try:
        vector = Vector(list(value) if isinstance(value, tuple) else value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidParameterValue(
            f"{argument}: expected a list, tuple or one-dimensional array of numbers, "
            f"got {type(value).__name__} ({error})"
        ) from error
    if not 1 <= vector.dimensions() <= MAX_DIMENSIONS:
        raise InvalidParameterValue(
            f"{argument}: expected 1 to {MAX_DIMENSIONS} dimensions, "
            f"got {vector.dimensions()}"
        )
    if not all(map(isfinite, vector.to_list())):
        raise InvalidParameterValue(
            f"{argument}: expected finite numbers in the range of real, "
            "got NaN or infinity"
        )
    return str(vector.to_text())


def _vectors(argument: str, values: Sequence[VectorLike | None]) -> str:
    """Write an array of vectors as Postgres reads it, without asking for its type."""
    elements = (
        "NULL" if value is None else f'"{_vector(f"{argument}[{n}]", value)}"'
        for n, value in enumerate(values, 1)
    )
    return "{" + ",".join(elements) + "}"
