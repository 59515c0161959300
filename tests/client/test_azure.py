"""Tokens as passwords, and verification of servers: kodiai[azure]."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
import trustme
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from kodiai import AsyncClient, Client
from kodiai.azure import AsyncEntraConnection, EntraConnection
from kodiai.tls import verify_azure, verify_network
from tests import server, tls

pytestmark = pytest.mark.slow

HOST = "kodiai-test.postgres.database.azure.com"
SCOPE = "https://ossrdbms-aad.database.windows.net/.default"


class Credential:
    """Returns its tokens one after the other, like a credential of azure-identity.

    All but the last have almost expired. Once it has none, nobody is signed in.
    """

    def __init__(self, *tokens: str, seconds: float = 3600) -> None:
        self.tokens = list(tokens)
        self.seconds = seconds
        self.asked: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.asked += scopes
        if not self.tokens:
            raise ClientAuthenticationError("nobody is signed in")
        token = self.tokens[0]
        seconds = 100 if len(self.tokens) > 1 else self.seconds
        self.tokens = self.tokens[1:] or self.tokens
        return AccessToken(token, int(time.time() + seconds))


class AsyncCredential(Credential):
    async def get_token(  # type: ignore[override]
        self, *scopes: str, **options: Any
    ) -> AccessToken:
        # Let other tasks run.
        await asyncio.sleep(0)
        return super().get_token(*scopes, **options)

    async def close(self) -> None: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


@pytest.fixture
def agent(database: psycopg.Connection) -> Iterator[str]:
    """A conninfo without a password, for a role whose password is first-token."""
    server.ask_for_passwords(database)
    info = database.info
    role = f"agent-{info.dbname}@example.com"
    database.execute(
        f"create role \"{role}\" login password 'first-token' in role kodiai_app".encode()
    )
    yield psycopg.conninfo.make_conninfo(
        host=info.host, port=info.port, dbname=info.dbname, user=role
    )
    database.execute(f'drop role "{role}"'.encode())


def change_password(database: psycopg.Connection, agent: str, password: str) -> None:
    role = psycopg.conninfo.conninfo_to_dict(agent)["user"]
    database.execute(f"alter role \"{role}\" password '{password}'".encode())


def is_answered(client: Client) -> bool:
    return client.search_memories("acme/api", "cache") == []


class TestTokens:
    def test_a_connection_signs_in_with_a_token(self, agent: str) -> None:
        credential = Credential("first-token")
        with Client.connect(
            agent, connection_class=EntraConnection, credential=credential
        ) as client:
            assert is_answered(client)
        assert credential.asked == [SCOPE]

    def test_a_wrong_token_is_rejected(self, agent: str) -> None:
        with pytest.raises(psycopg.OperationalError, match="password authentication"):
            EntraConnection.connect(agent, credential=Credential("another"))

    def test_a_pool_gets_a_new_token_for_new_connections(
        self, agent: str, database: psycopg.Connection
    ) -> None:
        credential = Credential("first-token", "second-token")
        with ConnectionPool(
            agent,
            min_size=1,
            max_size=2,
            connection_class=EntraConnection,
            kwargs={"credential": credential},
        ) as pool:
            pool.wait()
            change_password(database, agent, "second-token")
            # The first connection stays open; the second needs the new token.
            with pool.connection() as first, pool.connection() as second:
                assert is_answered(Client(first))
                assert is_answered(Client(second))
        assert credential.asked == [SCOPE, SCOPE]

    def test_the_asynchronous_client_signs_in_with_tokens(
        self, agent: str, database: psycopg.Connection
    ) -> None:
        async def ask(credential: AsyncCredential) -> None:
            async with await AsyncClient.connect(
                agent, connection_class=AsyncEntraConnection, credential=credential
            ) as client:
                assert await client.search_memories("acme/api", "cache") == []
            change_password(database, agent, "second-token")
            async with AsyncConnectionPool(
                agent,
                min_size=3,
                connection_class=AsyncEntraConnection,
                kwargs={"credential": credential},
            ) as pool:
                await pool.wait()
                assert await AsyncClient(pool).search_memories("acme/api", "x") == []

        credential = AsyncCredential("first-token", "second-token")
        asyncio.run(ask(credential))
        # One token for the client, and one for the three connections of the pool.
        assert credential.asked == [SCOPE, SCOPE]

    @pytest.mark.parametrize(("seconds", "asked"), [(310, 1), (290, 3)])
    def test_a_token_is_cached_until_shortly_before_it_expires(
        self, agent: str, seconds: float, asked: int
    ) -> None:
        credential = Credential("first-token", seconds=seconds)
        for _ in range(3):
            EntraConnection.connect(agent, credential=credential).close()
        assert len(credential.asked) == asked

    def test_a_pool_gets_one_token_for_all_its_connections(self, agent: str) -> None:
        credential = Credential("first-token")
        with ConnectionPool(
            agent,
            min_size=4,
            connection_class=EntraConnection,
            kwargs={"credential": credential},
        ) as pool:
            pool.wait()
        assert credential.asked == [SCOPE]

    def test_another_scope_can_be_requested(self, agent: str) -> None:
        credential = Credential("first-token")
        EntraConnection.connect(agent, credential=credential, scope="theirs").close()
        assert credential.asked == ["theirs"]

    def test_errors_of_the_credential_are_raised(self, agent: str) -> None:
        with pytest.raises(ClientAuthenticationError, match="nobody is signed in"):
            EntraConnection.connect(agent, credential=Credential())

    def test_the_token_is_not_in_the_dsn(self, agent: str) -> None:
        with EntraConnection.connect(
            agent, credential=Credential("first-token")
        ) as connection:
            assert "first-token" not in connection.info.dsn


class TestTls:
    @pytest.fixture
    def listening(
        self, authority: trustme.CA, database: psycopg.Connection
    ) -> Iterator[dict[str, Any]]:
        """Connection parameters of the test server under a host name of Azure."""
        info = database.info
        with tls.listener(database, authority, HOST) as port:
            yield {
                "conninfo": f"postgresql://postgres@{HOST}:{port}/{info.dbname}",
                "hostaddr": "127.0.0.1",
            }

    def test_a_server_on_azure_is_verified(self, listening: dict[str, Any]) -> None:
        # Against public root certificates, which do not include that of the test.
        with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
            Client.connect(**listening)

    def test_the_host_name_must_match_the_certificate(
        self, listening: dict[str, Any], roots: Path
    ) -> None:
        with Client.connect(**listening, sslrootcert=str(roots)) as client:
            assert is_answered(client)
        another = listening["conninfo"].replace("kodiai-test", "kodiai-other")
        with pytest.raises(psycopg.OperationalError, match="does not match host name"):
            Client.connect(another, hostaddr="127.0.0.1", sslrootcert=str(roots))

    def test_the_asynchronous_client_verifies_a_server_on_azure(
        self, listening: dict[str, Any]
    ) -> None:
        async def connect() -> AsyncClient:
            return await AsyncClient.connect(**listening)

        with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
            asyncio.run(connect())

    def test_a_weaker_sslmode_can_be_requested(self, listening: dict[str, Any]) -> None:
        with Client.connect(**listening, sslmode="require") as client:
            assert is_answered(client)

    def test_no_token_is_sent_to_an_unverified_server(
        self, listening: dict[str, Any], roots: Path
    ) -> None:
        conninfo = listening["conninfo"].replace(HOST, "db.example.com")
        credential = Credential("a-token")
        with pytest.raises(psycopg.OperationalError, match="does not match host name"):
            EntraConnection.connect(
                conninfo,
                hostaddr="127.0.0.1",
                sslrootcert=str(roots),
                credential=credential,
            )

    @pytest.mark.parametrize(
        ("conninfo", "mode"),
        [
            (f"postgresql://a:b@{HOST}/kodiai", "verify-full"),
            (f"host={HOST.upper()} user=a", "verify-full"),
            ("host=x.private.postgres.database.azure.com", "verify-full"),
            ("host=x.postgres.database.usgovcloudapi.net", "verify-full"),
            (f"host={HOST} sslmode=require", "require"),
            (f"host={HOST},db.example.com", None),
            ("host=db.example.com", None),
            ("host=postgres.database.azure.com.example.com", None),
            ("host=/run/postgresql", None),
            ("", None),
        ],
    )
    def test_only_servers_on_azure_are_verified_by_default(
        self, conninfo: str, mode: str | None
    ) -> None:
        parameters = verify_azure(conninfo, connect_timeout=3)
        merged = psycopg.conninfo.conninfo_to_dict(conninfo, **parameters)
        assert merged.get("sslmode") == mode
        assert ("sslrootcert" in merged) is (mode == "verify-full")
        assert merged["connect_timeout"] == 3

    def test_environment_variables_of_libpq_take_precedence(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PGHOST", HOST)
        assert verify_azure("")["sslmode"] == "verify-full"
        monkeypatch.setenv("PGSSLROOTCERT", "/theirs.pem")
        assert verify_azure("")["sslrootcert"] == "/theirs.pem"
        monkeypatch.setenv("PGSSLMODE", "require")
        assert verify_azure("") == {}

    def test_a_parameter_of_none_counts_as_missing(self) -> None:
        parameters = verify_network("host=db.example.com", sslmode=None)
        assert parameters["sslmode"] == "verify-full"

    @pytest.mark.parametrize(
        ("conninfo", "is_verified"),
        [
            ("host=db.example.com", True),
            ("host=/run/postgresql,db.example.com", True),
            ("hostaddr=192.0.2.1", True),
            ("service=theirs", True),
            ("host=db.example.com sslmode=disable", False),
            ("host=/run/postgresql", False),
            ("host=@kodiai", False),
            ("", False),
        ],
    )
    def test_any_network_server_is_verified_before_a_token_is_sent(
        self, conninfo: str, is_verified: bool
    ) -> None:
        assert ("sslrootcert" in verify_network(conninfo)) is is_verified
