"""A database for a benchmark: made, deployed by Sqitch, and dropped afterwards."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from kodiai import embedded

ROOT = Path(__file__).resolve().parent.parent

# What a server of 16 GB would have; the defaults are for one of 512 MB.
SETTINGS = {
    "shared_buffers": "4GB",
    "maintenance_work_mem": "2GB",
    "max_wal_size": "8GB",
    "max_connections": "50",
}


@contextmanager
def deployed_memory(
    *, embedding_dim: int = 1024, server: str | None = None
) -> Iterator[str]:
    """Give the URL of a freshly deployed database: on this server, or an embedded one.

    The URL of a server must be a superuser's. Its configuration stays as it is.
    """
    with embedded_database() if server is None else new_database(server) as url:
        print("Deploying the database by Sqitch ...", flush=True)
        command = ["sqitch", "deploy", "--quiet", f"db:{url}"]
        command += ["--set", f"embedding_dim={embedding_dim}"]
        subprocess.run(command, cwd=ROOT, check=True)
        yield url


@contextmanager
def embedded_database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="kodiai-bench-") as folder:
        data = folder + "/data"
        with (
            embedded.running(data, "bench") as url,
            psycopg.connect(url, autocommit=True) as admin,
        ):
            for setting, value in SETTINGS.items():
                admin.execute(f"alter system set {setting} = '{value}'".encode())
        with embedded.running(data, "bench") as url:
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
            # Roles belong to the cluster: drop those that no other database needs.
            roles = ["psql", "--quiet", "--no-psqlrc", server, "--set=schema=kodiai"]
            roles.append("--file=revert/base/roles.sql")
            subprocess.run(roles, cwd=ROOT, check=True)
