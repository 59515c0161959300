"""Check the values of arguments and convert them to what psycopg sends.

Postgres would accept some wrong types (30 as 30 seconds) and reject others without
naming the argument. Errors raised here have the wording and SQLSTATE of the database.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from json import dumps
from math import isfinite
from numbers import Integral, Real
from typing import Any, SupportsFloat
from uuid import UUID

from pgvector import HalfVector, Vector
from psycopg.errors import InvalidParameterValue
from psycopg.pq import DiagnosticField
from psycopg.types.json import Jsonb

from .vectors import Vectors

#: An embedding; a one-dimensional numpy array is iterable, too.
VectorLike = Vector | HalfVector | Iterable[SupportsFloat]

#: Text, a number, a bool, None, a datetime (as text), or a list or mapping of these.
JsonLike = Any

#: Characters that a Postgres text cannot contain: NUL and surrogates.
NOT_TEXT = re.compile("[\0\ud800-\udfff]")


def parameter(argument: str, type_: str, value: object) -> object:
    """Convert the value of an argument; type_ is one of TYPES, or an array of it.

    None is sent as null; the database rejects it if a value is required.
    Raises InvalidParameterValue, naming the argument.
    """
    if value is None:
        return None
    value = _from_numpy(argument, value)
    if type_.endswith("[]"):
        return _array(argument, type_.removesuffix("[]"), value)
    return TYPES[type_](argument, value)


def invalid(argument: str, expected: str, got: str) -> InvalidParameterValue:
    """Return the error that the database would raise, with the same message."""
    message = f"{argument}: expected {expected}, got {got}"
    diagnostics: dict[int, bytes | None] = {
        DiagnosticField.SQLSTATE: b"22023",
        DiagnosticField.COLUMN_NAME: f"p_{argument}".encode(errors="replace"),
        DiagnosticField.MESSAGE_PRIMARY: message.encode(errors="backslashreplace"),
    }
    return InvalidParameterValue(message, info=diagnostics)


def _describe(value: object) -> str:
    """Describe a value in an error by its type, because it may be of any length."""
    return repr(value) if isinstance(value, float) else type(value).__name__


def _from_numpy(argument: str, value: Any) -> Any:
    """Convert numpy's times and truth values to Python's; reject masked arrays."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return value
    if isinstance(value, numpy.ma.MaskedArray):
        raise invalid(argument, "an array without a mask", type(value).__name__)
    if isinstance(value, numpy.datetime64 | numpy.timedelta64):
        item = value.astype(f"{value.dtype.kind}8[us]").item()
        # NaT and what Python cannot represent stay, to be rejected later.
        return item if isinstance(item, datetime | timedelta) else value
    return bool(value) if isinstance(value, numpy.bool_) else value


def _iterate(argument: str, value: Any) -> list[Any]:
    """Return the elements of a list-like value."""
    is_scalar = getattr(value, "ndim", 1) == 0
    not_lists = (str, bytes, bytearray, Mapping)
    if is_scalar or not isinstance(value, Iterable) or isinstance(value, not_lists):
        raise invalid(argument, "a list", _describe(value))
    return list(value)


def _array(argument: str, type_: str, value: object) -> object:
    elements = [
        parameter(f"{argument}[{n}]", type_, each)
        for n, each in enumerate(_iterate(argument, value), 1)
    ]
    if type_ == "bigint":
        # As one literal: psycopg would choose the array type by the largest number.
        return "{" + ",".join("null" if e is None else str(e) for e in elements) + "}"
    return Vectors(elements) if type_ == "vector" else elements  # type: ignore[arg-type]


def _checked(
    kinds: type | tuple[type, ...],
    expected: str,
    convert: Callable[[str, Any], object] = lambda _, value: value,
) -> Callable[[str, Any], object]:
    """Return a function that converts values of these types and rejects all others."""

    def check(argument: str, value: Any) -> object:
        # bool is a subclass of int, and Fraction is a Real.
        is_other = isinstance(value, bool | Fraction) and kinds is not bool
        if is_other or not isinstance(value, kinds):
            raise invalid(argument, expected, _describe(value))
        return convert(argument, value)

    return check


