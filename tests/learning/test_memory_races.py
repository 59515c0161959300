"""Calls that change the same memories at the same time, and a server that is killed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from psycopg import errors

from kodiai import Client, RenamedRows, SupersedingError, TeachResult, embedded
from tests import server
from tests.concurrency import sessions, wait_for_lock
from tests.knowledge.calls import BIG, posted, review

from .corpus import memory, unique_word, vector
from .model import SIDES
from .test_curation import write
from .test_voices import get, lesson, reactions, state, voices

REPO = "acme/api"
NEW = "corp/service"
TEACHERS = 64


# Teaching


@pytest.mark.parametrize("finding_id", [7, None])
def test_many_teachers_of_one_text_make_one_memory(
    client: Client, conninfo: str, finding_id: int | None
) -> None:
    start = threading.Barrier(TEACHERS)

    def teach(number: int) -> TeachResult:
        with Client.connect(conninfo) as teacher:
            teacher.has_memory(REPO, 1)  # connects
            start.wait()
            return teacher.teach_memory(
                **lesson(finding_id=finding_id, login=f"person{number}"),
                embedding=vector(1),
            )

    with ThreadPoolExecutor(TEACHERS) as pool:
        rows = list(pool.map(teach, range(TEACHERS)))
    assert len({row.memory_id for row in rows}) == 1
    assert sum(row.inserted for row in rows) == 1
    assert len(voices(client, rows[0].memory_id)) == TEACHERS
    assert client.count_memories(REPO).memories == 1


def test_nobody_exceeds_the_daily_maximum_in_many_sessions(
    client: Client, conninfo: str
) -> None:
    client.set_learning_policy("acme", ["member"], max_per_person_day=3)
    start = threading.Barrier(8)

    def teach(number: int) -> str:
        with Client.connect(conninfo) as teacher:
            teacher.has_memory(REPO, 1)
            start.wait()
            return teacher.teach_memory(
                **lesson(
                    finding_text=unique_word(number), login="ann", association="MEMBER"
                )
            ).state

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(teach, range(8)))
    assert sorted(states) == ["active"] * 3 + ["pending"] * 5


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c, i: c.retire_memories(REPO, "no", [i]), "retired"),
        (lambda c, i: c.correct_memory(REPO, i, "other"), "active"),
        (lambda c, i: c.withdraw_voices(REPO, [i]), "active"),
    ],
)
def test_teaching_waits_for_a_change_of_the_memory(
    client: Client,
    conninfo: str,
    database: psycopg.Connection,
    change: Callable[[Client, int], Any],
    expected: str,
) -> None:
    memory_id = client.teach_memory(**lesson(finding_id=7)).memory_id or 0
    with sessions(conninfo, 2) as (first, second):
        change(first.client, memory_id)
        second.start(lambda c: c.teach_memory(**lesson(finding_id=7, login="ann")))
        wait_for_lock(database, second.process)
        first.connection.commit()
        taught = second.result()
    assert (taught.memory_id, taught.state) == (memory_id, expected)
    assert "ann" in voices(client, memory_id)


@pytest.mark.parametrize(
    "remove",
    [
        lambda c, i: c.delete_memories(REPO, [i]),
        lambda c, _: c.rename_repo(REPO, "acme/web"),
    ],
)
def test_teaching_what_is_removed_meanwhile_is_retried(
    client: Client,
    conninfo: str,
    database: psycopg.Connection,
    remove: Callable[[Client, int], Any],
) -> None:
    memory_id = client.teach_memory(**lesson(finding_id=7)).memory_id or 0
    with sessions(conninfo, 2) as (first, second):
        remove(first.client, memory_id)
        second.start(lambda c: c.teach_memory(**lesson(finding_id=7, login="ann")))
        wait_for_lock(database, second.process)
        first.connection.commit()
        with pytest.raises(errors.SerializationFailure, match="deleted or renamed"):
            second.result()
    again = client.teach_memory(**lesson(finding_id=7, login="ann"))
    assert again.inserted


def test_writing_known_memories_and_retiring_them_do_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    """One of them lacks an embedding, so the write changes them in two steps."""
    texts = [memory(finding_id=n) for n in (1, 2)]
    ids = [r.memory_id for r in client.write_memories(texts, [vector(1), None])]
    with sessions(conninfo, 3) as (holder, first, second):
        holder.client.correct_memory(REPO, ids[0], severity="minor")
        first.start(lambda c: c.retire_memories(REPO, "no", ids))
        wait_for_lock(database, first.process)
        second.start(lambda c: c.write_memories(texts, [vector(1), vector(2)]))
        wait_for_lock(database, first.process, second.process)
        holder.connection.commit()
        assert first.result() == 2
        assert [row.memory_id for row in second.result()] == ids
    assert [get(client, i).state for i in ids] == ["retired"] * 2


def test_writing_a_repeat_of_what_is_deleted_meanwhile_is_retried(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    memory_id = client.teach_memory(**lesson(finding_id=7)).memory_id or 0
    assert client.teach_memory(**lesson(finding_id=8)).joined
    with sessions(conninfo, 2) as (first, second):
        first.client.delete_memories(REPO, [memory_id])
        second.start(lambda c: c.write_memory(**memory(finding_id=8)))
        wait_for_lock(database, second.process)
        first.connection.commit()
        with pytest.raises(errors.SerializationFailure, match="deleted concurrently"):
            second.result()
    assert client.write_memory(**memory(finding_id=8)).inserted


# Renaming


def test_a_memory_deleted_while_its_repo_is_renamed_is_not_merged(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    kept = client.teach_memory(**lesson(finding_id=7)).memory_id
    deleted = client.teach_memory(**lesson(repo=NEW, finding_id=7)).memory_id or 0
    with sessions(conninfo, 2) as (first, second):
        first.client.delete_memories(NEW, [deleted])
        second.start(lambda c: c.rename_repo(REPO, NEW))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert second.result()[0] == RenamedRows("learning_memories", 1, 0)
    assert [row.memory_id for row in client.list_memories(NEW)] == [kept]


@pytest.mark.parametrize("is_written", [True, False])
def test_two_memories_of_one_finding_keep_the_voices_of_both(
    client: Client, conninfo: str, database: psycopg.Connection, is_written: bool
) -> None:
    """Whichever is kept: one is written, or marked as stale, during the rename."""
    old = lesson(finding_id=7, login="ann", voice="thumbs_up")
    new = lesson(repo=NEW, finding_id=7, login="bob", voice="thumbs_down")
    old_id = client.teach_memory(**old).memory_id or 0
    if not is_written:
        new_id = client.teach_memory(**new).memory_id or 0
        client.correct_memory(NEW, new_id, severity="minor")
    with sessions(conninfo, 2) as (first, second):
        if is_written:
            new_id = first.client.teach_memory(**new).memory_id or 0
            first.client.correct_memory(NEW, new_id, severity="minor")
        else:
            first.client.mark_stale_memories(NEW, [new_id])
        second.start(lambda c: c.rename_repo(REPO, NEW))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert second.result()[0].dropped == 1
    (kept,) = client.list_memories(NEW)
    assert kept.memory_id == (new_id if is_written else old_id)
    found = client.get_memory(NEW, kept.memory_id)
    assert found
    assert {voice["login"] for voice in found.voices} == {"ann", "bob"}
    history = client.list_memory_history(NEW, kept.memory_id)
    assert "corrected" in {change.action for change in history}


def test_what_a_dropped_memory_superseded_is_superseded_by_the_one_that_is_kept(
    client: Client,
) -> None:
    retired, dropped = write(client, 2)
    client.retire_memories(REPO, "no", [retired], superseded_by=dropped)
    kept = client.write_memory(**memory(repo=NEW, finding_id=2)).memory_id
    client.rename_repo(REPO, NEW)
    (row,) = client.get_memories(NEW, [retired])
    assert row.superseded_by == kept


@pytest.mark.parametrize("is_renamed_first", [True, False])
def test_reactions_reach_a_memory_whose_repo_is_renamed_meanwhile(
    client: Client,
    conninfo: str,
    database: psycopg.Connection,
    is_renamed_first: bool,
) -> None:
    (finding_id,) = client.record_review(**review(findings=[posted(BIG)])).finding_ids
    memory_id = client.teach_memory(**lesson(finding_id=finding_id)).memory_id or 0
    calls: list[Callable[[Client], Any]] = [
        lambda c: c.sync_feedback_reactions(finding_id, reactions(ann="-1")),
        lambda c: c.rename_repo(REPO, NEW),
    ]
    earlier, later = calls[::-1] if is_renamed_first else calls
    with sessions(conninfo, 2) as (first, second):
        earlier(first.client)
        second.start(later)
        wait_for_lock(database, second.process)
        first.connection.commit()
        second.result()
    found = client.get_memory(NEW, memory_id)
    assert found
    assert [voice["login"] for voice in found.voices] == [None, "ann"]
    (pattern,) = client.list_feedback_patterns(NEW)
    assert pattern.thumbs_down == 1


# Superseding


def test_of_two_memories_that_supersede_each_other_one_stays(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    one, other = write(client, 2)
    with sessions(conninfo, 2) as (first, second):
        first.client.retire_memories(REPO, "no", [one], superseded_by=other)
        second.start(
            lambda c: c.retire_memories(REPO, "no", [other], superseded_by=one)
        )
        wait_for_lock(database, second.process)
        first.connection.commit()
        with pytest.raises(SupersedingError, match="would supersede itself"):
            second.result()
    assert (state(client, one)[0], state(client, other)[0]) == ("retired", "active")
    assert client.list_memory_history(REPO, other) == []


def test_deleting_a_memory_and_changing_those_that_it_superseded_do_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    """All of them are locked in id order, though only one is deleted."""
    ids = write(client, 2)
    client.retire_memories(REPO, "no", [ids[0]], superseded_by=ids[1])
    with sessions(conninfo, 3) as (holder, first, second):
        holder.client.correct_memory(REPO, ids[0], severity="minor")
        first.start(lambda c: c.restore_memories(REPO, ids))
        wait_for_lock(database, first.process)
        second.start(lambda c: c.delete_memories(REPO, [ids[1]]))
        wait_for_lock(database, first.process, second.process)
        holder.connection.commit()
        assert first.result() == 1
        assert second.result() == 1
    assert state(client, ids[0])[0] == "active"


@pytest.mark.parametrize(
    "purge",
    [
        lambda c: c.purge_stale_memories(REPO),
        lambda c: c.purge_retired_memories(REPO, timedelta(0)),
    ],
)
def test_a_purge_skips_a_memory_that_superseded_one_that_is_locked(
    client: Client,
    conninfo: str,
    connection: psycopg.Connection,
    purge: Callable[[Client], int],
) -> None:
    connection.execute("set lock_timeout = '1min'")
    ids = write(client, 2)
    client.retire_memories(REPO, "no", [ids[0]], superseded_by=ids[1])
    client.retire_memories(REPO, "no", [ids[1]])
    client.mark_stale_memories(REPO, [ids[1]])
    with sessions(conninfo, 1) as (holder,):
        holder.client.correct_memory(REPO, ids[0], severity="minor")
        assert purge(client) == 0
        holder.connection.commit()
    assert purge(client) > 0
    assert client.get_memory(REPO, ids[1]) is None


# Reactions


def test_reactions_and_teachers_wait_for_each_other(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    (finding_id,) = client.record_review(**review(findings=[posted(BIG)])).finding_ids
    taught = client.teach_memory(**lesson(finding_id=finding_id))
    with sessions(conninfo, 2) as (first, second):
        first.client.sync_feedback_reactions(finding_id, reactions(ann="-1", bob="-1"))
        second.start(
            lambda c: c.teach_memory(
                **lesson(finding_id=finding_id, voice="thumbs_up", login="ann")
            )
        )
        wait_for_lock(database, second.process)
        first.connection.commit()
        second.result()
    assert {
        login: v["voice"] for login, v in voices(client, taught.memory_id).items()
    } == {
        "accepted": "accepted",
        "ann": "thumbs_up",  # said after the reaction was recorded
        "bob": "thumbs_down",
    }


# All at once


@pytest.mark.slow
def test_calls_of_all_kinds_do_not_deadlock(client: Client, conninfo: str) -> None:
    """What is refused is what the comments of the functions say."""
    texts = [f"the socket leaks {unique_word(n)}" for n in range(6)]
    people = ["ann", "bob", "cyd"]
    client.set_learning_policy("acme", ["member"], max_per_person_day=40)
    for login in people:
        client.upsert_author(REPO, login, "core", "MEMBER")
    finding_ids = client.record_review(
        **review(findings=[posted(BIG + n) for n in range(6)])
    ).finding_ids

    def call(caller: Client, rng: random.Random, ids: list[int]) -> object:
        some = rng.sample(ids, min(len(ids), rng.randint(1, 4)))
        text, finding_id = rng.choice(texts), rng.choice(finding_ids)
        login = rng.choice(people)
        kinds: list[Callable[[], object]] = [
            lambda: caller.teach_memory(
                **lesson(
                    finding_text=text,
                    finding_id=rng.choice([None, finding_id]),
                    login=rng.choice([None, login]),
                    voice=rng.choice(["thumbs_up", "thumbs_down"]),
                )
            ),
            lambda: caller.write_memories(
                [
                    memory(
                        finding_text=text,
                        finding_id=each,
                        outcome=rng.choice(["accepted", "suppressed"]),
                    )
                    for each in rng.sample(finding_ids, 3)
                ],
                [rng.choice([None, vector(1)]) for _ in range(3)],
            ),
            lambda: caller.retire_memories(
                REPO, "no", some, superseded_by=rng.choice([None, *ids])
            ),
            lambda: caller.sync_feedback_reactions(
                finding_id,
                reactions(
                    **{each: rng.choice(["+1", "-1"]) for each in rng.sample(people, 2)}
                ),
            ),
            lambda: caller.restore_memories(REPO, some),
            lambda: caller.correct_memory(REPO, some[0] if some else 1, text),
            lambda: caller.withdraw_voices(REPO, login=login),
            lambda: caller.approve_memories(REPO, some),
            lambda: caller.reject_memories(REPO, some, "no"),
            lambda: caller.delete_memories(REPO, some[:2]),
            lambda: caller.mark_stale_memories(REPO, some),
            lambda: caller.purge_stale_memories(REPO, 2),
            lambda: caller.purge_retired_memories(REPO, timedelta(0), 2),
        ]
        # The first three make memories, and let them supersede each other.
        return rng.choice(kinds + kinds[:3] * 3)()

    def run(number: int) -> set[str | None]:
        rng = random.Random(number)  # noqa: S311
        refused = set()
        with Client.connect(conninfo) as caller:
            for _ in range(100):
                rows = caller.list_memories(REPO, is_stale=None, state=None)
                try:
                    call(caller, rng, [row.memory_id for row in rows])
                except psycopg.DatabaseError as error:
                    refused.add(error.sqlstate)
        return refused

    with ThreadPoolExecutor(10) as pool:
        refused = set[str | None]().union(*pool.map(run, range(10)))
    assert refused <= {"40001", "KB006", "KB007"}
    checks = client.check_search(REPO)
    assert [c for c in checks if c.check_name != "plans" and not c.is_ok] == []


# Searching


def test_a_search_beside_corrections_finds_one_version(
    client: Client, conninfo: str
) -> None:
    (memory_id,) = write(client, 1)
    versions = {
        "the red socket leaks": vector(1),
        "the blue socket leaks": vector(0, 1),
    }
    client.correct_memory(REPO, memory_id, *next(iter(versions.items())))
    done = threading.Event()

    def correct() -> None:
        try:
            with Client.connect(conninfo) as corrector:
                for _ in range(100):
                    for text, embedding in versions.items():
                        corrector.correct_memory(REPO, memory_id, text, embedding)
        finally:
            done.set()

    thread = threading.Thread(target=correct)
    thread.start()
    found = set()
    while not done.is_set():
        for query in ("socket", None):
            (hit,) = client.search_memories(REPO, query, vector(1, 1))
            assert hit.finding_text in versions
            if query:
                assert hit.text_score
            found.add(hit.finding_text)
        for color in ("red", "blue"):
            hits = client.search_memories(REPO, color)
            assert [h.finding_text for h in hits] in ([], [f"the {color} socket leaks"])
    thread.join()
    assert found == set(versions)
    assert len(client.list_memory_history(REPO, memory_id, limit=1000)) >= 200


# A killed server


@pytest.mark.slow
@pytest.mark.slow
def test_a_killed_server_leaves_no_half_of_a_change(tmp_path: Path) -> None:
    url = embedded.start(tmp_path / "data", "memory")
    server.deploy(
        host=str(tmp_path / "data"), port=5432, user="postgres", dbname="memory"
    )
    colors = [unique_word(10**6 + n) for n in range(3)]
    with Client.connect(url) as client:
        ids = write(client, 20)

    def change(number: int) -> None:
        with Client.connect(url) as changer:
            for turn in range(10**6):
                memory_id = ids[(turn * 7 + number) % len(ids)]
                color = colors[(turn + number) % len(colors)]
                changer.correct_memory(
                    REPO, memory_id, f"socket {color}", vector(1, turn)
                )
                login = f"person{turn % 3}"
                voice: Any = ("thumbs_up", "thumbs_down")[turn % 2]
                changer.teach_memory(
                    **lesson(finding_id=memory_id, login=login, voice=voice)
                )
                changer.retire_memories(REPO, f"turn {turn}", [memory_id], by=login)
                changer.restore_memories(REPO, [memory_id], by=login)

    for _ in range(3):
        threads = [threading.Thread(target=ignore(change), args=[n]) for n in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(1)  # how far they get does not matter
        pid = int((tmp_path / "data" / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        for process in [postmaster, *postmaster.children()]:
            process.kill()
        for thread in threads:
            thread.join()
        embedded.start(tmp_path / "data", "memory")
        with Client.connect(url) as client:
            agree(client, ids, colors)
    embedded.stop(tmp_path / "data")


def ignore(call: Callable[[int], None]) -> Callable[[int], None]:
    """Run a call until the server is gone."""

    def run(number: int) -> None:
        with pytest.raises(psycopg.OperationalError):
            call(number)

    return run


def agree(client: Client, ids: list[int], colors: list[str]) -> None:
    """Each memory is found by its text alone, has the outcome that its voices give, and
    its history ends where it is.
    """
    checks = {check.check_name: check for check in client.check_search(REPO)}
    del checks["plans"]  # nothing was vacuumed
    assert [check for check in checks.values() if not check.is_ok] == []
    found = {
        color: {
            hit.memory_id
            for hit in client.search_memories(
                REPO, color, limit=100, duplicate_distance=None
            )
        }
        for color in colors
    }
    for memory_id in ids:
        now = get(client, memory_id)
        expected = {color for color in colors if color in now.finding_text}
        assert {c for c in colors if memory_id in found[c]} == (
            expected if now.state == "active" else set()
        )
        balance = sum(
            SIDES.get(voice["voice"], 0) for voice in voices(client, memory_id).values()
        )
        assert balance == 0 or balance * SIDES[now.outcome] > 0
        history = client.list_memory_history(REPO, memory_id, limit=1000)
        for key, value in {
            "finding_text": now.finding_text,
            "state": now.state,
            "outcome": now.outcome,
            "retired_reason": now.retired_reason,
        }.items():
            changes = [h.after[key] for h in history if key in h.after]
            assert not changes or changes[-1] == value, (memory_id, key)
