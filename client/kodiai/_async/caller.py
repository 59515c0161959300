from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pgvector.psycopg.vector import register_vector_info
from psycopg import AsyncConnection, AsyncCursor, Error
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow, tuple_row
from psycopg.types import TypeInfo
from psycopg_pool import AsyncConnectionPool

from kodiai.call import Function
from kodiai.errors import reword

Result = TypeVar("Result")


class AsyncCaller:
    """Executes calls on a connection, or on the connections of a pool."""

    def __init__(
        self,
        target: AsyncConnection[Any] | AsyncConnectionPool[Any],
        *,
        schema: str = "kodiai",
    ) -> None:
        """Borrow a connection or a pool.

        Calls on a connection join its transaction, which the caller commits. With a
        pool, each call takes a connection and is its own transaction.
        """
        if not isinstance(target, AsyncConnection | AsyncConnectionPool):
            kinds = AsyncConnection.__name__ + " or " + AsyncConnectionPool.__name__
            raise TypeError(
                f"expected a psycopg {kinds}, got {type(target).__name__}; "
                "use connect() for a URL"
            )
        self.schema = schema
        self._target = target
        self._vector: TypeInfo | None = None
        self._revision = 0

    async def _call(self, function: Function[Result], *values: object) -> Result:
        """Call a function with the values of all its arguments, in order."""
        parameters = function.parameters(values)
        try:
            async with (
                self._connection() as connection,
                # Ignores the cursor and row factories of a borrowed connection.
                AsyncCursor(connection, row_factory=tuple_row) as cursor,
            ):
                if function.has_vectors:
                    await self._register_vector(cursor)
                await self._execute(cursor, function, parameters)
                columns = [column.name for column in cursor.description or ()]
                return function.result(columns, await cursor.fetchall())
        except Error as error:
            reword(error, function.arguments)
            raise

    async def _execute(
        self,
        cursor: AsyncCursor[TupleRow],
        function: Function[Any],
        parameters: list[object],
    ) -> None:
        query = function.statement(self.schema)
        try:
            await cursor.execute(query + b" " * self._revision, parameters)
        except FeatureNotSupported:
            # "cached plan must not change result type": the columns of the function
            # changed after psycopg prepared the statement. Spaces at its end make it
            # a new statement.
            self._revision += 1
            if cursor.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            await cursor.execute(query + b" " * self._revision, parameters)

    async def _register_vector(self, cursor: AsyncCursor[TupleRow]) -> None:
        """Register pgvector's adapters on this cursor only.

        A borrowed connection keeps its own adapters. The type is looked up once per
        client: it is the same on all connections of a pool.
        """
        if self._vector is None:
            self._vector = await TypeInfo.fetch(cursor.connection, "public.vector")
        register_vector_info(cursor, self._vector)  # type: ignore[arg-type]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        if isinstance(self._target, AsyncConnection):
            yield self._target
            return
        async with self._target.connection() as connection:
            # Saves the two messages of a transaction block around one statement.
            autocommit = connection.autocommit
            await connection.set_autocommit(True)
            try:
                yield connection
            finally:
                if not connection.closed:
                    await connection.set_autocommit(autocommit)
