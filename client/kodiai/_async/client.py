from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

from kodiai.call import BinaryVector, BinaryVectorDumper, BinaryVectors, Call
from kodiai.functions import Functions
from kodiai.learning import get_memories
from kodiai.tls import verify_azure

Result = TypeVar("Result")


class AsyncClient(Functions):
    """Calls the functions of one memory, and nothing else.

    The methods are the SQL functions; their arguments are those of SQL without
    ``p_``. A datetime without a zone means UTC. Errors are psycopg's:
    InvalidParameterValue (22023) and NullValueNotAllowed (22004) name the argument;
    kodiai.errors has those that only this database raises.
    """

    def __init__(
        self,
        target: AsyncConnection[Any] | AsyncConnectionPool[Any],
        *,
        schema: str = "kodiai",
    ) -> None:
        """Borrow a connection or a pool.

        A connection stays as it is: calls join its transaction, and nobody but its
        owner commits. A pool lends a connection for each call, which is a
        transaction of its own. The schema is the one the memory was deployed in.
        """
        if not isinstance(target, AsyncConnection | AsyncConnectionPool):
            kinds = AsyncConnection.__name__ + " or " + AsyncConnectionPool.__name__
            raise TypeError(
                f"expected a psycopg {kinds}, got {type(target).__name__}; "
                "for a URL there is connect()"
            )
        self.schema = schema
        self._target = target
        self._owned = AsyncExitStack()
        self._vector_type: int | None = None

    @classmethod
    async def connect(
        cls,
        conninfo: str | None = None,
        *,
        schema: str = "kodiai",
        connection_class: type[AsyncConnection[Any]] = AsyncConnection,
        **kwargs: Any,
    ) -> Self:
        """Connect to a URL or conninfo string; by default, the URL in DATABASE_URL.

        Each call is a transaction of its own. Closing the client, or leaving it as a
        context manager, closes the connection. connection_class and its kwargs: as a
        pool takes them. A server on Azure is verified unless the conninfo, kwargs or
        libpq's environment say otherwise.
        """
        if conninfo is None:
            conninfo = os.environ.get("DATABASE_URL")
            if not conninfo:
                raise ValueError("no conninfo was given and DATABASE_URL is not set")
        kwargs = verify_azure(conninfo, **kwargs) | {"autocommit": True}
        connection = await connection_class.connect(conninfo, **kwargs)
        client = cls(connection, schema=schema)
        client._owned.push_async_callback(connection.close)
        return client

    async def close(self) -> None:
        """Close what connect() opened; borrowed connections and pools stay open."""
        await self._owned.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def call(self, call: Call[Result]) -> Result:
        """Execute one call, as kodiai.learning and its siblings describe it."""
        statement, parameters = call.statement(self.schema), call.parameters()
        async with (
            self._connection() as connection,
            # Of this class, whatever the owner of a borrowed connection prefers.
            AsyncCursor(connection, row_factory=tuple_row) as cursor,
        ):
            cursor.adapters.register_dumper(BinaryVector, BinaryVectorDumper)
            for n, parameter in enumerate(parameters):
                if isinstance(parameter, BinaryVectors):
                    parameters[n] = parameter.array(await self._type_of_vectors(cursor))
            await cursor.execute(statement, parameters)
            columns = [column.name for column in cursor.description or ()]
            return call.result(columns, await cursor.fetchall())

    async def _type_of_vectors(self, cursor: AsyncCursor[Any]) -> int:
        """Learn the number of the type vector from a function that returns one."""
        if self._vector_type is None:
            call = get_memories([])
            await cursor.execute(call.statement(self.schema), call.parameters())
            columns = {each.name: each for each in cursor.description or ()}
            self._vector_type = columns["embedding"].type_code
        return self._vector_type

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[Any]]:
        if isinstance(self._target, AsyncConnection):
            yield self._target
            return
        async with self._target.connection() as connection:
            # One statement needs no transaction block, nor the two messages of it.
            autocommit = connection.autocommit
            await connection.set_autocommit(True)
            try:
                yield connection
            finally:
                if not connection.closed:
                    await connection.set_autocommit(autocommit)
