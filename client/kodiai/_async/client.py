from __future__ import annotations

import os
from typing import Any, Self

from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict

from kodiai.opening import opening  # async only
from kodiai.tls import verify_azure

from .knowledge import AsyncKnowledge
from .learning import AsyncLearning
from .search import AsyncSearch
from .telemetry import AsyncTelemetry


class AsyncClient(AsyncKnowledge, AsyncTelemetry, AsyncLearning, AsyncSearch):
    """Calls the functions of one schema, and does nothing else.

    Each method calls the SQL function of the same name, with the same arguments
    without ``p_``. A datetime without a zone means UTC. Errors are psycopg's:
    InvalidParameterValue (22023) and NullValueNotAllowed (22004) name the argument;
    kodiai.errors has those that only kodiai raises.
    """

    _is_owner = False

    @classmethod
    @opening  # async only
    async def connect(
        cls,
        conninfo: str | None = None,
        *,
        schema: str = "kodiai",
        connection_class: type[AsyncConnection[Any]] = AsyncConnection,
        **kwargs: Any,
    ) -> Self:
        """Connect to a URL or conninfo string, by default that in DATABASE_URL.

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
        kwargs = verify_azure(conninfo, **kwargs) | {"autocommit": True}
        connection = await connection_class.connect(conninfo, **kwargs)
        client = cls(connection, schema=schema)
        client._is_owner = True
        return client

    async def close(self) -> None:
        """Close what connect() opened; borrowed connections and pools stay open."""
        if self._is_owner:
            await self._target.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        if not isinstance(self._target, AsyncConnection):
            conninfo = self._target.conninfo
            known = conninfo_to_dict(conninfo) if isinstance(conninfo, str) else {}
            host = str(known.get("host", ""))
        elif self._target.closed:
            host = "closed"
        else:
            host = self._target.info.host
        return f"{type(self).__name__}(schema={self.schema!r}, host={host!r})"
