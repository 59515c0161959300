"""Embed the memories that wait for an embedding of a model.

Usage: python -m kodiai.reembedding MODEL EMBED [--activate] [--workers N] [--batch N]

MODEL is the name of the embedding model, EMBED a function module:name that takes a
list of texts and returns their vectors. DATABASE_URL or --url says where. If another
model is active, this begins or continues to re-embed all memories into MODEL. It can be
stopped and started again at any time, and run on several machines at once.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from threading import Event
from typing import Any

from psycopg import Error, OperationalError
from psycopg_pool import ConnectionPool

from ._sync.client import Client
from .errors import EmbeddingModelError
from .learning import ClaimedMemory, ReembeddingProgress
from .parameters import VectorLike
from .tls import verify_azure

#: Returns the vectors of texts, in their order.
Embed = Callable[[list[str]], Sequence[VectorLike]]

#: Seconds between two looks at the progress, and the longest wait for the database.
INTERVAL = 2.0
MAX_WAIT = 30.0


def reembed(
    client: Client,
    embed: Embed,
    *,
    embedding_model: str,
    batch: int = 100,
    workers: int = 4,
    lease_time: timedelta = timedelta(minutes=10),
    max_attempts: int = 5,
    report: Callable[[ReembeddingProgress], object] | None = None,
) -> ReembeddingProgress:
    """Embed all memories that wait for an embedding of a model; return the progress.

    Begins to re-embed unless the model is active already; activating it is up to the
    caller (activate_embedding_model). If the process dies, calling this again goes on.

    embed is called by several threads at once, with up to batch texts. If it raises,
    its texts are tried again later, one by one, so that a text that cannot be embedded
    does not stop the others; after max_attempts they are given up. A client on a pool
    lets the workers use the database at the same time, and survives lost connections.

    report is called every two seconds. Raises what begin_reembedding and
    save_embeddings raise, such as InvalidParameterValue for vectors of another width.
    """
    if embedding_model != client.get_info().active_model:
        client.begin_reembedding(embedding_model)
    stopped = Event()
    worker = _Worker(
        client, embed, embedding_model, batch, lease_time, max_attempts, stopped
    )
    with ThreadPoolExecutor(workers) as pool:
        tasks = [pool.submit(worker.run) for _ in range(workers)]
        try:
            while True:
                done, running = wait(tasks, INTERVAL, FIRST_EXCEPTION)
                progress = worker.progress()
                if report:
                    report(progress)
                if not running or any(task.exception() for task in done):
                    break
        finally:
            stopped.set()
    for task in tasks:
        task.result()
    return worker.progress()


class _Worker:
    """What one thread does: claim, embed, save, until nothing waits."""

    def __init__(
        self,
        client: Client,
        embed: Embed,
        model: str,
        batch: int,
        lease_time: timedelta,
        max_attempts: int,
        stopped: Event,
    ) -> None:
        self._client = client
        self._embed = embed
        self._model = model
        self._batch = batch
        self._lease_time = lease_time
        self._max_attempts = max_attempts
        self._stopped = stopped

    def run(self) -> None:
        while not self._stopped.is_set():
            claimed = self._call(
                self._client.claim_memories_to_embed,
                self._model,
                self._batch,
                self._lease_time,
            )
            if not claimed and self._is_done():
                return
            if not claimed:
                self._stopped.wait(INTERVAL)
            # What failed before fails alone.
            for part in _split(claimed):
                self._work(part)

    def progress(self) -> ReembeddingProgress:
        progress: ReembeddingProgress | None = self._call(
            self._client.get_reembedding_progress, self._model
        )
        if progress is None:
            raise EmbeddingModelError(f"{self._model} is no longer being embedded")
        return progress

    def _is_done(self) -> bool:
        """Return whether all that wait were given up, rather than wait for a retry."""
        progress = self.progress()
        given_up = sum(failure["given_up"] for failure in progress.failures)
        return progress.waiting <= given_up

    def _work(self, claimed: Sequence[ClaimedMemory]) -> None:
        ids = [memory.memory_id for memory in claimed]
        lease = claimed[0].lease
        try:
            vectors = self._embed([memory.finding_text for memory in claimed])
        except Exception as error:  # noqa: BLE001 - whatever a provider's client raises
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:500]
            self._call(
                self._client.report_embedding_failures,
                self._model,
                ids,
                lease,
                reason,
                self._max_attempts,
            )
        else:
            self._call(
                self._client.save_embeddings, self._model, ids, list(vectors), lease
            )

    def _call(self, method: Callable[..., Any], *arguments: object) -> Any:
        """Call the database, again if the connection was lost: every call may be."""
        pause = 0.5
        while True:
            try:
                return method(*arguments)
            except OperationalError:
                if self._stopped.is_set() or pause > MAX_WAIT:
                    raise
                self._stopped.wait(pause)
                pause *= 2


def _split(claimed: list[ClaimedMemory]) -> list[list[ClaimedMemory]]:
    """Put memories that are claimed again into batches of their own."""
    first = [memory for memory in claimed if memory.attempt == 1]
    again = [[memory] for memory in claimed if memory.attempt > 1]
    return [first, *again] if first else again


class _Bar:
    """Shows the progress on stderr: on a terminal in place, else a line a minute."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._next = 0.0

    def __call__(self, progress: ReembeddingProgress) -> None:
        if not self._is_terminal and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 60
        line = describe(progress)
        print(
            f"\r{line:<79}" if self._is_terminal else line,
            end="" if self._is_terminal else "\n",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        if self._is_terminal:
            print(file=sys.stderr)


def describe(progress: ReembeddingProgress) -> str:
    """Return the progress in at most 79 characters."""
    share = progress.embedded / progress.total if progress.total else 1
    bar = ("#" * round(20 * share)).ljust(20, ".")
    words = [f"[{bar}] {share:4.0%}  {progress.embedded:,} of {progress.total:,}"]
    if progress.per_second:
        words.append(f"{progress.per_second:.0f}/s")
    if progress.seconds_left:
        words.append(f"{timedelta(seconds=round(progress.seconds_left))} left")
    if progress.failed:
        words.append(f"{progress.failed:,} failed")
    return "  ".join(words)[:79]


def main() -> int:
    """Run the command; return its exit status."""
    summary, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        "python -m kodiai.reembedding", description=summary, epilog=details
    )
    parser.add_argument("model", help="name of the embedding model")
    parser.add_argument("embed", help="module:function that embeds a list of texts")
    parser.add_argument(
        "--activate", action="store_true", help="activate it at the end"
    )
    parser.add_argument("--url", default=os.environ.get("DATABASE_URL"))
    parser.add_argument("--schema", default="kodiai")
    parser.add_argument("--workers", type=int, default=4, metavar="N")
    parser.add_argument("--batch", type=int, default=100, metavar="N")
    options = parser.parse_args()
    if not options.url:
        parser.error("no --url was given and DATABASE_URL is not set")
    module, _, name = options.embed.partition(":")
    sys.path.insert(0, "")
    try:
        embed: Embed = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        parser.error(f"{options.embed}: {error}")

    bar = _Bar()
    arguments = verify_azure(options.url, autocommit=True, client_encoding="UTF8")
    with ConnectionPool(
        options.url, max_size=options.workers + 1, kwargs=arguments
    ) as pool:
        client = Client(pool, schema=options.schema)
        try:
            progress = reembed(
                client,
                embed,
                embedding_model=options.model,
                batch=options.batch,
                workers=options.workers,
                report=bar,
            )
            bar.close()
            for failure in progress.failures:
                print(f"{failure['memories']:>7,} {failure['reason']}"[:79])
            if options.activate:
                client.activate_embedding_model(options.model)
                print(f"{options.model} is active.")
        except Error as error:
            bar.close()
            print(f"{error}\n{error.diag.message_hint or ''}".strip(), file=sys.stderr)
            return 1
    return 1 if progress.waiting else 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
