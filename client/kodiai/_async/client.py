from __future__ import annotations

import os
from collections.abc import Generator  # async only
from typing import Any, Self

from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool

from kodiai.tls import verify_azure

from .knowledge import AsyncKnowledge
from .learning import AsyncLearning
from .search import AsyncSearch
from .telemetry import AsyncTelemetry


class AsyncClient(AsyncKnowledge, AsyncTelemetry, AsyncLearning, AsyncSearch):
    """Calls the functions of one schema, and does nothing else.

    Each method calls the SQL function of the same name, with the same arguments
    without ``p_``. A datetime without a zone means UTC; results are in UTC. Errors are
    psycopg's: InvalidParameterValue (22023) and NullValueNotAllowed (22004) name the
    argument; kodiai.errors has those that only kodiai raises.
    """

    #: Opens the connection of connect().
    _opening: Any = None

    @classmethod
    def connect(
        cls,
        conninfo: str | None = None,
        *,
        schema: str = "kodiai",
        connection_class: type[AsyncConnection[Any]] = AsyncConnection,
        **kwargs: Any,
    ) -> Self:
        """Connect to a URL or conninfo string; by default, the URL in DATABASE_URL.

        Each call is its own transaction. Closing the client, or leaving it as a
        context manager, closes the connection. connection_class and kwargs are used
        as by a pool. Unless the conninfo, kwargs or libpq's environment say otherwise,
        a server on Azure is verified and application_name is kodiai.
        """
        if conninfo is None:
            conninfo = os.environ.get("DATABASE_URL")
            if not conninfo:
                raise ValueError("no conninfo was given and DATABASE_URL is not set")
        kwargs = {"fallback_application_name": "kodiai"} | kwargs
        kwargs |= {"autocommit": True, "client_encoding": "UTF8"}
        kwargs = verify_azure(conninfo, **kwargs)
        client = cls.__new__(cls)
        client.schema = schema
        client._opening = connection_class.connect(conninfo, **kwargs)  # noqa: SLF001
        # sync only: client.__enter__()
        return client

    def __await__(self) -> Generator[Any, Any, Self]:  # async only
        return self.__aenter__().__await__()  # async only

    async def close(self) -> None:
        """Close what connect() opened; borrowed connections and pools stay open."""
        if self._opening and self._target:
            await self._target.close()

    async def __aenter__(self) -> Self:
        if self._target is None:
            self._target = await self._opening
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        match self._target:
            case AsyncConnection(closed=False, info=info):
                host = info.host
            case AsyncConnectionPool(conninfo=str(conninfo)):
                host = str(conninfo_to_dict(conninfo).get("host", ""))
            case _:
                host = "closed"
        return f"{type(self).__name__}(schema={self.schema!r}, host={host!r})"
