"""Concurrent sessions, interleaved by waiting until one waits for a lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest

from kodiai import Client


def wait_for_lock(database: psycopg.Connection, *processes: int) -> None:
    """Wait until all these backends wait for a lock; fail after two minutes."""
    waiting = (
        "select count(*) from pg_stat_activity"
        " where pid = any (%s) and wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 120
    while True:
        row = database.execute(waiting, (list(processes),)).fetchone()
        if row == (len(processes),):
            return
        if time.monotonic() > deadline:
            pytest.fail("a call that should wait for a lock does not")


class Session:
    """A client with its own connection, whose calls can run in a thread."""

    def __init__(self, conninfo: str) -> None:
        self.connection = psycopg.connect(conninfo)
        self.client = Client(self.connection)
        self._thread = threading.Thread()
        self._results: list[Any] = []
        self._errors: list[Exception] = []

    def start(self, call: Callable[..., Any], **arguments: Any) -> None:
        """Run a call, which may block, in the background, then commit."""

        def run() -> None:
            try:
                self._results.append(call(self.client, **arguments))
                self.connection.commit()
            except Exception as error:  # noqa: BLE001
                self._errors.append(error)

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def result(self) -> Any:
        """Wait for the background call; return its result or raise its error."""
        self._thread.join()
        if self._errors:
            raise self._errors.pop()
        return self._results.pop()

    @property
    def process(self) -> int:
        return self.connection.info.backend_pid


@contextmanager
def sessions(conninfo: str, count: int) -> Iterator[list[Session]]:
    """Open sessions, and close them afterwards."""
    with ExitStack() as stack:
        opened = [Session(conninfo) for _ in range(count)]
        for session in opened:
            stack.callback(session.connection.close)
        yield opened
