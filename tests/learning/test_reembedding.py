"""Replacing the embeddings of all memories by those of another model."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from kodiai import Client, EmbeddingModelError
from tests.concurrency import sessions, wait_for_lock
from tests.server import DIMENSIONS

from .corpus import memory, vector

REPO = "acme/api"
OLD, NEW = "test", "new"
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def embed(text: str, model: str) -> list[float]:
    """Return the embedding of a text, another one for each model."""
    generator = random.Random(f"{model} {text}")  # noqa: S311
    return [generator.gauss(0, 1) for _ in range(DIMENSIONS)]


def write(client: Client, count: int, **columns: Any) -> list[int]:
    memories = [memory(**columns) for _ in range(count)]
    vectors = [embed(m["finding_text"], OLD) for m in memories]
    return [row.memory_id for row in client.write_memories(memories, vectors)]


def work(client: Client, model: str = NEW, limit: int = 1000) -> int:
    """Embed one batch, as a worker does; return how many were saved."""
    claimed = client.claim_memories_to_embed(model, limit)
    if not claimed:
        return 0
    saved = client.save_embeddings(
        model,
        [c.memory_id for c in claimed],
        [embed(c.finding_text, model) for c in claimed],
        claimed[0].lease,
    )
    return sum(s.saved for s in saved)


def work_off(client: Client, model: str = NEW) -> None:
    while work(client, model):
        pass


def nearest(
    client: Client, model: str | None, text: str
) -> list[tuple[int, float | None]]:
    """Search for the embedding that the model gives a text."""
    hits = client.search_memories(
        REPO,
        query_embedding=embed(text, model or OLD),
        embedding_model=model,
        limit=1000,
        duplicate_distance=None,
    )
    return [(hit.memory_id, round(hit.distance or 0, 5)) for hit in hits]


def text_of(client: Client, memory_id: int) -> str:
    [row] = client.get_memories(REPO, [memory_id])
    return row.finding_text


def embedding_of(client: Client, memory_id: int) -> list[float]:
    [row] = client.get_memories(REPO, [memory_id])
    assert row.embedding
    return list(row.embedding.to_list())


def waiting(client: Client, model: str | None = None) -> int:
    progress = client.get_reembedding_progress(model)
    assert progress
    return progress.waiting


def purge(client: Client, limit: int = 7) -> int:
    total = 0
    while purged := client.purge_embeddings(limit):
        total += purged
    return total


def states(client: Client) -> dict[str, str]:
    return {m.embedding_model: m.state for m in client.list_embedding_models()}


# The whole way


def test_searches_are_complete_before_during_and_after(
    client: Client, database: psycopg.Connection
) -> None:
    ids = write(client, 30)
    text = text_of(client, ids[3])
    before = nearest(client, None, text)
    assert len(before) == 30
    assert before[0] == (ids[3], 0)

    assert client.begin_reembedding(NEW) == 30
    assert work(client, limit=10) == 10
    assert nearest(client, None, text) == before
    assert nearest(client, OLD, text) == before
    # Those of the new model are found by its name, and only those.
    assert nearest(client, NEW, text_of(client, ids[0]))[0] == (ids[0], 0)
    assert len(nearest(client, NEW, text)) == 10
    with pytest.raises(
        EmbeddingModelError, match='20 of 30 memories have no embedding of "new" yet'
    ):
        client.activate_embedding_model(NEW)

    work_off(client)
    assert nearest(client, None, text) == before
    assert client.activate_embedding_model(NEW) == OLD
    assert client.activate_embedding_model(NEW) == NEW
    assert states(client) == {NEW: "active", OLD: "former"}
    after = nearest(client, NEW, text)
    assert len(after) == 30
    assert after[0] == (ids[3], 0)
    hits = client.search_memories(REPO, text, embed(text, NEW), limit=30)
    assert {hit.embedding_model for hit in hits} == {NEW}
    assert hits[0].memory_id == ids[3]
    assert {
        (m.embedding_model, m.embedding is None) for m in client.get_memories(REPO, ids)
    } == {(NEW, False)}
    assert nearest(client, OLD, text) == before
    assert client.count_memories(REPO).waiting == 0

    assert [
        t.rows for t in client.run_maintenance() if t.task == "purge embeddings"
    ] == [30]
    assert states(client) == {NEW: "active", OLD: "inactive"}
    assert nearest(client, OLD, text) == []
    assert nearest(client, NEW, text) == after
    info = client.get_info()
    assert info.active_model == NEW
    assert info.models == [{"embedding_model": NEW, "embeddings": 30}]
    # As autovacuum does; before, another index may be cheaper for the planner.
    database.execute("vacuum learning_memories")
    assert [c for c in client.check_search(REPO) if not c.is_ok] == []


def test_it_can_go_on_to_a_third_model_and_back(client: Client) -> None:
    ids = write(client, 5)
    text = text_of(client, ids[0])
    for former, model in [(OLD, NEW), (NEW, "third"), ("third", OLD), (OLD, "fourth")]:
        assert client.begin_reembedding(model) == 5
        work_off(client, model)
        assert client.activate_embedding_model(model) == former
        assert nearest(client, model, text)[0] == (ids[0], 0)
        assert purge(client) == 5
        [new] = write(client, 1)
        ids.append(new)
        client.delete_memories(REPO, [ids.pop()])
        assert states(client)[former] == "inactive"


def test_the_old_model_can_be_activated_again_before_the_purge(client: Client) -> None:
    write(client, 4)
    client.begin_reembedding(NEW)
    work_off(client)
    client.activate_embedding_model(NEW)
    assert client.begin_reembedding(OLD) == 0
    assert client.activate_embedding_model(OLD) == NEW
    assert client.purge_embeddings() == 4
    assert states(client) == {OLD: "active", NEW: "inactive"}


def test_canceling_keeps_the_old_model_and_frees_the_slot(client: Client) -> None:
    ids = write(client, 6)
    assert client.cancel_reembedding() is None
    client.begin_reembedding(NEW)
    [claimed, *_] = client.claim_memories_to_embed(NEW, 2)
    assert work(client, limit=2) == 2
    assert client.cancel_reembedding() == NEW
    with pytest.raises(
        EmbeddingModelError, match='"new" is neither active nor being re-embedded into'
    ):
        client.save_embeddings(NEW, [claimed.memory_id], [vector(1)], claimed.lease)
    with pytest.raises(
        EmbeddingModelError, match='embeddings of "new" are still to be deleted'
    ):
        client.begin_reembedding("third")
    # Continues where it was.
    assert client.begin_reembedding(NEW) == 4
    assert client.begin_reembedding(NEW) == 4
    client.cancel_reembedding()
    assert purge(client) == 2
    assert client.begin_reembedding("third") == 6
    with pytest.raises(EmbeddingModelError, match='are being re-embedded into "third"'):
        client.begin_reembedding(NEW)
    assert len(nearest(client, None, text_of(client, ids[0]))) == 6


# Memories that change meanwhile


def test_what_is_written_meanwhile_waits_for_the_other_model(client: Client) -> None:
    write(client, 1)
    client.begin_reembedding(NEW)
    work_off(client)
    [old] = write(client, 1)
    text = "Only the new model has embedded this"
    row = client.write_memories(
        [memory(finding_text=text, embedding_model=NEW)], [embed(text, NEW)]
    )[0]
    bare = client.write_memories([memory()], [None])[0]
    assert waiting(client, NEW) == 2
    assert waiting(client, OLD) == 2
    assert client.count_memories(REPO).waiting == 2
    assert {m.memory_id for m in client.list_memories(REPO, is_waiting=True)} == {
        row.memory_id,
        bare.memory_id,
    }
    assert [c.memory_id for c in client.claim_memories_to_embed(NEW)] == [
        old,
        bare.memory_id,
    ]
    assert [c.memory_id for c in client.claim_memories_to_embed(OLD)] == [
        row.memory_id,
        bare.memory_id,
    ]


def test_an_embedding_of_the_old_text_is_not_saved(client: Client) -> None:
    [one] = write(client, 1)
    client.begin_reembedding(NEW)
    [claimed] = client.claim_memories_to_embed(NEW)
    client.correct_memory(REPO, one, "A corrected text", embed("A corrected text", OLD))
    [saved] = client.save_embeddings(
        NEW, [one], [embed(claimed.finding_text, NEW)], claimed.lease
    )
    assert not saved.saved
    work_off(client)
    client.activate_embedding_model(NEW)
    assert nearest(client, NEW, "A corrected text") == [(one, 0)]
    # A correction of the text removes the embeddings of both models.
    corrected = client.correct_memory(
        REPO, one, "Another text", embed("Another text", NEW)
    )
    assert not corrected.is_waiting
    assert nearest(client, OLD, "Another text") == []
    assert nearest(client, NEW, "Another text") == [(one, 0)]
    assert client.correct_memory(REPO, one, "A third text").is_waiting


def test_writing_an_embedding_ends_the_lease(client: Client) -> None:
    one = memory(finding_id=1)
    client.write_memories([one], [None])
    client.set_embedding_model(OLD)
    [claimed] = client.claim_memories_to_embed(OLD)
    client.write_memories([one], [vector(1)])
    [saved] = client.save_embeddings(
        OLD, [claimed.memory_id], [vector(0, 1)], claimed.lease
    )
    assert not saved.saved
    assert embedding_of(client, claimed.memory_id)[0] == 1
    assert client.claim_memories_to_embed(OLD) == []


def test_embeddings_of_other_models_are_replaced_in_their_slot(client: Client) -> None:
    ids = write(client, 2)
    client.set_embedding_model(NEW)
    assert waiting(client, NEW) == 2
    work_off(client)
    assert waiting(client, NEW) == 0
    assert len(nearest(client, NEW, text_of(client, ids[0]))) == 2
    assert nearest(client, OLD, text_of(client, ids[0])) == []


# Leases


def test_a_late_worker_cannot_save_over_its_heir(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    clock(NOW)
    [one, two] = write(client, 2)
    client.begin_reembedding(NEW)
    late = client.claim_memories_to_embed(NEW, 10, timedelta(minutes=5))
    assert [(c.memory_id, c.attempt) for c in late] == [(one, 1), (two, 1)]
    assert client.claim_memories_to_embed(NEW) == []
    clock(NOW + timedelta(minutes=5))
    [heir] = client.claim_memories_to_embed(NEW, 1)
    assert (heir.memory_id, heir.attempt) == (one, 2)
    saved = client.save_embeddings(
        NEW, [one, two], [vector(1), vector(1)], late[0].lease
    )
    # Nobody has claimed the second since.
    assert [(s.memory_id, s.saved) for s in saved] == [(one, False), (two, True)]
    [saved_by_heir] = client.save_embeddings(NEW, [one], [vector(0, 1)], heir.lease)
    assert saved_by_heir.saved
    assert [
        s.saved for s in client.save_embeddings(NEW, [one], [vector(1)], heir.lease)
    ] == [False]
    client.activate_embedding_model(NEW)
    assert embedding_of(client, one)[:2] == [0, 1]


def test_failures_are_counted_by_reason_and_tried_again_later(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    clock(NOW)
    ids = write(client, 3)
    client.begin_reembedding(NEW)

    def fail(reason: str, memory_ids: Iterable[int], lease: UUID) -> int:
        return client.report_embedding_failures(NEW, list(memory_ids), lease, reason, 2)

    lease = client.claim_memories_to_embed(NEW)[0].lease
    assert fail("HTTP 429", ids[:2], lease) == 2
    assert fail("too long", ids[2:], lease) == 1
    assert fail("again", ids, lease) == 0
    progress = client.get_reembedding_progress()
    assert progress
    assert (progress.waiting, progress.leased, progress.failed) == (3, 0, 3)
    assert progress.failures == [
        {"reason": "HTTP 429", "memories": 2, "given_up": 0},
        {"reason": "too long", "memories": 1, "given_up": 0},
    ]
    assert client.claim_memories_to_embed(NEW) == []
    clock(NOW + timedelta(seconds=10))
    again = client.claim_memories_to_embed(NEW)
    assert [c.attempt for c in again] == [2, 2, 2]
    assert fail("too long", ids, again[0].lease) == 3
    clock(NOW + timedelta(days=100))
    assert client.claim_memories_to_embed(NEW) == []
    progress = client.get_reembedding_progress()
    assert progress
    assert progress.failures == [{"reason": "too long", "memories": 3, "given_up": 3}]
    assert client.retry_embeddings(NEW) == 3
    work_off(client)
    assert client.activate_embedding_model(NEW) == OLD


def test_the_rate_says_how_long_the_rest_takes(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    assert client.get_reembedding_progress() is None
    clock(NOW)
    write(client, 10)
    client.begin_reembedding(NEW)
    work(client, limit=4)
    clock(NOW + timedelta(seconds=8))
    progress = client.get_reembedding_progress()
    assert progress
    assert (progress.total, progress.embedded, progress.waiting) == (10, 4, 6)
    assert (progress.per_second, progress.seconds_left) == (0.5, 12)


# Races


def test_two_workers_claim_different_memories(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    write(client, 6)
    client.begin_reembedding(NEW)
    with sessions(conninfo, 2) as (first, second):
        one = first.client.claim_memories_to_embed(NEW, 4)
        # Not committed, so that only the locks on the memories say that they are taken.
        two = second.client.claim_memories_to_embed(NEW, 4)
        assert {c.memory_id for c in one}.isdisjoint(c.memory_id for c in two)
        assert len(one) + len(two) == 6
        first.connection.rollback()
        second.connection.commit()
        assert len(client.claim_memories_to_embed(NEW)) == 4


def test_canceling_waits_for_a_write_into_the_slot(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    write(client, 1)
    client.begin_reembedding(NEW)
    with sessions(conninfo, 2) as (writer, canceler):
        text = "Written at the last moment"
        writer.client.write_memories(
            [memory(finding_text=text, embedding_model=NEW)], [embed(text, NEW)]
        )
        canceler.start(Client.cancel_reembedding)
        wait_for_lock(database, canceler.process)
        writer.connection.commit()
        assert canceler.result() == NEW
    assert purge(client) == 1
    assert client.begin_reembedding("third") == 2
    assert nearest(client, "third", text) == []


# Bad input


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"embedding_model": "other"},
            EmbeddingModelError,
            '"other" is neither active nor being re-embedded into',
        ),
        (
            {"embeddings": [[1.0] * 9]},
            errors.InvalidParameterValue,
            r"embeddings\[1\]: expected 8 dimensions, got 9",
        ),
        (
            {"embeddings": [[0.0] * 8]},
            errors.InvalidParameterValue,
            r"embeddings\[1\]: expected a vector with a defined cosine distance",
        ),
        (
            {"embeddings": [[float("nan")] * 8]},
            errors.InvalidParameterValue,
            r"embeddings\[1\]: expected finite numbers",
        ),
        (
            {"embeddings": []},
            errors.InvalidParameterValue,
            "embeddings: expected 1 vectors, one per memory, got 0",
        ),
        (
            {"embeddings": [None]},
            errors.NullValueNotAllowed,
            r"embeddings\[1\] is missing: expected a vector",
        ),
        (
            {"lease": None},
            errors.NullValueNotAllowed,
            "lease is missing: expected a lease",
        ),
    ],
)
def test_embeddings_that_cannot_be_saved_are_refused(
    client: Client, change: dict[str, Any], error: type[Exception], message: str
) -> None:
    [one] = write(client, 1)
    client.begin_reembedding(NEW)
    [claimed] = client.claim_memories_to_embed(NEW)
    arguments: dict[str, Any] = {
        "embedding_model": NEW,
        "memory_ids": [one],
        "embeddings": [vector(1)],
        "lease": claimed.lease,
    }
    with pytest.raises(error, match=message):
        client.save_embeddings(**arguments | change)
    assert waiting(client) == 1
    assert [
        s.saved for s in client.save_embeddings(**arguments | {"lease": uuid4()})
    ] == [False]


def test_there_must_be_an_active_model(client: Client) -> None:
    with pytest.raises(EmbeddingModelError, match="no embedding model is active"):
        client.begin_reembedding(NEW)
    write(client, 1)
    with pytest.raises(errors.InvalidParameterValue, match="expected another model"):
        client.begin_reembedding(OLD)
