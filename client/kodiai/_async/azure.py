from __future__ import annotations

import asyncio
import time
from typing import Any, Self
from weakref import WeakKeyDictionary

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from kodiai.tls import verify_network

#: Scope of a token for Azure Database for PostgreSQL.
SCOPE = "https://ossrdbms-aad.database.windows.net/.default"

#: Replace a token this many seconds before it expires, as azure-core does.
MARGIN = 300


class AsyncEntraConnection(AsyncConnection[TupleRow]):
    """A connection with a Microsoft Entra ID token as its password."""

    @classmethod
    async def connect(  # type: ignore[override] # psycopg's has no credential
        cls,
        conninfo: str = "",
        *,
        credential: AsyncTokenCredential,
        scope: str = SCOPE,
        **kwargs: Any,
    ) -> Self:
        """Connect like psycopg, with a token as the password.

        credential: from azure-identity, or any object with get_token(scope). scope: of
        the token; differs in sovereign clouds. The user, in the conninfo or kwargs, is
        the Postgres role that was created for the identity. The server is verified
        unless they or libpq's environment say otherwise. Raises what the credential
        raises, such as azure.core.exceptions.ClientAuthenticationError.
        """
        tokens = _tokens.setdefault(credential, AsyncTokens())
        kwargs["password"] = await tokens.get(credential, scope)
        return await super().connect(conninfo, **verify_network(conninfo, **kwargs))


class AsyncTokens:
    """Caches the tokens of a credential by scope, until shortly before they expire.

    Some credentials do not cache: AzureCliCredential runs az for every token.
    """

    def __init__(self) -> None:
        self._tokens: dict[str, AccessToken] = {}
        # A pool opens several connections at once: only one of them gets the token.
        self._lock = asyncio.Lock()

    async def get(self, credential: AsyncTokenCredential, scope: str) -> str:
        async with self._lock:
            token = self._tokens.get(scope)
            if token is None or token.expires_on - time.time() < MARGIN:
                token = self._tokens[scope] = await credential.get_token(scope)
            return token.token


_tokens: WeakKeyDictionary[AsyncTokenCredential, AsyncTokens] = WeakKeyDictionary()
