"""Connections to Azure without passwords: ``pip install kodiai[azure]``.

A connection asks a credential of azure-identity for a token when it connects, and stays
open after the token expires::

    credential = DefaultAzureCredential()
    memory = Client.connect(
        url, connection_class=EntraConnection, credential=credential
    )
    pool = ConnectionPool(
        url, connection_class=EntraConnection, kwargs={"credential": credential}
    )

For asyncio, use AsyncEntraConnection and the credentials of azure.identity.aio.
"""

from ._async.azure import AsyncEntraConnection
from ._sync.azure import EntraConnection

__all__ = ["AsyncEntraConnection", "EntraConnection"]
