from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

from psycopg import Connection, Cursor
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool

from kodiai.call import BinaryVector, BinaryVectorDumper, BinaryVectors, Call
from kodiai.functions import Functions
from kodiai.learning import get_memories
from kodiai.tls import verify_azure

Result = TypeVar("Result")


class Client(Functions):
    """Calls the functions of one memory, and nothing else.

    The methods are the SQL functions; their arguments are those of SQL without
    ``p_``. A datetime without a zone means UTC. Errors are psycopg's:
    InvalidParameterValue (22023) and NullValueNotAllowed (22004) name the argument;
    kodiai.errors has those that only this database raises.
    """

    def __init__(
        self,
        target: Connection[Any] | ConnectionPool[Any],
        *,
        schema: str = "kodiai",
    ) -> None:
        """Borrow a connection or a pool.

        A connection stays as it is: calls join its transaction, and nobody but its
        owner commits. A pool lends a connection for each call, which is a
        transaction of its own. The schema is the one the memory was deployed in.
        """
        if not isinstance(target, Connection | ConnectionPool):
            kinds = Connection.__name__ + " or " + ConnectionPool.__name__
            raise TypeError(
                f"expected a psycopg {kinds}, got {type(target).__name__}; "
                "for a URL there is connect()"
            )
        self.schema = schema
        self._target = target
        self._owned = ExitStack()
        self._vector_type: int | None = None

    @classmethod
    def connect(
        cls,
        conninfo: str | None = None,
        *,
        schema: str = "kodiai",
        connection_class: type[Connection[Any]] = Connection,
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
        connection = connection_class.connect(conninfo, **kwargs)
        client = cls(connection, schema=schema)
        client._owned.callback(connection.close)
        return client

    def close(self) -> None:
        """Close what connect() opened; borrowed connections and pools stay open."""
        self._owned.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def call(self, call: Call[Result]) -> Result:
        """Execute one call, as kodiai.learning and its siblings describe it."""
        statement, parameters = call.statement(self.schema), call.parameters()
        with (
            self._connection() as connection,
            # Of this class, whatever the owner of a borrowed connection prefers.
            Cursor(connection, row_factory=tuple_row) as cursor,
        ):
            cursor.adapters.register_dumper(BinaryVector, BinaryVectorDumper)
            for n, parameter in enumerate(parameters):
                if isinstance(parameter, BinaryVectors):
                    parameters[n] = parameter.array(self._type_of_vectors(cursor))
            cursor.execute(statement, parameters)
            columns = [column.name for column in cursor.description or ()]
            return call.result(columns, cursor.fetchall())

    def _type_of_vectors(self, cursor: Cursor[Any]) -> int:
        """Learn the number of the type vector from a function that returns one."""
        if self._vector_type is None:
            call = get_memories([])
            cursor.execute(call.statement(self.schema), call.parameters())
            columns = {each.name: each for each in cursor.description or ()}
            self._vector_type = columns["embedding"].type_code
        return self._vector_type

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        if isinstance(self._target, Connection):
            yield self._target
            return
        with self._target.connection() as connection:
            # One statement needs no transaction block, nor the two messages of it.
            autocommit = connection.autocommit
            connection.set_autocommit(True)
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.set_autocommit(autocommit)
