"""Values of arguments, checked and in the form that psycopg sends.

Postgres would accept some wrong types (30 for 30 seconds) and refuse the rest without
naming the argument. Errors raised here have the database's words and SQLSTATE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from json import dumps
from math import isfinite
from numbers import Integral, Real
from typing import Any

from pgvector import HalfVector, Vector
from psycopg.errors import InvalidParameterValue
from psycopg.pq import DiagnosticField
from psycopg.types.json import Jsonb

#: An embedding: numbers in a list, tuple, one-dimensional numpy array or any other
#: iterable, or pgvector's Vector or HalfVector.
VectorLike = Any

#: What JSON can express: text, numbers, true, false, None, and lists and mappings of
#: these; a datetime is sent as text.
JsonLike = Any

#: What a Postgres text cannot contain: NUL and surrogates.
NOT_TEXT = re.compile("[\0\ud800-\udfff]")

#: The most dimensions of pgvector's type vector.
MAX_DIMENSIONS = 16000


def parameter(argument: str, type_: str, value: object) -> object:
    """Return the value of an argument, of one of TYPES or an array of them.

    None is sent as null, and the database says if a value is required.
    Raises InvalidParameterValue with the name of the argument.
    """
    if value is None:
        return None
    value = _from_numpy(argument, value)
    if type_.endswith("[]"):
        return _array(argument, type_.removesuffix("[]"), value)
    return TYPES[type_](argument, value)


def invalid(argument: str, expected: str, got: str) -> InvalidParameterValue:
    """Return the error that Postgres raises for an argument, in the same words."""
    message = f"{argument}: expected {expected}, got {got}"
    diagnostics: dict[int, bytes | None] = {
        DiagnosticField.SQLSTATE: b"22023",
        DiagnosticField.MESSAGE_PRIMARY: message.encode(errors="backslashreplace"),
    }
    return InvalidParameterValue(message, info=diagnostics)


def _describe(value: object) -> str:
    """Return the type of a value for an error, as the value could be of any length."""
    return repr(value) if isinstance(value, float) else type(value).__name__


def _from_numpy(argument: str, value: Any) -> Any:
    """Return the Python value of a numpy scalar that is no Python number already."""
    match type(value).__name__:
        case "MaskedArray":
            raise invalid(argument, "an array without a mask", "MaskedArray")
        case "datetime64" | "timedelta64" as kind:
            item = value.astype(f"{kind}[us]").item()
            return value if item is None else item  # NaT stays, to be refused
        case "bool_" | "bool":
            return bool(value)
    return value


def _iterate(argument: str, value: Any) -> list[Any]:
    """Return the elements of what can stand for a list."""
    if not isinstance(value, Iterable) or isinstance(value, NOT_LISTS):
        raise invalid(argument, "a list", _describe(value))
    try:
        return list(value)
    except TypeError as error:  # an array without dimensions
        raise invalid(argument, "a list", f"{_describe(value)} ({error})") from error


#: Iterable, but one value, or one without an order.
NOT_LISTS = (str, bytes, bytearray, Mapping)


def _array(argument: str, type_: str, value: object) -> object:
    elements = [
        parameter(f"{argument}[{n}]", type_, each)
        for n, each in enumerate(_iterate(argument, value), 1)
    ]
    if type_ in {"bigint", "integer"}:
        # As one text, because psycopg would choose the type by the largest number.
        return "{" + ",".join("null" if e is None else str(e) for e in elements) + "}"
    return elements


def _checked(
    kinds: type | tuple[type, ...],
    expected: str,
    convert: Callable[[str, Any], object] = lambda _, value: value,
) -> Callable[[str, Any], object]:
    """Return what converts values of some types and refuses all others."""

    def check(argument: str, value: Any) -> object:
        # To Python, True is an integer.
        is_other = isinstance(value, bool | Fraction) and kinds is not bool
        if is_other or not isinstance(value, kinds):
            raise invalid(argument, expected, _describe(value))
        return convert(argument, value)

    return check


def _text(argument: str, value: str) -> str:
    if NOT_TEXT.search(value):
        raise invalid(argument, "text that Postgres can store", "NUL or a surrogate")
    return str(value)


def _number(_argument: str, value: object) -> str:
    # As text of unknown type: psycopg's double precision would not match a real.
    return str(value)


def _utc(_argument: str, value: datetime) -> datetime:
    """Read a time without a zone as UTC, independent of the session's time zone."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _vector(argument: str, value: Any) -> Vector:
    if isinstance(value, Vector | HalfVector):
        value = value.to_list()
    try:
        vector = Vector(value if hasattr(value, "dtype") else _iterate(argument, value))
    except (TypeError, ValueError, OverflowError) as error:
        raise invalid(
            argument,
            "a list, tuple or one-dimensional array of numbers",
            f"{_describe(value)} ({error})",
        ) from error
    if not 1 <= vector.dimensions() <= MAX_DIMENSIONS:
        raise invalid(
            argument, f"1 to {MAX_DIMENSIONS} dimensions", str(vector.dimensions())
        )
    if not all(map(isfinite, vector.to_list())):
        raise invalid(argument, "finite numbers of type real", "NaN or infinity")
    return vector


def _jsonb(
    argument: str, value: object, convert: Callable[[str, object], object]
) -> Jsonb:
    try:
        document = convert(argument, value)
    except RecursionError:
        raise invalid(argument, "JSON", "lists or mappings nested too deep") from None
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
    """Return what json can write and Postgres can read."""
    match value := _from_numpy(argument, value):
        case None | bool():
            return value
        case str():
            return _text(argument, value)
        case Integral():
            return int(value)
        case Real() if isfinite(value):
            return float(value)
        case datetime():
            return _utc(argument, value).isoformat()
        case Mapping():
            return _object(argument, value)
        case list() | tuple():
            return [_json(f"{argument}[{n}]", item) for n, item in enumerate(value, 1)]
    raise invalid(
        argument,
        "text, a finite int or float, True, False, a datetime, None, or a list or "
        "mapping of these",
        _describe(value),
    )


#: What sends a value of each type, by its name in the catalog; ``objects`` stands for a
#: jsonb array of objects.
TYPES: dict[str, Callable[[str, Any], object]] = {
    "text": _checked(str, "text", _text),
    "boolean": _checked(bool, "true or false"),
    "integer": _checked(Integral, "an integer", _number),
    "bigint": _checked(Integral, "an integer", _number),
    "real": _checked(Real, "a number", _number),
    "double precision": _checked(Real, "a number", _number),
    "numeric": _checked((Real, Decimal), "a number", _number),
    "interval": _checked(timedelta, "a timedelta"),
    "timestamp with time zone": _checked(datetime, "a datetime", _utc),
    "vector": _vector,
    "jsonb": partial(_jsonb, convert=_json),
    "objects": partial(_jsonb, convert=_objects),
}
