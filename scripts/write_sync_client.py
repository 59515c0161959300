"""Write the synchronous client from the asynchronous one.

Usage: python scripts/write_sync_client.py [FOLDER]
FOLDER: the package, client/kodiai by default.
"""

import sys
from pathlib import Path

from unasync import Rule, unasync_files

RULE = Rule(
    "/_async/",
    "/_sync/",
    {
        "AsyncClient": "Client",
        "AsyncConnection": "Connection",
        "AsyncConnectionPool": "ConnectionPool",
        "AsyncExitStack": "ExitStack",
        "aclose": "close",
        "push_async_callback": "callback",
    },
)

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "client/kodiai").resolve()
unasync_files([str(path) for path in folder.glob("_async/*.py")], [RULE])
