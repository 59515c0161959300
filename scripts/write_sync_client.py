"""Write the synchronous client from the asynchronous one, or check that it was.

Usage: python scripts/write_sync_client.py [--check]
"""

import shutil
import subprocess
import sys
import tempfile
from filecmp import cmp
from pathlib import Path

from unasync import Rule, unasync_files

PACKAGE = Path("client/kodiai")
NAMES = {
    "AsyncClient": "Client",
    "AsyncConnection": "Connection",
    "AsyncConnectionPool": "ConnectionPool",
    "AsyncCursor": "Cursor",
    "AsyncEntraConnection": "EntraConnection",
    "AsyncExitStack": "ExitStack",
    "AsyncTokenCredential": "TokenCredential",
    "AsyncTokens": "Tokens",
    "aclose": "close",
    "asyncio": "threading",
    "credentials_async": "credentials",
    "push_async_callback": "callback",
}


def write(source: Path, target: Path) -> None:
    """Write the files in target from those in source, formatted."""
    rule = Rule(f"{source}/", f"{target}/", NAMES)
    unasync_files([str(path) for path in source.glob("*.py")], [rule])
    ruff = Path(sys.executable).with_name("ruff")
    config = Path("pyproject.toml").resolve()
    # Other names, another order of imports.
    for command in (["check", "--select=I", "--fix"], ["format"]):
        subprocess.run(  # noqa: S603
            [ruff, *command, "--quiet", "--config", config, target], check=True
        )


if "--check" in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "_async"
        shutil.copytree(PACKAGE / "_async", source)
        write(source, fresh := Path(folder) / "_sync")
        for path in fresh.glob("*.py"):
            if not cmp(path, PACKAGE / "_sync" / path.name, shallow=False):
                sys.exit(f"_sync/{path.name} is out of date: run make sync-client")
else:
    write(PACKAGE / "_async", PACKAGE / "_sync")
