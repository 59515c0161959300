"""Memories that are exported and imported are the same memories."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from kodiai import Client, ExportedMemory, reembed, transfer
from kodiai.errors import argument_of
from tests.concurrency import sessions, wait_for_lock
from tests.knowledge.calls import posted, review
from tests.server import connection_of, deploy

from .corpus import memory, random_memories, vector, write
from .test_histories import Comparison, histories
from .test_voices import REPO, lesson

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@contextmanager
def created(
    database: psycopg.Connection, name: str, options: str = ""
) -> Iterator[Any]:
    """Create another database; yield how to connect to it."""
    connection = connection_of(database)
    connection["dbname"] += f"_{name}"
    create = f"create database {connection['dbname']} {options}"
    database.execute(create.encode())
    try:
        yield connection
    finally:
        database.execute(f"drop database {connection['dbname']}".encode())


@pytest.fixture
def target(database: psycopg.Connection, deployed: Any) -> Iterator[Client]:
    """A client of another database, which has no memories."""
    with (
        created(database, "target", f"template {deployed.template_dbname}") as other,
        Client.connect("", **other) as client,
    ):
        yield client


def import_rows(
    client: Client, rows: list[ExportedMemory], on_conflict: Any = "keep"
) -> list[int]:
    """Import memories in one call; return their ids."""
    imported = client.import_memories(
        [row.memory for row in rows], [row.embedding for row in rows], on_conflict
    )
    return [row.memory_id for row in imported]


def actions(
    client: Client, rows: list[ExportedMemory], on_conflict: Any = "keep"
) -> list[str]:
    imported = client.import_memories(
        [row.memory for row in rows], [row.embedding for row in rows], on_conflict
    )
    return [row.action for row in imported]


def document(**columns: Any) -> Any:
    """Return a memory as another schema would export it."""
    given = {"memory_id": 7, "created_at": "2026-01-01T00:00:00+00:00"}
    return memory(**given) | columns


def retired(memory_id: int, superseded_by: int) -> Any:
    return document(
        memory_id=memory_id,
        state="retired",
        retired_at=NOW,
        superseded_by=superseded_by,
        superseded_by_created_at="2026-01-01T00:00:00+00:00",
    )


def renumbered(row: ExportedMemory, ids: dict[int, int]) -> ExportedMemory:
    """Return a memory with the ids that memories have elsewhere."""
    changed = json.loads(json.dumps(row.memory))
    changed["memory_id"] = ids[row.memory_id]
    if changed["superseded_by"]:
        changed["superseded_by"] = ids[changed["superseded_by"]]
    for change in changed["history"]:
        for side in (change["before"], change["after"]):
            if side.get("superseded_by"):
                side["superseded_by"] = ids.get(side["superseded_by"])
    return ExportedMemory(ids[row.memory_id], changed, row.embedding)


@pytest.mark.slow
@pytest.mark.parametrize("is_empty", [True, False])
def test_a_history_of_calls_survives_export_and_import(
    client: Client, target: Client, clock: Callable[[datetime], None], is_empty: bool
) -> None:
    if not is_empty:  # of ids that a memory has, or had
        target.import_memories([document(memory_id=500_000, repo="other/api")])

    @seed(1)
    @settings(max_examples=100, deadline=None, database=None, print_blob=False)
    @given(histories, st.integers(0, 5))
    def compare(history: list[Any], first: int) -> None:
        comparison = Comparison(client, clock)
        for each in history:
            comparison.step(*each)
        repo = comparison._repo
        owner = repo.split("/")[0]
        rows = client.export_memories(owner, limit=1000)
        if is_empty:  # a memory may be superseded by one of the next call
            import_rows(target, rows[:first])
            new = import_rows(target, rows[first:])
            assert new == [row.memory_id for row in rows[first:]]
            ids = {row.memory_id: row.memory_id for row in rows}
        else:
            new = import_rows(target, rows)
            assert new == sorted(new)
            ids = dict(zip((row.memory_id for row in rows), new, strict=True))

        exported = target.export_memories(owner, limit=1000)
        if is_empty:
            assert exported == rows
        assert exported == [renumbered(row, ids) for row in rows]
        assert actions(target, rows) == ["unchanged"] * len(rows)
        assert actions(target, exported, "replace") == ["unchanged"] * len(rows)
        assert target.export_memories(owner, limit=1000) == exported

        for query in ("cache", "invalidated never", None):
            found, expected = (
                [
                    (row.memory_id, row.score, row.text_score, row.distance)
                    for row in each.search_memories(
                        repo, query, vector(1, 2, 3), duplicate_distance=None
                    )
                ]
                for each in (target, client)
            )
            assert found == [(ids[row[0]], *row[1:]) for row in expected]

    compare()


def test_searches_in_another_database_have_the_same_results(
    client: Client, target: Client
) -> None:
    memories, vectors = random_memories(3, 300, ["acme/api", "acme/web"])
    write(client, memories, vectors)
    client.write_memories([memory(repo="other/api"), memory(repo="other/web")])
    file = io.StringIO()
    assert transfer.export_memories(client, None, file) == 302
    file.seek(0)
    assert transfer.import_memories(target, file) == {"inserted": 302}
    for number in range(20):
        query: Any = (None, "cache timeout", memories[number]["finding_text"])
        arguments: Any = {
            "query_text": query[number % 3],
            "query_embedding": vectors[-number],
            "owner": "acme",
            "limit": 50,
            "recency_half_life": timedelta(days=90) if number % 2 else None,
        }
        client_rows, target_rows = (
            each.search_memories("acme/api", **arguments) for each in (client, target)
        )
        assert len(client_rows) == 50
        assert [row.memory_id for row in target_rows] == [
            row.memory_id for row in client_rows
        ]
        if number % 2 == 0:  # the age of a memory grows between the calls
            assert target_rows == client_rows
    assert all(check.is_ok for check in target.check_search(None, "acme"))

    again = io.StringIO()
    transfer.export_memories(target, None, again)
    assert again.getvalue() == file.getvalue()


def test_embeddings_are_exact(client: Client, target: Client) -> None:
    rng = np.random.default_rng(5)
    exponents = rng.uniform(-18, 18, size=(200, 1))
    vectors = (rng.normal(size=(200, 8)) * 10**exponents).astype("float32")
    vectors[0] = [1, 0.1, 1 / 3, 16777217, 1.17e-38, 1e-45, -0.0, 3e18]
    client.write_memories([memory() for _ in vectors], list(vectors))
    file = io.StringIO()
    transfer.export_memories(client, "acme", file)
    file.seek(0)
    transfer.import_memories(target, file)
    got = [row.embedding for row in target.export_memories(limit=1000)]
    assert np.array_equal([v.to_list() for v in got if v], vectors)


def test_the_embedding_of_the_active_model_comes_along(
    client: Client, target: Client
) -> None:
    client.write_memories([memory(embedding=vector(1)), memory(embedding=vector(2))])
    reembed(client, lambda texts: [vector(0, 1)] * len(texts), embedding_model="next")
    file = io.StringIO()
    transfer.export_memories(client, None, file)
    assert {row.memory["embedding_model"] for row in client.export_memories()} == {
        "test"
    }
    client.activate_embedding_model("next")
    rows = client.export_memories()
    assert [row.memory["embedding_model"] for row in rows] == ["next"] * 2

    file.seek(0)
    transfer.import_memories(target, file)
    assert target.get_info().active_model == "test"
    # Into the second slot, as long as the first one has embeddings of the active model.
    target.begin_reembedding("next")
    assert actions(target, rows, "replace") == ["replaced"] * 2
    assert len(target.search_memories(REPO, None, vector(0, 1))) == 2
    target.activate_embedding_model("next")
    assert target.export_memories() == rows
    assert actions(target, rows, "reject") == ["unchanged"] * 2


def test_memories_of_two_schemas_do_not_mix(client: Client, target: Client) -> None:
    """The same id, time and repository do not make them the same memory."""
    given = {"repo": REPO, "created_at": NOW}
    (ours,) = target.write_memories([memory(**given)])
    client.write_memories([memory(**given), memory(**given), memory(finding_id=9)])
    (known,) = target.write_memories([memory(finding_id=9)])
    rows = client.export_memories()
    assert ours.memory_id == rows[0].memory_id
    ids = import_rows(target, rows)
    assert ids[:2] == [known.memory_id + 1, known.memory_id + 2]
    assert ids[2] == known.memory_id
    assert import_rows(target, rows) == ids


def test_a_memory_is_known_after_renames_and_corrections(
    client: Client, target: Client
) -> None:
    target.write_memory(**memory(repo="other/api"))
    row = client.write_memory(**memory(finding_text="first", embedding=vector(1)))
    (imported,) = import_rows(target, client.export_memories())
    assert imported != row.memory_id
    client.correct_memory(REPO, row.memory_id, finding_text="second")
    client.rename_repo(REPO, "acme/service")
    target.correct_memory(REPO, imported, finding_text="third")

    rows = client.export_memories()
    assert actions(target, rows) == ["kept"]
    assert actions(target, rows, "replace") == ["replaced"]
    assert actions(target, rows, "replace") == ["unchanged"]
    found = target.get_memory(REPO, imported)
    assert found
    assert (found.finding_text, found.embedding) == ("second", None)
    assert [h.reason for h in target.list_memory_history(REPO, imported)] == [None]


def test_a_known_memory_is_kept_replaced_or_a_reason_to_fail(
    client: Client, target: Client
) -> None:
    lessons = [lesson(login="ann", embedding=vector(1)), lesson(finding_text="other")]
    first, second = (client.teach_memory(**each).memory_id for each in lessons)
    assert first
    assert second
    rows = client.export_memories()
    import_rows(target, rows)
    target.teach_memory(**lesson(login="bob", voice="thumbs_down"))
    before = target.export_memories()

    with pytest.raises(
        psycopg.errors.InvalidParameterValue,
        match=rf"^memories\[1\]: expected .* got one that differs from memory {first}$",
    ):
        actions(target, rows, "reject")
    assert actions(target, rows) == ["kept", "unchanged"]
    assert target.export_memories() == before
    assert actions(target, rows, "replace") == ["replaced", "unchanged"]
    assert target.export_memories() == rows

    client.retire_memories(REPO, "replaced", [second], superseded_by=first)
    client.retire_memories(REPO, "wrong", [first])
    rows = client.export_memories()
    assert actions(target, rows, "replace") == ["replaced", "replaced"]
    assert target.export_memories() == rows
    client.restore_memories(REPO, [second])
    rows = client.export_memories()
    assert actions(target, rows[::-1], "replace") == ["replaced", "unchanged"]
    assert target.export_memories() == rows


def test_a_superseding_memory_may_be_imported_later(client: Client) -> None:
    later = document(memory_id=9)
    client.import_memories([document(memory_id=1), retired(2, 9), retired(3, 9)])
    rows = client.list_memories(REPO, state=None)
    assert [row.superseded_by for row in rows] == [None, None, None]
    client.restore_memories(REPO, [3])
    # Another one of that id, in another repository or of another time.
    client.import_memories([document(memory_id=9, repo="acme/web")])
    client.import_memories([document(memory_id=9, created_at=NOW)])
    (imported,) = client.import_memories([later])
    rows = client.list_memories(REPO, state=None)
    superseding = [row.superseded_by for row in rows]
    assert superseding == [None, imported.memory_id, None, None, None]


def test_no_memory_supersedes_itself(client: Client) -> None:
    circle = [retired(1, 3), retired(2, 1), retired(3, 2)]
    for memories, position in (([retired(1, 1)], 1), ([document(), *circle], 2)):
        with pytest.raises(
            psycopg.errors.InvalidParameterValue, match="supersede itself"
        ) as error:
            client.import_memories(memories)
        assert argument_of(error.value) == f"memories[{position}].superseded_by"
    client.import_memories(circle[:2])
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="supersede itself"):
        client.import_memories(circle[2:])
    client.import_memories([document(memory_id=3)])


def test_a_memory_that_occurs_twice_is_one(client: Client) -> None:
    given = [
        document(memory_id=1, finding_id=1),
        document(memory_id=2, finding_id=1),
        document(memory_id=3, finding_text="same"),
        document(memory_id=3, finding_text="same"),
    ]
    rows = client.import_memories(given)
    assert [(row.memory_id, row.action) for row in rows] == [
        (1, "inserted"),
        (1, "unchanged"),
        (3, "inserted"),
        (3, "unchanged"),
    ]
    assert len(client.list_memories(REPO)) == 2
    assert client.import_memories([]) == []


def test_findings_that_are_recorded_later_are_others(client: Client) -> None:
    joined = {"finding_id": 70}
    client.import_memories([document(finding_id=12, findings=[joined])])
    recorded = client.record_review(**review(findings=[posted(1)]))
    assert recorded.finding_ids[0] > 70
    (row,) = client.list_memories(REPO)
    assert client.has_memory(REPO, 70)
    assert client.write_memory(**memory()).memory_id > row.memory_id


def test_a_memory_without_voices_gets_that_of_its_outcome(client: Client) -> None:
    (row,) = client.import_memories([document(outcome="suppressed")])
    found = client.get_memory(REPO, row.memory_id)
    assert found
    (voice,) = found.voices
    assert (voice["event"], voice["voice"]) == ("suppressed", "suppressed")
    assert voice["said_at"] == "2026-01-01T00:00:00+00:00"


VOICE = {"login": "ann", "voice": "accepted", "said_at": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("columns", "named", "expected"),
    [
        ({"memory_id": None}, "memory_id is missing", "an integer from 1"),
        ({"memory_id": 0}, "memory_id", "an integer from 1"),
        ({"created_at": None}, "created_at is missing", "a date and time"),
        ({"owner": "other"}, "owner", "the owner of repo"),
        ({"state": "gone"}, "state", "pending, active or retired"),
        ({"state": "retired"}, "retired_at is missing", "a time if retired"),
        ({"retired_at": "2026-01-01"}, "retired_at", "a time if retired"),
        ({"superseded_by": 5}, "superseded_by", "null unless retired"),
        ({"voices": {}}, "voices", "an array of objects"),
        ({"voices": [VOICE, 1]}, r"voices\[2\]", "an object"),
        ({"voices": [VOICE, VOICE]}, r"voices\[2\]", "one voice per login"),
        ({"voices": [VOICE | {"event": "e"}]}, r"voices\[1\]", "a login or an event"),
        ({"voices": [VOICE, {"login": "b"}]}, r"voices\[2\].voice is mis", "accepted"),
        ({"voices": [VOICE | {"none": 1}]}, r"voices\[1\]", "only the keys"),
        ({"findings": [{}]}, r"findings\[1\].finding_id is missing", "64-bit"),
        ({"history": [{"action": "x"}]}, r"history\[1\].action", "taught, withdrawn"),
        ({"trust": {"confirmed": "x"}}, "trust.confirmed", "a number"),
        ({"trust": 5}, "trust", "an object"),
        ({"embedding": [1.0]}, "embedding", "an array of 8 numbers"),
    ],
)
def test_an_invalid_memory_is_named(
    client: Client, columns: Any, named: str, expected: str
) -> None:
    valid = document(voices=[VOICE, VOICE | {"login": "bob"}])
    with pytest.raises(
        (psycopg.errors.InvalidParameterValue, psycopg.errors.NullValueNotAllowed),
        match=rf"^memories\[2\]\.{named}.*: expected .*{expected}",
    ):
        client.import_memories([valid, document(memory_id=8) | columns])
    assert client.export_memories() == []


def test_one_import_waits_for_another(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    given: Any = [document(memory_id=n) for n in (1, 2)]
    with sessions(conninfo, 2) as (first, second):
        rows = first.client.import_memories(given)
        second.start(lambda c: c.import_memories(given))
        wait_for_lock(database, second.process)
        first.connection.commit()
        again = second.result()
    assert [row.memory_id for row in again] == [row.memory_id for row in rows]
    assert {row.action for row in again} == {"unchanged"}


@pytest.mark.slow
def test_another_width_is_filled_without_embeddings(
    client: Client, database: psycopg.Connection
) -> None:
    client.write_memory(**memory(finding_id=5, embedding=vector(1)))
    file = io.StringIO()
    transfer.export_memories(client, None, file)

    with created(database, "wide") as other:
        deploy(embedding_dim=16, **other)
        with Client.connect("", **other) as wide:
            file.seek(0)
            with pytest.raises(transfer.TransferError, match="8 dimensions, but .* 16"):
                transfer.import_memories(wide, file)
            file.seek(0)
            transfer.import_memories(wide, file, embeddings=False)
            assert len(wide.list_memories(REPO, is_waiting=True)) == 1
            wide.set_embedding_model("wide")
            progress = reembed(
                wide, lambda texts: [[1.0] * 16 for _ in texts], embedding_model="wide"
            )
            assert (progress.waiting, progress.failed) == (0, 0)
            (row,) = wide.search_memories(REPO, None, [1.0] * 16)
            assert row.distance == pytest.approx(0)
