"""The base class of result rows."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal
from reprlib import Repr
from typing import Any, ClassVar

from pgvector import Vector

_repr = Repr()
_repr.maxstring = 80
_repr.maxlist = _repr.maxdict = 10


class Row:
    """A row of a result: a frozen dataclass whose fields are the columns."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the columns by name, as types that json can write.

        A datetime becomes its ISO 8601 text, a Decimal a float, a vector a list.
        """
        return {name: _plain(getattr(self, name)) for name in self.__match_args__}

    def __repr__(self) -> str:
        columns = [f"{n}={_short(getattr(self, n))}" for n in self.__match_args__]
        return f"{type(self).__name__}({', '.join(columns)})"


def _plain(value: Any) -> Any:
    match value:
        case date():  # and datetime
            return value.isoformat()
        case Decimal():
            return float(value)
        case Vector():
            return value.to_list()
    return deepcopy(value)


def _short(value: Any) -> str:
    """Return the repr of a value, shortened so that a row stays readable."""
    if isinstance(value, Vector):
        return f"<Vector of {value.dimensions()} dimensions>"
    return _repr.repr(value) if isinstance(value, str | list | dict) else repr(value)
