"""One call of a SQL function, as a value that any client can execute."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial, wraps
from json import dumps
from math import isfinite
from numbers import Integral, Number, Real
from struct import pack
from types import NoneType, UnionType
from typing import (
    Any,
    Generic,
    ParamSpec,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from pgvector import HalfVector, Vector
from psycopg import sql
from psycopg.adapt import Dumper
from psycopg.errors import InvalidParameterValue
from psycopg.pq import DiagnosticField, Format
from psycopg.types.json import Jsonb

Arguments = ParamSpec("Arguments")
Row = TypeVar("Row")
Result = TypeVar("Result")

Rows = Sequence[tuple[Any, ...]]

#: What Postgres does not hold in a text: NUL, and half a surrogate pair.
NOT_TEXT = re.compile("[\0\ud800-\udfff]")

#: What the type vector of pgvector can hold at all.
MAX_DIMENSIONS = 16000


def _invalid(argument: str, expected: str, got: str) -> InvalidParameterValue:
    """Make the error that Postgres raises for an argument, in the same words."""
    message = f"{argument}: expected {expected}, got {got}"
    diagnostics: dict[int, bytes | None] = {
        DiagnosticField.SQLSTATE: b"22023",
        DiagnosticField.MESSAGE_PRIMARY: message.encode(errors="backslashreplace"),
    }
    return InvalidParameterValue(message, info=diagnostics)


def _kind(value: object) -> str:
    """Say in an error what a value was, whose text could be of any length."""
    return repr(value) if isinstance(value, float) else type(value).__name__


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
        if self.row in {bool, int, str}:
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
    """Describe a function that returns one row or none, or one value or null."""
    return Call(name, arguments, row, _only_or_none)


def _only(rows: list[Any]) -> Any:
    (row,) = rows
    return row


def _only_or_none(rows: list[Any]) -> Any:
    return _only(rows) if rows else None


def checked(
    describe: Callable[Arguments, Call[Result]],
) -> Callable[Arguments, Call[Result]]:
    """Check the arguments of a description against its annotations.

    Postgres would take some wrong types for others (30 for 30 seconds), and refuse the
    rest without naming the argument. Raises InvalidParameterValue with its name.
    """
    signature = inspect.signature(describe)
    hints = get_type_hints(describe)

    @wraps(describe)
    def description(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Call[Result]:
        given = signature.bind(*args, **kwargs).arguments
        for name, value in given.items():
            _check_type("p_" + name, value, hints[name])
        return describe(*args, **kwargs)

    return description


#: What a list of values may be; a text is one value, though Python can iterate it.
COLLECTIONS = (list, tuple, set, frozenset)

TYPES: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    str: ("text", lambda value: isinstance(value, str)),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    int: ("a whole number", lambda value: _is_number(value, Integral)),
    float: ("a number", lambda value: _is_number(value, Real)),
    Decimal: ("a number", lambda value: isinstance(value, Decimal)),
    datetime: ("a datetime", lambda value: isinstance(value, datetime)),
    timedelta: ("a timedelta", lambda value: isinstance(value, timedelta)),
}


#: What iterates only once is left to what makes a parameter of it.
IS_LIST: dict[Any, Callable[[Any], bool]] = {
    Collection: lambda value: isinstance(value, COLLECTIONS),
    Iterable: lambda value: (
        isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    ),
}


def _is_number(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool | Fraction)


def _check_type(argument: str, value: Any, hint: Any) -> None:
    # None is left to Postgres, which says what is missing; so are vectors and objects
    # to what makes parameters of them.
    if value is None:
        return
    if isinstance(hint, UnionType):
        first, *others = [h for h in get_args(hint) if h is not NoneType]
        if any(TYPES[other][1](value) for other in others):
            return
        hint = first
    if hint in TYPES:
        expected, is_valid = TYPES[hint]
        if not is_valid(value):
            raise _invalid(argument, expected, _kind(value))
    elif get_origin(hint) in IS_LIST:
        if not IS_LIST[get_origin(hint)](value):
            raise _invalid(argument, "a list", _kind(value))
        if get_origin(hint) is Collection:
            for n, item in enumerate(value, 1):
                _check_type(f"{argument}[{n}]", item, get_args(hint)[0])


#: list, tuple, one-dimensional numpy array, pgvector's Vector or HalfVector.
VectorLike = Any


@dataclass(frozen=True)
class Embedding:
    """An argument of type vector."""

    value: VectorLike | None


@dataclass(frozen=True)
class Embeddings:
    """An argument of type vector[]."""

    values: Iterable[VectorLike | None] | None

    def __post_init__(self) -> None:
        _read_once(self)


#: What JSON can say: text, numbers, true, false, None, lists and mappings of these; a
#: datetime as its text.
JsonLike = Any


@dataclass(frozen=True)
class Json:
    """An argument of type jsonb."""

    value: JsonLike | None


@dataclass(frozen=True)
class Objects:
    """An argument of type jsonb that is an array of objects."""

    values: Iterable[Mapping[str, Any]] | None

    def __post_init__(self) -> None:
        _read_once(self)


def _read_once(values: Embeddings | Objects) -> None:
    """Keep what a generator gives, so that the call can be executed again."""
    if values.values is not None:
        object.__setattr__(values, "values", tuple(values.values))


class BinaryVector(bytes):
    """A vector, or an array of them, in the format of pgvector's vector_recv."""


