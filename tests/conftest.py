"""One server per run, one template database per worker, one clone per test.

The server is an embedded one (--postgres 18 or 16) that the controller of pytest-xdist
starts and stops, or the one at --postgresql-host.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import trustme
from pytest_postgresql import factories

from catalog import Function, read
from eval.collection import DATA
from kodiai import Client

from . import server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        choices=["18", "16"],
        default="18",
        help="version of the embedded server",
    )


def pytest_configure(config: pytest.Config) -> None:
    if worker := getattr(config, "workerinput", None):
        config.option.postgresql_host = worker["postgresql_host"]
        return
    if config.option.collectonly or config.option.postgresql_host:
        return
    folder = Path(tempfile.mkdtemp(prefix="kodiai-"))
    version = int(config.option.postgres)
    config.option.postgresql_host = server.start(folder / "data", version)

    def stop() -> None:
        server.stop(folder / "data", version)
        shutil.rmtree(folder)

    config.add_cleanup(stop)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Pass the address of the server to a worker."""
    node.workerinput["postgresql_host"] = node.config.option.postgresql_host


deployed = factories.postgresql_noproc(
    user="postgres", dbname="kodiai", load=[server.deploy]
)
_clone = factories.postgresql("deployed")


@pytest.fixture
def database(_clone: psycopg.Connection) -> psycopg.Connection:
    """A superuser's connection to a freshly deployed database."""
    _clone.autocommit = True
    _clone.execute("set search_path = kodiai, public")
    return _clone


@pytest.fixture
def functions(database: psycopg.Connection) -> list[Function]:
    """The public functions, as their signatures and comments describe them."""
    return read(database)


@pytest.fixture
def conninfo(database: psycopg.Connection) -> str:
    """The conninfo of the same database with the application role."""
    info = database.info
    return psycopg.conninfo.make_conninfo(
        host=info.host,
        port=info.port,
        user=info.user,
        dbname=info.dbname,
        options="-c role=kodiai_app",
    )


@pytest.fixture
def client(conninfo: str) -> Iterator[Client]:
    """A client with the application role, on a freshly deployed database."""
    with Client.connect(conninfo) as client:
        yield client


@pytest.fixture
def connection(client: Client) -> psycopg.Connection:
    """The connection of the client, to change its settings."""
    assert isinstance(client._target, psycopg.Connection)
    return client._target


@pytest.fixture
def clock(connection: psycopg.Connection) -> Callable[[datetime], None]:
    """Sets the client's current time, through the setting that the database reads.

    It counts because the client has logged in as a superuser, before it set its role.
    """

    def set_time(now: datetime) -> None:
        connection.execute("select set_config('kodiai.now', %s, false)", (str(now),))

    return set_time


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The CA of the test servers' certificates."""
    return trustme.CA()


@pytest.fixture(scope="session")
def roots(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the certificate of the CA."""
    path = tmp_path_factory.mktemp("authority") / "roots.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real collections."""
    if not DATA.is_dir():
        pytest.skip(f"{DATA} does not exist; KODIAI_TEST_DATA can name another folder")
    return DATA
