"""A memory for a benchmark: an embedded Postgres, deployed, and gone afterwards."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

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
def deployed_memory(*, embedding_dim: int = 1024) -> Iterator[str]:
    """Give the URL of a freshly deployed database on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="kodiai-bench-") as folder:
        data = folder + "/data"
        with (
            embedded.running(data, "bench") as url,
            psycopg.connect(url, autocommit=True) as admin,
        ):
            for setting, value in SETTINGS.items():
                admin.execute(f"alter system set {setting} = '{value}'".encode())
        with embedded.running(data, "bench") as url:
            print("Deploying the database by Sqitch ...", flush=True)
            command = ["sqitch", "deploy", "--quiet", f"db:{url}"]
            command += ["--set", f"embedding_dim={embedding_dim}"]
            subprocess.run(command, cwd=ROOT, check=True)
            yield url
