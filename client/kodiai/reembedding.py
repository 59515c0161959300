"""Embed the memories that wait for an embedding of a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Any

from psycopg import Error, OperationalError

from ._sync.client import Client
from .errors import EmbeddingModelError
from .learning import ClaimedMemory, ReembeddingProgress
from .parameters import VectorLike

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
    models = client.list_embedding_models()
    if embedding_model not in {
        m.embedding_model for m in models if m.state == "active"
    }:
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
                if report:
                    report(worker.progress())
                if not running or any(task.exception() for task in done):
                    break
        finally:
            stopped.set()
    for task in tasks:
        task.result()
    return worker.progress()


@dataclass(frozen=True)
class _Worker:
    """What one thread does: claim, embed, save, until nothing waits."""

    client: Client
    embed: Embed
    model: str
    batch: int
    lease_time: timedelta
    max_attempts: int
    stopped: Event

    def run(self) -> None:
        while not self.stopped.is_set():
            claimed = self._call(
                self.client.claim_memories_to_embed,
                self.model,
                self.batch,
                self.lease_time,
            )
            if not claimed and self._is_done():
                return
            if not claimed:
                self.stopped.wait(INTERVAL)
            # What failed before fails alone.
            for part in _split(claimed):
                self._work(part)

    def progress(self) -> ReembeddingProgress:
        progress: ReembeddingProgress | None = self._call(
            self.client.get_reembedding_progress, self.model
        )
        if progress is None:
            raise EmbeddingModelError(f"{self.model} is no longer being embedded")
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
            vectors = self.embed([memory.finding_text for memory in claimed])
            self._call(
                self.client.save_embeddings, self.model, ids, list(vectors), lease
            )
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:500]
            self._call(
                self.client.report_embedding_failures,
                self.model,
                ids,
                lease,
                reason,
                self.max_attempts,
            )
            # Of the database; others are those of whatever embed calls.
            if isinstance(error, Error):
                raise

    def _call(self, method: Callable[..., Any], *arguments: object) -> Any:
        """Call the database, again if the connection was lost: every call may be."""
        pause = 0.5
        while True:
            try:
                return method(*arguments)
            except OperationalError:
                if self.stopped.is_set() or pause > MAX_WAIT:
                    raise
                self.stopped.wait(pause)
                pause *= 2


def _split(claimed: list[ClaimedMemory]) -> list[list[ClaimedMemory]]:
    """Put memories that are claimed again into batches of their own."""
    first = [memory for memory in claimed if memory.attempt == 1]
    again = [[memory] for memory in claimed if memory.attempt > 1]
    return [first, *again] if first else again
