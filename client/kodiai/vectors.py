"""How vectors and times are sent and received: by adapters of one cursor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from pgvector import Vector
from pgvector.psycopg.vector import VectorBinaryDumper, VectorBinaryLoader
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.types import TypeInfo
from psycopg.types.array import ListBinaryDumper

UNKNOWN = 705  # the OID of a type that Postgres infers


class TimeLoader(Loader):
    """Returns UTC: in other zones the years 1 to 9999 include years 0 and 10000."""

    format = Format.BINARY

    def load(self, data: Buffer) -> datetime:
        microseconds = int.from_bytes(data, "big", signed=True)
        return datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


class Vectors(list[Vector | None]):
    """An argument of type vector[]."""


def register(cursor: AdaptContext, oid: int) -> None:
    """Register the adapters; oid is that of the type vector."""
    if adapters := cursor.adapters:
        # Arrays in binary, too: 1024 numbers take ten times as long as text.
        adapters.types.add(TypeInfo("vector", oid, UNKNOWN))
        adapters.register_loader(oid, VectorBinaryLoader)
        adapters.register_dumper(Vector, _dumper(oid))
        adapters.register_dumper(Vectors, ListBinaryDumper)


@lru_cache(maxsize=100)
def _dumper(oid: int) -> type[VectorBinaryDumper]:
    # Once per OID, because psycopg keeps every dumper class that it has used.
    return type("VectorDumper", (VectorBinaryDumper,), {"oid": oid})
