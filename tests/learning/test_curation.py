"""retire_memories, restore_memories, correct_memory and delete_memories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors

from kodiai import Client, Memory, SupersedingError, UnknownMemoryError

from .corpus import memory, vector
from .test_voices import get, lesson, searched, state

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
REPO = "acme/api"


def write(client: Client, count: int = 1, **columns: Any) -> list[int]:
    """Write memories of the findings 1, 2, ...; return their ids."""
    rows = client.write_memories(
        [
            memory(finding_text=f"connection pool leak {n}", finding_id=n) | columns
            for n in range(1, count + 1)
        ],
        [vector(1, n) for n in range(count)],
    )
    return [row.memory_id for row in rows]


def is_healthy(client: Client) -> bool:
    return all(check.is_ok for check in client.check_search(REPO))


# Retiring and restoring


def test_a_retired_memory_is_found_again_once_restored(client: Client) -> None:
    first, second = write(client, 2)
    assert client.retire_memories(REPO, "not true", [first], by="Ann") == 1
    assert searched(client) == [second]
    hits = client.search_memories(REPO, None, vector(1))
    assert [hit.memory_id for hit in hits] == [second]
    assert get(client, first).retired_reason == "not true"
    assert get(client, first).retired_at
    assert client.retire_memories(REPO, "not true", [first]) == 0
    count = client.count_memories(REPO)
    assert (count.memories, count.retired) == (1, 1)
    assert is_healthy(client)

    assert client.restore_memories(REPO, [first], reason="it is", by="bob") == 1
    assert client.restore_memories(REPO, [first]) == 0
    assert sorted(searched(client)) == [first, second]
    restored = get(client, first)
    assert (restored.retired_at, restored.retired_reason) == (None, None)
    history = client.list_memory_history(REPO, first)
    assert [(h.action, h.changed_by, h.reason) for h in history] == [
        ("retired", "ann", "not true"),
        ("restored", "bob", "it is"),
    ]
    assert history[0].before == {"state": "active", "retired_reason": None}
    assert history[0].after == {"state": "retired", "retired_reason": "not true"}
    assert history[1].before == history[0].after


def test_memories_are_retired_by_their_findings(client: Client) -> None:
    first, second, third = write(client, 3)
    assert client.retire_memories(REPO, "no", finding_ids=[1, 3, 1]) == 2
    assert searched(client) == [second]
    assert client.restore_memories(REPO, finding_ids=[3]) == 1
    assert sorted(searched(client)) == [second, third]
    assert state(client, first)[0] == "retired"


def test_what_is_taught_again_is_said_to_be_retired(client: Client) -> None:
    (memory_id,) = write(client)
    client.retire_memories(REPO, "no", [memory_id])
    text = get(client, memory_id).finding_text
    again = memory(finding_text=text, finding_id=1, outcome="thumbs_up")
    written = client.write_memory(**again)
    assert (written.memory_id, written.inserted, written.state) == (
        *(memory_id, False, "retired"),
    )
    (row,) = client.write_memories([again], [None])
    assert row.state == "retired"
    taught = client.teach_memory(**lesson(finding_text=text), embedding=vector(1))
    assert (taught.memory_id, taught.state) == (memory_id, "retired")
    assert searched(client) == []


def test_restoring_a_memory_without_a_voice_speaks_for_it(client: Client) -> None:
    (memory_id,) = write(client, outcome="suppressed")
    client.withdraw_voices(REPO, [memory_id])
    assert client.restore_memories(REPO, [memory_id], by="ann") == 1
    assert state(client, memory_id) == ("active", "suppressed")
    voice = get(client, memory_id).voices[-1]
    assert (voice["login"], voice["voice"]) == ("ann", "suppressed")
    client.withdraw_voices(REPO, [memory_id], login="ann")
    assert client.restore_memories(REPO, [memory_id]) == 1
    assert get(client, memory_id).voices[-1]["event"] == "restored"


def test_a_memory_supersedes_others(client: Client) -> None:
    first, second, third = write(client, 3)
    client.retire_memories(REPO, "put better", [first, second], superseded_by=third)
    assert get(client, first).superseded_by == third
    client.restore_memories(REPO, [first])
    assert get(client, first).superseded_by is None
    client.delete_memories(REPO, [third])
    assert get(client, second).superseded_by is None
    assert state(client, second)[0] == "retired"


@pytest.mark.parametrize("ids", [[0], [0, 1], [1], [2]])
def test_no_memory_supersedes_itself(client: Client, ids: list[int]) -> None:
    written = write(client, 3)
    client.retire_memories(REPO, "chain", [written[0]], superseded_by=written[1])
    client.retire_memories(REPO, "chain", [written[1]], superseded_by=written[2])
    before = [get(client, memory_id) for memory_id in written]
    with pytest.raises(SupersedingError, match="^superseded_by: memory . would super"):
        client.retire_memories(
            REPO, "circle", [written[n] for n in ids], superseded_by=written[0]
        )
    assert [get(client, memory_id) for memory_id in written] == before


def test_only_an_active_memory_supersedes_others(client: Client) -> None:
    first, second = write(client, 2)
    client.retire_memories(REPO, "no", [second])
    with pytest.raises(SupersedingError, match="is retired, but only an active"):
        client.retire_memories(REPO, "no", [first], superseded_by=second)
    with pytest.raises(UnknownMemoryError, match="^superseded_by: memory 99 does not"):
        client.retire_memories(REPO, "no", [first], superseded_by=99)
    assert state(client, first)[0] == "active"


def test_marking_retired_memories_stale_leaves_them_retired(client: Client) -> None:
    (memory_id,) = write(client)
    client.retire_memories(REPO, "no", [memory_id])
    assert client.mark_stale_memories(REPO, [memory_id]) == 1
    client.restore_memories(REPO, [memory_id])
    assert get(client, memory_id).stale
    assert searched(client) == []


# Correcting


def test_the_corrected_text_is_found_and_the_old_one_is_not(client: Client) -> None:
    (memory_id,) = write(client, outcome="thumbs_up")
    correction = client.correct_memory(
        REPO,
        memory_id,
        "the session cookie is not secure",
        vector(0, 0, 1),
        severity="critical",
        category="security",
        file_path="./web\\cookies.py",
        language="python",
        metadata={"cwe": 614},
        reason="misread",
        by="Ann",
    )
    assert (correction.corrected, correction.state) == (True, "active")
    assert not correction.is_waiting
    assert searched(client) == []
    assert searched(client, "cookie") == [memory_id]
    assert searched(client, "cookies.py") == [memory_id]
    (hit,) = client.search_memories(REPO, None, vector(0, 0, 1))
    assert (hit.distance, hit.metadata) == (0, {"cwe": 614})
    assert (hit.severity, hit.category, hit.language, hit.outcome) == (
        *("critical", "security", "python", "thumbs_up"),
    )
    assert is_healthy(client)
    (change,) = client.list_memory_history(REPO, memory_id)
    assert (change.action, change.changed_by, change.reason) == (
        *("corrected", "ann", "misread"),
    )
    assert change.before == {
        "finding_text": "connection pool leak 1",
        "severity": "major",
        "category": "correctness",
        "file_path": "src/Makefile",
        "language": None,
        "metadata": {},
    }
    assert change.after["file_path"] == "web/cookies.py"


def test_a_new_text_without_an_embedding_waits_for_one(client: Client) -> None:
    (memory_id,) = write(client)
    correction = client.correct_memory(REPO, memory_id, "a socket leaks")
    assert (correction.corrected, correction.is_waiting) == (True, True)
    assert client.search_memories(REPO, None, vector(1)) == []
    # The embedding of the old text, which arrives again.
    client.write_memory(
        **memory(finding_id=1, finding_text="connection pool leak 1"),
        embedding=vector(1),
    )
    assert get(client, memory_id).embedding is None
    client.write_memory(
        **memory(finding_id=1, finding_text="a socket leaks"), embedding=vector(3)
    )
    embedding = get(client, memory_id).embedding
    assert embedding
    assert embedding.to_list() == vector(3)


def test_what_is_not_corrected_stays(client: Client) -> None:
    (memory_id,) = write(client)
    before = get(client, memory_id)
    assert not client.correct_memory(REPO, memory_id).corrected
    assert not client.correct_memory(
        REPO, memory_id, before.finding_text, before.embedding, "major"
    ).corrected
    assert get(client, memory_id) == before
    assert client.list_memory_history(REPO, memory_id) == []
    assert client.correct_memory(REPO, memory_id, severity="minor").corrected
    after = get(client, memory_id)
    assert (after.severity, after.embedding) == ("minor", before.embedding)


def test_a_correction_survives_a_delivery_of_the_old_text(client: Client) -> None:
    (memory_id,) = write(client)
    client.correct_memory(REPO, memory_id, "a socket leaks")
    assert write(client) == [memory_id]
    assert get(client, memory_id).finding_text == "a socket leaks"
    assert searched(client) == []


# Deleting and purging


def test_a_deleted_memory_leaves_nothing_behind(
    client: Client, database: psycopg.Connection
) -> None:
    first, second = write(client, 2)
    client.teach_memory(**lesson(finding_id=1, login="ann"))
    client.teach_memory(
        **lesson(finding_id=9, finding_text="connection pool leak 1"), event="merge"
    )
    client.retire_memories(REPO, "no", [first])
    assert client.delete_memories(REPO, [first]) == 1
    assert client.get_memory(REPO, first) is None
    assert client.list_memory_history(REPO, first) == []
    left = database.execute(
        "select (select count(*) from memory_voices where memory_id = %(id)s),"
        " (select count(*) from memory_findings), (select count(*) from memory_history),"
        " (select count(*) from postings where document_id = %(id)s)",
        {"id": first},
    ).fetchone()
    assert left == (0, 0, 0, 0)
    assert write(client, 2) != [first, second]
    assert is_healthy(client)


def test_memories_retired_long_ago_are_purged(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    ids = write(client, 5)
    for n, memory_id in enumerate(ids[:4]):
        clock(NOW + timedelta(days=n))
        client.retire_memories(REPO, "no", [memory_id])
    clock(NOW + timedelta(days=30))
    assert client.purge_retired_memories(REPO, timedelta(days=28, hours=12)) == 2
    assert client.purge_retired_memories(REPO, timedelta(0), limit=1) == 1
    assert client.purge_retired_memories("acme/web", timedelta(0)) == 0
    assert client.purge_retired_memories(None, timedelta(0), owner="acme") == 1
    assert [m.memory_id for m in client.list_memories(REPO, state=None)] == [ids[4]]


# Looking


def test_lists_show_the_state_asked_for(client: Client) -> None:
    first, second, third = write(client, 3)
    client.retire_memories(REPO, "no", [second])

    def listed(**arguments: Any) -> list[int]:
        return [m.memory_id for m in client.list_memories(REPO, **arguments)]

    assert listed() == [first, third]
    assert listed(state="retired") == [second]
    assert listed(state="pending") == []
    assert listed(state=None) == [first, second, third]
    assert listed(state=None, limit=2, after_id=first) == [second, third]
    (repo,) = client.list_repos()
    assert repo.memories == 2


def test_get_memories_returns_those_of_its_scope(client: Client) -> None:
    (mine,) = write(client)
    (other,) = write(client, repo="acme/web")
    (foreign,) = write(client, repo="corp/api")

    def ids(rows: list[Memory]) -> list[int]:
        return [row.memory_id for row in rows]

    wanted = [foreign, other, mine]
    assert ids(client.get_memories(REPO, wanted)) == [mine]
    assert ids(client.get_memories(None, wanted, owner="Acme")) == [other, mine]
    assert ids(client.get_memories(REPO, wanted, owner="acme")) == [other, mine]


# Errors


@pytest.mark.parametrize("memory_id", [99, 2])
def test_memories_of_another_repo_are_unknown(client: Client, memory_id: int) -> None:
    """2 exists, in another repo; 1 does not change, because 2 fails."""
    (mine,) = write(client)
    (foreign,) = write(client, repo="acme/web")
    ids = [mine, {2: foreign}.get(memory_id, memory_id)]
    message = rf"^memory_ids\[2\]: memory {ids[1]} does not exist in acme/api$"
    calls: list[Callable[[], Any]] = [
        lambda: client.retire_memories(REPO, "no", ids),
        lambda: client.restore_memories(REPO, ids),
        lambda: client.delete_memories(REPO, ids),
        lambda: client.withdraw_voices(REPO, ids),
        lambda: client.approve_memories(REPO, ids),
        lambda: client.reject_memories(REPO, ids, "no"),
    ]
    for call in calls:
        with pytest.raises(UnknownMemoryError, match=message):
            call()
    with pytest.raises(UnknownMemoryError, match="^memory_id: memory .* in acme/api$"):
        client.correct_memory(REPO, ids[1], "x")
    assert get(client, mine).state == "active"
    assert client.list_memory_history(REPO, mine) == []
    assert client.get_memory("acme/web", foreign)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (lambda c: c.retire_memories(REPO, "no"), "22004", "memory_ids or finding_ids"),
        (lambda c: c.retire_memories(REPO, "", [1]), "22023", "reason: expected text"),
        (lambda c: c.retire_memories(REPO, None, [1]), "22004", "reason is missing"),
        (lambda c: c.retire_memories("a", "no", [1]), "22023", "repo: expected owner"),
        (
            lambda c: c.retire_memories(REPO, "no", [1], [1]),
            *("22023", "finding_ids: expected null, because memory_ids is given"),
        ),
        (lambda c: c.retire_memories(REPO, "no", [1], by=" "), "22023", "by: expected"),
        (
            lambda c: c.retire_memories(REPO, "no", [1] * 10001),
            *("22023", "memory_ids: expected at most 10000 elements"),
        ),
        (lambda c: c.restore_memories(REPO), "22004", "memory_ids or finding_ids is"),
        (lambda c: c.delete_memories(REPO, None), "22004", "memory_ids is missing"),
        (lambda c: c.correct_memory(REPO, 1, " "), "22023", "finding_text: expected"),
        (
            lambda c: c.correct_memory(REPO, 1, severity="bad"),
            *("22023", "severity: expected critical"),
        ),
        (
            lambda c: c.correct_memory(REPO, 1, "x", [1.0]),
            *("22023", "embedding: expected 8 dimensions"),
        ),
        (lambda c: c.list_memories(REPO, state="old"), "22023", "state: expected pend"),
        (
            lambda c: c.list_memories(REPO, metadata="x"),
            *("22023", "metadata: expected a JSON object"),
        ),
        (lambda c: c.purge_retired_memories(None), "22004", "repo or owner is"),
        (
            lambda c: c.purge_retired_memories(REPO, timedelta(seconds=1)),
            *("22023", "older_than: expected"),
        ),
        (lambda c: c.list_memory_history(REPO, None), "22004", "memory_id is missing"),
    ],
)
def test_bad_arguments_are_named(
    client: Client, call: Callable[[Any], Any], code: str, message: str
) -> None:
    with pytest.raises(psycopg.Error, match=f"^{message}") as caught:
        call(client)
    assert caught.value.sqlstate == code


def test_the_first_embedding_of_a_correction_needs_a_model(client: Client) -> None:
    row = client.write_memory(**memory(embedding_model=None))
    with pytest.raises(errors.NullValueNotAllowed, match="^embedding_model is missing"):
        client.correct_memory(REPO, row.memory_id, "x", vector(1))
    client.correct_memory(REPO, row.memory_id, "x", vector(1), embedding_model="m")
    assert client.get_info().active_model == "m"
