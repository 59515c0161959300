"""A fork server for az, which otherwise imports its modules for most of its run time.

The server is a long-running process of az's Python that has imported them. For each
command, fork_client.py connects to it and passes its arguments, working directory,
environment and standard streams. The server forks a child that takes these on, does what
python -m azure.cli does, and answers with its exit status.

A signal ends only the client, but the end of its connection ends the child. The server
ends at the end of its standard input, at the latest when pytest ends.
"""

from __future__ import annotations

import gc
import marshal
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from fcntl import F_GETFL, F_SETFL, F_SETOWN, fcntl
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import NoReturn

#: What the script's commands import.
PACKAGES = [
    "azure.cli.core",
    "azure.cli.command_modules.postgresql",
    "azure.cli.command_modules.profile",
    "azure.cli.command_modules.resource",
    "azure.cli.command_modules.role",
    "azure.cli.command_modules.util",
    "azure.core",
    "azure.mgmt.postgresqlflexibleservers",
    "azure.mgmt.resource.resources",
    "jmespath",
    "msrest",
]


@contextmanager
def running(
    python: Path, address: Path, environment: Mapping[str, str]
) -> Iterator[None]:
    """Serve at the address, with az's Python, in the environment that az reads there."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        with subprocess.Popen(
            [str(python), "-I", __file__, str(listener.fileno())],
            env=environment,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        ):
            yield


def _main() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        _shorten_sleeps()
        _preload()
        # The kernel reaps the children.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    _answer(connection)


def _shorten_sleeps() -> None:
    """Let az look more often whether an operation has ended than every 0.5 or 10 s."""
    sleep = time.sleep
    time.sleep = lambda seconds: sleep(min(float(seconds), 0.02))


def _preload() -> None:
    for name in PACKAGES:
        package = import_module(name)
        for module in walk_packages(package.__path__, f"{name}."):
            # Some need packages that az does not.
            with suppress(ModuleNotFoundError):
                import_module(module.name)
    # Garbage collections in the children would copy these objects' pages.
    gc.freeze()


def _answer(connection: socket.socket) -> NoReturn:
    """Run az in this process, a child of the server."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as request:
        arguments, folder, environment = marshal.load(request)  # noqa: S302
    _end_with(connection)
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["az", *arguments]
    status = _run_az()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([status]))
    os._exit(status)


def _end_with(connection: socket.socket) -> None:
    """End this process when the client closes the connection.

    With a signal, because a thread would wait for its turn while az goes on.
    """
    signal.signal(signal.SIGIO, lambda *_: os._exit(1))
    fcntl(connection, F_SETOWN, os.getpid())
    fcntl(connection, F_SETFL, fcntl(connection, F_GETFL) | os.O_ASYNC)
    # It may have been closed before.
    if select.select([connection], [], [], 0)[0]:
        os._exit(1)


def _run_az() -> int:
    """Return its exit status."""
    try:
        runpy.run_module("azure.cli", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    _main()
