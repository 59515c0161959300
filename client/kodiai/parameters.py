"""Values of arguments, checked and in the form that psycopg sends.

Postgres would accept some wrong types (30 for 30 seconds) and refuse the rest without
naming the argument. Errors raised here have the database's words and SQLSTATE.
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

#: What a Postgres text cannot contain: NUL, and half a surrogate pair.
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
    if type_.endswith("[]"):
        return _array(argument, type_.removesuffix("[]"), value)
    return TYPES[type_](argument, _from_numpy(value))


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


def _from_numpy(value: Any) -> Any:
    """Return what Python has for a numpy scalar that is no Python number by itself."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return value
    if isinstance(value, numpy.datetime64 | numpy.timedelta64):
        kind = "datetime64" if isinstance(value, numpy.datetime64) else "timedelta64"
        return value if numpy.isnat(value) else value.astype(f"{kind}[us]").item()
    return bool(value) if isinstance(value, numpy.bool_) else value


def _iterate(argument: str, value: Any) -> list[Any]:
    """Return the elements of what can stand for a list."""
    is_masked = type(value).__name__ == "MaskedArray"
    is_list = isinstance(value, Iterable) and not isinstance(value, NOT_LISTS)
    if is_masked or not is_list:
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


def _text(argument: str, value: object) -> str:
    if not isinstance(value, str):
        raise invalid(argument, "text", _describe(value))
    if NOT_TEXT.search(value):
        raise invalid(
            argument,
            "text that UTF-8 and Postgres can hold",
            "a NUL or half a surrogate pair",
        )
    return str(value)


def _boolean(argument: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise invalid(argument, "true or false", _describe(value))
    return value


def _number(argument: str, value: object, kinds: tuple[type, ...], name: str) -> str:
    if not isinstance(value, kinds) or isinstance(value, bool | Fraction):
        raise invalid(argument, name, _describe(value))
    # As text of unknown type, which Postgres reads as the type of the argument:
    # psycopg's double precision would not match a real.
    return str(value)


def _interval(argument: str, value: object) -> timedelta:
    if not isinstance(value, timedelta):
        raise invalid(argument, "a timedelta", _describe(value))
    return value


def _timestamp(argument: str, value: object) -> datetime:
    if not isinstance(value, datetime):
        raise invalid(argument, "a datetime", _describe(value))
    return _utc(value)


def _utc(value: datetime) -> datetime:
    """Read a time without a zone as UTC, independent of the session's time zone."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _vector(argument: str, value: Any) -> Vector:
    if isinstance(value, Vector | HalfVector):
        value = value.to_list()
    is_array = hasattr(value, "dtype") and type(value).__name__ != "MaskedArray"
    try:
        vector = Vector(value if is_array else _iterate(argument, value))
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
        raise invalid(
            argument, "finite numbers in the range of real", "NaN or infinity"
        )
    return vector


def _jsonb(argument: str, value: object) -> Jsonb:
    return _dump(argument, lambda: _json(argument, value))


def _objects(argument: str, value: object) -> Jsonb:
    elements = enumerate(_iterate(argument, value), 1)
    return _dump(
        argument, lambda: [_object(f"{argument}[{n}]", o) for n, o in elements]
    )


def _dump(argument: str, build: Callable[[], object]) -> Jsonb:
    try:
        document = build()
    except RecursionError:
        raise invalid(argument, "JSON", "lists or mappings nested too deep") from None
    return Jsonb(document, dumps=partial(dumps, allow_nan=False))


def _object(argument: str, value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise invalid(argument, "a mapping", _describe(value))
    for key in value:
        if not isinstance(key, str):
            raise invalid(argument, "keys that are text", f"{key!r:.60}")
    return {
        _text(argument, key): _json(f"{argument}.{key}", item)
        for key, item in value.items()
    }


def _json(argument: str, value: object) -> object:
    """Return what json can write and Postgres can read."""
    match value := _from_numpy(value):
        case None | bool():
            return value
        case str():
            return _text(argument, value)
        case Integral():
            return int(value)
        case Real() if isfinite(value):
            return float(value)
        case datetime():
            return _utc(value).isoformat()
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
    "text": _text,
    "boolean": _boolean,
    "integer": partial(_number, kinds=(Integral,), name="a whole number"),
    "bigint": partial(_number, kinds=(Integral,), name="a whole number"),
    "real": partial(_number, kinds=(Real,), name="a number"),
    "double precision": partial(_number, kinds=(Real,), name="a number"),
    "numeric": partial(_number, kinds=(Real, Decimal), name="a number"),
    "interval": _interval,
    "timestamp with time zone": _timestamp,
    "vector": _vector,
    "jsonb": _jsonb,
    "objects": _objects,
}
