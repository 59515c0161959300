from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, AsyncCursor, Error, InterfaceError
from psycopg.errors import FeatureNotSupported, NotSupportedError
from psycopg.pq import Format, TransactionStatus
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

from kodiai import vectors
from kodiai.call import Function
from kodiai.errors import reword
from kodiai.learning import GET_MEMORIES

Result = TypeVar("Result")


#: The OID of the type vector, by connection.
_vectors: WeakKeyDictionary[AsyncConnection[Any], int] = WeakKeyDictionary()


class AsyncCaller:
    """Executes calls on a connection, or on the connections of a pool."""

    schema: str
    _target: AsyncConnection[Any] | AsyncConnectionPool[Any] | None = None
    _revision = 0  # how often a function was seen to have changed

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
            got = type(target).__name__
            raise TypeError(f"expected a {kinds}, got {got}; for a URL use connect()")
        self.schema = schema
        self._target = target

    async def _call(self, function: Function[Result], *values: object) -> Result:
        """Call a function with the values of all its arguments, in order."""
        parameters = function.parameters(values)
        try:
            async with (
                self._connection() as connection,
                # Ignores the cursor and row factories of a borrowed connection.
                AsyncCursor(connection, row_factory=tuple_row) as cursor,
            ):
                encoding = connection.info.parameter_status("client_encoding")
                if encoding not in {"UTF8", None}:
                    raise NotSupportedError(f"client_encoding is {encoding}, not UTF8")
                # In binary, what is returned does not depend on session settings.
                cursor.format = Format.BINARY
                cursor.adapters.register_loader("timestamptz", vectors.TimeLoader)
                if function.has_vectors:
                    await self._register_vector(cursor)
                await self._execute(cursor, function, parameters)
                rows = await cursor.fetchall()
                columns = [column.name for column in cursor.description or ()]
                return function.result(columns, rows)
        except Error as error:
            reword(error, function.arguments)
            raise

    async def _execute(
        self, cursor: AsyncCursor[Any], function: Function[Any], values: list[object]
    ) -> None:
        query = function.statement(self.schema)
        try:
            await cursor.execute(query + b" " * self._revision, values)
        except FeatureNotSupported as error:
            if error.diag.context:  # raised by the function
                raise
            # "cached plan must not change result type": the columns of the function
            # changed after psycopg prepared the statement. Spaces at its end make it
            # a new statement.
            self._revision += 1
            if cursor.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            await cursor.execute(query + b" " * self._revision, values)

    async def _register_vector(self, cursor: AsyncCursor[Any]) -> None:
        """Have pgvector convert vectors, on this cursor only.

        The OID is learned from a call. psycopg's TypeInfo.fetch opens a transaction,
        which concurrent calls on the same connection would join.
        """
        oid = _vectors.get(cursor.connection)
        if oid is None:
            await cursor.execute(
                GET_MEMORIES.statement(self.schema), ["a/b", "{}", None]
            )
            await cursor.fetchall()
            columns = {each.name: each.type_code for each in cursor.description or ()}
            oid = _vectors[cursor.connection] = columns["embedding"]
        vectors.register(cursor, oid)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        if isinstance(self._target, AsyncConnection):
            yield self._target
            return
        if self._target is None:
            raise InterfaceError("the client is not open: use async with, or await it")
        async with self._target.connection() as connection:
            # A transaction block around one statement only costs two messages, unless
            # it is what sets these.
            settings = {connection.isolation_level, connection.read_only}
            autocommit = connection.autocommit
            if settings == {None}:
                await connection.set_autocommit(True)
            try:
                yield connection
            finally:
                if not connection.closed and connection.autocommit != autocommit:
                    await connection.set_autocommit(autocommit)
