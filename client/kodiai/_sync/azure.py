from __future__ import annotations

import threading
import time
from typing import Any, Self
from weakref import WeakKeyDictionary

from azure.core.credentials import AccessToken, TokenCredential
from psycopg import Connection
from psycopg.rows import TupleRow

from kodiai.tls import verify_network

#: Of tokens for Azure Database for PostgreSQL.
SCOPE = "https://ossrdbms-aad.database.windows.net/.default"

#: Seconds before it expires that a token is replaced; azure-core takes as many.
MARGIN = 300


class EntraConnection(Connection[TupleRow]):
    """A connection whose password is a token of Microsoft Entra ID."""

    @classmethod
    def connect(  # type: ignore[override] # which has no credential
        cls,
        conninfo: str = "",
        *,
        credential: TokenCredential,
        scope: str = SCOPE,
        **kwargs: Any,
    ) -> Self:
        """Connect as psycopg does, with a token for a password.

        credential: of azure-identity, or what has its get_token(scope). scope: of the
        token; sovereign clouds have others. The conninfo or kwargs name the user: the
        role in Postgres that was made for the identity. The server is verified unless
        they, or libpq's environment, say otherwise. Raises what the credential raises,
        such as azure.core.exceptions.ClientAuthenticationError.
        """
        tokens = _tokens.setdefault(credential, Tokens())
        kwargs["password"] = tokens.get(credential, scope)
        return super().connect(conninfo, **verify_network(conninfo, **kwargs))


class Tokens:
    """The tokens of a credential, by scope, each kept until it is about to expire.

    Some credentials keep none: that of the Azure CLI starts az for each.
    """

    def __init__(self) -> None:
        self._tokens: dict[str, AccessToken] = {}
        # A pool connects several times at once; one of them asks.
        self._lock = threading.Lock()

    def get(self, credential: TokenCredential, scope: str) -> str:
        with self._lock:
            token = self._tokens.get(scope)
            if token is None or token.expires_on - time.time() < MARGIN:
                token = self._tokens[scope] = credential.get_token(scope)
            return token.token


_tokens: WeakKeyDictionary[TokenCredential, Tokens] = WeakKeyDictionary()
