"""Connections to Azure without passwords: ``pip install kodiai[azure]``.

Each connection gets a token from a credential of azure-identity when it connects, and
stays open after the token expires::

    credential = DefaultAzureCredential()
    memory = Client.connect(connection_class=EntraConnection, credential=credential)
    pool = ConnectionPool(
        url, connection_class=EntraConnection, kwargs={"credential": credential},
        check=ConnectionPool.check_connection,
    )

For asyncio, use AsyncEntraConnection and the credentials of azure.identity.aio.
"""

from ._async.azure import AsyncEntraConnection
from ._sync.azure import EntraConnection

__all__ = ["AsyncEntraConnection", "EntraConnection"]