def _text(argument: str, value: str) -> str:
    if NOT_TEXT.search(value):
        raise invalid(argument, "text that Postgres can store", "NUL or a surrogate")
    return str.__str__(value)  # of an Enum, the value


def _number(argument: str, value: Any) -> str:
    if not isinstance(value, Integral):
        # As text of unknown type, which Postgres converts to that of the argument.
        return str(value)
    if not -(2**63) <= int(value) < 2**63:
        raise invalid(argument, "a 64-bit integer", "a larger one")
    return str(int(value))


def _utc(argument: str, value: datetime) -> datetime:
    """Take a time without a zone as UTC, regardless of the session's time zone."""
    if value != value:  # noqa: PLR0124 - NaT of pandas
        raise invalid(argument, "a datetime", "NaT")
    return value if value.utcoffset() is not None else value.replace(tzinfo=UTC)


def _uuid(argument: str, value: UUID | str) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(value)
    except ValueError:
        raise invalid(argument, "a UUID", "other text") from None


def _vector(argument: str, value: Any) -> Vector:
    if isinstance(value, Vector | HalfVector):
        value = value.to_list()
    is_array = hasattr(value, "__array_interface__")
    if is_array and value.dtype.kind not in "fiu":
        raise invalid(argument, "a list or array of numbers", f"type {value.dtype}")
    try:
        vector = Vector(value if is_array else _iterate(argument, value))
    except (TypeError, ValueError, OverflowError) as error:
        got = f"{_describe(value)} ({error})"
        raise invalid(argument, "a list or array of numbers", got) from error
    if not 1 <= (dimensions := vector.dimensions()) <= 16000:  # noqa: PLR2004
        raise invalid(argument, "1 to 16000 dimensions", str(dimensions))
    if not all(map(isfinite, vector.to_list())):
        raise invalid(argument, "finite numbers of type real", "NaN or infinity")
    return vector


def _jsonb(
    argument: str, value: object, convert: Callable[[str, object], object]
) -> Jsonb:
    try:
        document = convert(argument, value)
    except RecursionError:
        raise invalid(argument, "JSON", "lists or mappings nested too deeply") from None
    return Jsonb(document, dumps=partial(dumps, allow_nan=False))


def _objects(argument: str, value: object) -> list[object]:
    elements = enumerate(_iterate(argument, value), 1)
    return [_object(f"{argument}[{n}]", each) for n, each in elements]


def _object(argument: str, value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise invalid(argument, "a mapping", _describe(value))
    if others := [key for key in value if not isinstance(key, str)]:
        raise invalid(argument, "keys that are text", f"{others[0]!r:.60}")
    return {_text(argument, k): _json(f"{argument}.{k}", v) for k, v in value.items()}


def _json(argument: str, value: object) -> object:
    """Convert to what json can write and Postgres can read."""
    match value := _from_numpy(argument, value):
        case None | bool():
            return value
        case _ if re.fullmatch(r"\w+\[\d+\]\.embedding", argument):
            return _vector(argument, value).to_list()
        case str():
            return _text(argument, value)
        case Integral():
            return int(_number(argument, value))
        case Real() if not isinstance(value, Fraction) and isfinite(value):
            return float(value)
        case datetime():
            return _utc(argument, value).isoformat()
        case Mapping():
            return _object(argument, value)
        case list() | tuple():
            return [_json(f"{argument}[{n}]", item) for n, item in enumerate(value, 1)]
    expected = "text, a finite number, bool, datetime, None, list or mapping"
    raise invalid(argument, expected, _describe(value))


#: Converters by type name in the catalog; ``objects`` is a jsonb array of objects.
TYPES: dict[str, Callable[[str, Any], object]] = {
    "text": _checked(str, "text", _text),
    "boolean": _checked(bool, "true or false"),
    "bigint": _checked(Integral, "an integer", _number),
    "double precision": _checked(Real, "a number", _number),
    "numeric": _checked((Real, Decimal), "a number", _number),
    "interval": _checked(timedelta, "a timedelta"),
    "timestamp with time zone": _checked(datetime, "a datetime", _utc),
    "uuid": _checked((UUID, str), "a UUID", _uuid),
    "vector": _vector,
    "jsonb": partial(_jsonb, convert=_json),
    "objects": partial(_jsonb, convert=_objects),
}
