"""Descriptors of SQL functions: how to call one and how to read its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Generic, TypeVar

from psycopg.sql import Identifier

from .parameters import parameter

Row = TypeVar("Row")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Function(Generic[Result]):
    """A SQL function.

    arguments: their types (parameters.TYPES) by name without ``p_``. row: a dataclass
    whose fields are columns of the result, or a plain type if the function returns a
    single value. read: turns the rows into the result of the call.
    """

    name: str
    arguments: Mapping[str, str]
    row: type
    read: Callable[[list[Any]], Result]

    @cached_property
    def has_vectors(self) -> bool:
        """Whether an argument or a column is a vector."""
        columns = getattr(self.row, "__annotations__", {})
        types = {*self.arguments.values(), *map(str, columns.values())}
        return any("vector" in each.lower() for each in types)

    def statement(self, schema: str) -> bytes:
        """Return ``select * from schema.name(p_argument => %s, ...)``."""
        function = Identifier(schema, self.name).as_string().replace("%", "%%")
        named = ", ".join(f"p_{argument} => %s" for argument in self.arguments)
        return f"select * from {function}({named})".encode()  # noqa: S608

    def parameters(self, values: Sequence[object]) -> list[object]:
        """Convert the values of all arguments, or raise InvalidParameterValue."""
        return list(map(parameter, self.arguments, self.arguments.values(), values))

    def result(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Result:
        """Return the result of the call; ignore columns that the row class lacks."""
        fields = getattr(self.row, "__match_args__", ())
        if not fields:
            return self.read([value for value, *_ in rows])
        if tuple(columns) != fields:
            positions = [columns.index(field) for field in fields]
            rows = [tuple(row[position] for position in positions) for row in rows]
        return self.read([self.row(*row) for row in rows])


def many(row: type[Row], name: str, /, **arguments: str) -> Function[list[Row]]:
    """Describe a function that returns any number of rows."""
    return Function(name, arguments, row, list)


def one(row: type[Row], name: str, /, **arguments: str) -> Function[Row]:
    """Describe a function that always returns one row, or one value."""
    return Function(name, arguments, row, itemgetter(0))


def optional(row: type[Row], name: str, /, **arguments: str) -> Function[Row | None]:
    """Describe a function that returns one row or none, or one value or null."""
    return Function(name, arguments, row, lambda rows: rows[0] if rows else None)
