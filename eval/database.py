"""The temporary database of the evaluation."""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384
WORKERS = 2


def deploy(url: str) -> None:
    print("Deploying the database with Sqitch ...", flush=True)
    subprocess.run(
        [
            *("sqitch", "deploy", "--quiet"),
            *("--set", f"embedding_dim={DIMENSIONS}", f"db:{url}"),
        ],
        cwd=ROOT,
        check=True,
    )


def read_versions(connection: psycopg.Connection) -> list[str]:
    """Return the server, its extension and the client, each with its version."""
    servers = connection.execute(
        """
        select 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1)
        union all
        select 'pgvector ' || extversion from pg_extension where extname = 'vector'
        """
    )
    return [*(row[0] for row in servers), f"kodiai {version('kodiai')}"]