class BinaryVectors(tuple[bytes | None, ...]):
    """Vectors in the same format; their array has to say what type they are."""

    __slots__ = ()

    def array(self, type_: int) -> BinaryVector:
        """Return the array in the format of Postgres' array_recv."""
        header = pack("!iiIii", 1, None in self, type_, len(self), 1)
        elements = (
            pack("!i", -1) if each is None else pack("!i", len(each)) + each
            for each in self
        )
        return BinaryVector(b"".join([header, *elements]))


class BinaryVectorDumper(Dumper):
    """Sends a vector without naming its type, which Postgres knows from the function.

    As text it would be five times as long, and take half a millisecond to write.
    """

    format = Format.BINARY
    oid = 0

    def dump(self, obj: BinaryVector) -> bytes:
        return obj


def _parameter(argument: str, value: object) -> object:
    match value:
        case Embedding(None) | Embeddings(None) | Json(None) | Objects(None):
            return None
        case Embedding(vector):
            return BinaryVector(_vector(argument, vector).to_binary())
        case Embeddings(Iterable() as vectors):
            return _vectors(argument, vectors)
        case Json(document):
            return _jsonb(argument, lambda: _json(argument, document))
        case Objects(Iterable() as objects):
            return _jsonb(
                argument,
                lambda: [
                    _object(f"{argument}[{n}]", o) for n, o in enumerate(objects, 1)
                ],
            )
        case datetime():
            return _utc(value)
        case str():
            return _text(argument, value)
        case Number():
            # As text of no stated type, so that Postgres reads it as the type of the
            # argument: psycopg's double precision would not pass for a real.
            return str(value)
        case _ if isinstance(value, COLLECTIONS):
            items = [_parameter(f"{argument}[{n}]", v) for n, v in enumerate(value, 1)]
            are_numbers = items and all(isinstance(item, Number) for item in value)
            return "{" + ",".join(map(str, items)) + "}" if are_numbers else items
    return value


def _jsonb(argument: str, build: Callable[[], object]) -> Jsonb:
    try:
        value = build()
    except RecursionError:
        raise _invalid(
            argument, "JSON", "lists or mappings too deep in one another"
        ) from None
    return Jsonb(value, dumps=partial(dumps, allow_nan=False))


def _object(argument: str, value: Mapping[str, Any]) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise _invalid(argument, "a mapping", _kind(value))
    for key in value:
        if not isinstance(key, str):
            raise _invalid(argument, "keys that are texts", f"{key!r:.60}")
    return {
        _text(argument, key): _json(f"{argument}.{key}", item)
        for key, item in value.items()
    }


def _json(argument: str, value: object) -> object:
    """Return what json can write, and Postgres can read, or name the argument."""
    match value:
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
    raise _invalid(
        argument,
        "text, a finite int or float, True, False, a datetime, None, or a list or "
        "mapping of these",
        _kind(value),
    )


def _utc(value: datetime) -> datetime:
    """Read a time without zone as UTC, which the session's zone cannot change."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _text(argument: str, value: str) -> str:
    if NOT_TEXT.search(value):
        raise _invalid(
            argument,
            "text that UTF-8 and Postgres can hold",
            "a NUL or half a surrogate pair",
        )
    return value


def _vector(argument: str, value: VectorLike) -> Vector:
    if isinstance(value, Vector | HalfVector):
        value = value.to_list()
    try:
        vector = Vector(list(value) if isinstance(value, tuple) else value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _invalid(
            argument,
            "a list, tuple or one-dimensional array of numbers",
            f"{_kind(value)} ({error})",
        ) from error
    if not 1 <= vector.dimensions() <= MAX_DIMENSIONS:
        raise _invalid(
            argument, f"1 to {MAX_DIMENSIONS} dimensions", str(vector.dimensions())
        )
    if not all(map(isfinite, vector.to_list())):
        raise _invalid(
            argument, "finite numbers in the range of real", "NaN or infinity"
        )
    return vector


def _vectors(argument: str, values: Iterable[VectorLike | None]) -> BinaryVectors:
    return BinaryVectors(
        None if value is None else _vector(f"{argument}[{n}]", value).to_binary()
        for n, value in enumerate(values, 1)
    )
