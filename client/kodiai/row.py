"""What the rows of all results have in common."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from reprlib import Repr
from typing import Any

from pgvector import Vector

_repr = Repr()
_repr.maxstring = 80
_repr.maxlist = _repr.maxdict = 10


class Row:
    """A row of a result: a frozen dataclass whose fields are the columns."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the columns by name, in types that json can write.

        A datetime becomes its ISO 8601 text, a Decimal a float, a vector a list.
        """
        return {each.name: _plain(getattr(self, each.name)) for each in _fields(self)}

    def __repr__(self) -> str:
        columns = ", ".join(
            f"{each.name}={_short(getattr(self, each.name))}" for each in _fields(self)
        )
        return f"{type(self).__name__}({columns})"


def _fields(row: Any) -> Any:
    return fields(row)


def _plain(value: Any) -> Any:
    match value:
        case date():  # and datetime
            return value.isoformat()
        case Decimal():
            return float(value)
        case Vector():
            return value.to_list()
    return value


def _short(value: Any) -> str:
    """Return the repr of a value, cut so that a row stays readable in one line."""
    if isinstance(value, Vector):
        return f"<Vector of {value.dimensions()} dimensions>"
    return _repr.repr(value) if isinstance(value, str | list | dict) else repr(value)
