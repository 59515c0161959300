"""A memory for a benchmark: an embedded Postgres, deployed, and gone afterwards."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kodiai import embedded

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def deployed_memory() -> Iterator[str]:
    """Give the URL of a freshly deployed database on a server of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="kodiai-bench-") as folder,
        embedded.running(folder + "/data", "bench") as url,
    ):
        print("Deploying the database by Sqitch ...", flush=True)
        command = ["sqitch", "deploy", "--quiet", f"db:{url}"]
        subprocess.run(command, cwd=ROOT, check=True)
        yield url
