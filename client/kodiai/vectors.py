"""How vectors are sent and received: by pgvector's adapters, on one cursor."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pgvector import Vector
from pgvector.psycopg.vector import VectorBinaryDumper, VectorLoader
from psycopg.abc import AdaptContext
from psycopg.adapt import PyFormat
from psycopg.types import TypeInfo
from psycopg.types.array import BaseListDumper, ListBinaryDumper


class Vectors(list[Vector | None]):
    """An argument of type vector[]."""


class VectorsDumper(ListBinaryDumper):
    """Sends the array in binary, as 1024 numbers take ten times as long as text.

    The OID of vector[] is not known here; Postgres infers it from the function.
    """

    def upgrade(self, obj: list[Any], format: PyFormat) -> BaseListDumper:  # noqa: A002
        dumper = super().upgrade(obj, format)
        dumper.oid = 0
        return dumper


def register(cursor: AdaptContext, oid: int) -> None:
    """Register the adapters; oid is that of the type vector."""
    if adapters := cursor.adapters:
        TypeInfo("vector", oid, 0).register(cursor)
        adapters.register_loader(oid, VectorLoader)
        adapters.register_dumper(Vector, _dumper(oid))
        adapters.register_dumper(Vectors, VectorsDumper)


@lru_cache(maxsize=100)
def _dumper(oid: int) -> type[VectorBinaryDumper]:
    # Once per OID, because psycopg keeps every dumper class that it has used.
    return type("VectorDumper", (VectorBinaryDumper,), {"oid": oid})
