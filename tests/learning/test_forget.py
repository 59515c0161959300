"""forget_repo, forget_owner, forget_person and verify_forgotten."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from kodiai import Client, embedded
from tests import server
from tests.concurrency import sessions, wait_for_lock
from tests.knowledge.calls import posted, reaction, review, run
from tests.telemetry.test_events import EVENTS, recorder

from .corpus import memory, vector
from .test_voices import get, lesson, state, voices

REPO = "acme/api"
#: A word that is nowhere else, and that stemming does not change.
MARK = "zqmarkzq"

#: Tables without names, and without texts of a repository or a person.
ANONYMOUS = {
    "embedding_models",
    "global_patterns",
    "retention_settings",
}

#: Names of models and of claims.
OTHER_NAMES = {("embedding_leases", "embedding_model"), ("embedding_leases", "lease")}

#: Columns that can hold any text, so not those with a closed set of values.
FREE_COLUMNS = """
select c.table_name, c.column_name from _list_text_columns('r') as c
where not exists (
  select from pg_constraint as k
  where k.contypid = c.type::regtype and pg_get_constraintdef(k.oid) ~ 'ANY .*ARRAY'
)
"""


def rewrite(event: dict[str, Any], text: str, login: str) -> dict[str, Any]:
    """Return the arguments of an event with other texts and another login."""
    kept = {"repo", "kind", "threshold_method"}
    return {
        key: (login if key == "pr_author" else text)
        if isinstance(value, str) and key not in kept
        else value
        for key, value in event.items()
    }


def record(client: Client, repo: str, text: str, login: str) -> list[int]:
    """Write a text and a login to every table but those of learning."""
    names: dict[str, Any] = {"head_sha": text, "delivery_id": text}
    recorded = client.record_review(
        **review(repo=repo, **names),
        model=text,
        conclusion=text,
        config_snapshot={"a": [text]},
        suppressions=[{"pattern": text}],
        findings=[
            posted(
                *(1,),
                title=f"{text} is never closed",
                file_path=f"src/{text}.py",
                suppressed=True,
                suppression_pattern=text,
                review_output_key=text,
            )
            | {"comment_surface": text}
        ],
    )
    client.record_feedback_reactions(
        [reaction(recorded.finding_ids[0], reactor_login=login)]
    )
    for key in ("a", "b"):
        client.claim_run(
            **run(repo=repo, run_key=text + key, base_sha=text, action=text, **names)
        )
    client.upsert_author(repo, login, "core", text)
    client.record_dep_bump_merge(
        *(repo, 1),
        delivery_id=text,
        signals={text: text},
        package_name=text,
        old_version=text,
        new_version=text,
        merge_confidence_rationale=[text],
    )
    client.save_checkpoint(text, repo, 1, {text: text})
    for function, (_, event) in EVENTS.items():
        recorder(client, function)(**rewrite(event, text, login) | {"repo": repo})
    return recorded.finding_ids


def learn(client: Client, repo: str, text: str, login: str, finding_id: int) -> None:
    """Write a text and a login to every table of learning."""
    taught = client.teach_memory(
        **lesson(
            repo=repo,
            finding_text=f"{text} leaks",
            finding_id=finding_id,
            file_path=f"src/{text}.py",
            language=text,
            embedding_model=text,
            metadata={text: text},
            login=login,
            association=text,
            rationale=text,
            url=f"https://example.com/{text}",
        ),
        embedding=vector(1),
    )
    memory_id = taught.memory_id or 0
    client.teach_memory(**lesson(repo=repo, finding_id=finding_id, event=text))
    client.teach_memory(
        **lesson(repo=repo, finding_id=finding_id + 1000, finding_text=f"{text} leaks")
    )
    client.correct_memory(repo, memory_id, f"{text} leaks much", by=login, reason=text)
    client.record_recall(repo, text, [memory_id])
    assessed = client.record_assessment(
        *(repo, text, text, "minor", "style", "suppress", 0.5, text),
        memory_ids=[memory_id],
        memory_weights=[1],
        file_path=text,
    )
    client.settle_assessment(assessed.assessment_id, "wanted")
    client.retire_memories(repo, text, [memory_id], by=login)
    client.import_memories(
        [
            memory(repo=repo, finding_text=f"{text} was imported", memory_id=1)
            | {"created_at": "2026-01-01T00:00Z"}
        ]
    )
    model = client.get_info().active_model or ""
    claimed = client.claim_memories_to_embed(model, 1000)
    ids = [each.memory_id for each in claimed if each.repo == repo]
    client.report_embedding_failures(model, ids, claimed[0].lease, text)
    client.set_learning_policy(repo.split("/", maxsplit=1)[0], [text])
    client.set_learning_policy(repo.split("/", maxsplit=1)[0], [text], repo)


def plant(client: Client, owner: str, text: str, login: str) -> None:
    """Write a text and a login to every column that can hold them."""
    (finding_id,) = record(client, f"{owner}/old", text, login)
    learn(client, f"{owner}/old", text, login, finding_id)
    client.rename_repo(f"{owner}/old", f"{owner}/{text}")
    # What another repository has from it.
    client.write_memory(**memory(repo="acme/copy", source_repo=f"{owner}/{text}"))


def remains(client: Client, **searched: str) -> set[tuple[str, str]]:
    """Return the columns in which something is found, without the statistics."""
    rows = client.verify_forgotten(**searched)
    return {
        (row.table_name, row.column_name)
        for row in rows
        if row.table_name != "pg_stats"
    }


# Everywhere


@pytest.mark.slow
def test_forgetting_leaves_nothing_in_any_column_dump_or_file(
    client: Client, database: psycopg.Connection
) -> None:
    """Not even in the files of the server, after the steps of the guide."""
    plant(client, "other", "othermark", "bob")
    plant(client, MARK, MARK, MARK)
    learn(client, "acme/web", "othermark", MARK, 7)
    database.execute("analyze")
    free = {(t, c) for t, c in database.execute(FREE_COLUMNS) if t not in ANONYMOUS}
    assert remains(client, text=MARK) == free - OTHER_NAMES
    assert remains(client, owner=MARK) >= {("postings", "repo_hash")}
    assert remains(client, repo=f"{MARK}/{MARK}") >= {("postings", "repo_hash")}
    others = remains(client, owner="other")

    forgotten = client.forget_owner(MARK)
    people = client.forget_person(MARK)
    tables = database.execute(
        "select relname from pg_class where relkind = 'r'"
        " and relnamespace = 'kodiai'::regnamespace"
    )
    covered = {row.table_name for row in forgotten}
    assert {name for (name,) in tables} == covered | ANONYMOUS
    assert {row.table_name for row in forgotten if row.deleted} == covered
    assert {row.table_name for row in people} <= covered

    for searched in ({"owner": MARK}, {"login": MARK}, {"text": MARK}):
        assert remains(client, **searched) == set()
    assert remains(client, owner="other") == others
    assert client.verify_forgotten(text=MARK) == []
    dump = server.run(
        [str(embedded.BINARIES / "pg_dump")], server.connection_of(database)
    ).stdout
    assert "othermark" in dump
    assert MARK not in dump.lower()

    files = data_files(database)
    assert occurrences(database, files) > 0
    for (table,) in database.execute(
        "select oid::regclass::text from pg_class where relkind = 'r'"
        " and (relnamespace = 'kodiai'::regnamespace or relname = 'pg_statistic')"
    ).fetchall():
        database.execute(f"vacuum full {table}".encode())
    assert occurrences(database, files) == 0


def data_files(database: psycopg.Connection) -> Path:
    """Return the folder with the tables and indexes of the database."""
    row = database.execute(
        "select current_setting('data_directory'), oid from pg_database"
        " where datname = current_database()"
    ).fetchone()
    assert row
    path = Path(row[0]) / "base" / str(row[1])
    if not os.access(path, os.R_OK):
        pytest.skip(f"{path} of the server is not readable")
    return path


def occurrences(database: psycopg.Connection, files: Path) -> int:
    """Count the mark in files, after everything has been written to them."""
    database.execute("checkpoint")
    return sum(f.read_bytes().lower().count(MARK.encode()) for f in files.iterdir())


def test_the_samples_of_an_emptied_table_are_forgotten(
    client: Client, database: psycopg.Connection
) -> None:
    client.write_memory(**memory(repo=f"{MARK}/api", finding_text=f"{MARK} leaks"))
    client.write_memory(**memory(repo="acme/web", source_repo=f"{MARK}/api"))
    database.execute("analyze")
    found = {row.column_name for row in client.verify_forgotten(text=MARK)}
    assert "learning_memories.finding_text" in found
    client.forget_repo(f"{MARK}/api")
    # Before 18, only a superuser can delete them.
    is_clean = database.info.server_version >= 180000
    assert (client.verify_forgotten(text=MARK) == []) == is_clean
    assert remains(client, text=MARK) == set()


# What is found


def test_a_name_is_found_only_as_a_whole(client: Client) -> None:
    for repo, text in (
        (REPO, "one"),
        ("acme/api2", "See acme/api."),
        ("acme/api/sub", "two, by @ann"),
        ("acme-labs/api", 'acme/api.js \\ "three" ann_smith'),
    ):
        client.write_memory(
            **memory(repo=repo, finding_text=text, metadata={"a": text})
        )
    counted = {
        (row.column_name, row.rows) for row in client.verify_forgotten(repo="ACME/api")
    }
    assert counted >= {("repo", 1), ("finding_text", 1), ("metadata", 1)}
    counted = {
        (row.column_name, row.rows) for row in client.verify_forgotten(owner="Acme")
    }
    assert counted >= {("repo", 3), ("owner", 3), ("finding_text", 2)}
    counted = {
        (row.column_name, row.rows) for row in client.verify_forgotten(login="Ann")
    }
    assert counted >= {("finding_text", 1), ("metadata", 1)}
    counted = {
        (row.column_name, row.rows)
        for row in client.verify_forgotten(text='.js \\ "THREE" a')
    }
    assert counted >= {("finding_text", 1), ("metadata", 1)}


def test_a_column_of_a_new_table_is_searched(
    client: Client, database: psycopg.Connection
) -> None:
    database.execute("create table extras (id bigint, notes text[])")
    database.execute("alter table extras owner to kodiai_owner")
    database.execute("insert into extras values (1, %s)", ([f"by {MARK}"],))
    assert remains(client, login=MARK) == {("extras", "notes")}


# People


@pytest.mark.parametrize("others", [2, 3])
def test_a_voice_stays_as_a_count_if_three_others_speak_on_its_side(
    client: Client, others: int
) -> None:
    """And the outcome follows what remains."""
    people = [f"p{n}" for n in range(others)]
    for login in ("ann", *people, "ann"):
        row = client.teach_memory(
            **lesson(finding_id=7, voice="thumbs_down", login=login),
            association="MEMBER",
            rationale=f"{login} says so",
            url=f"https://example.com/{login}",
            said_at=datetime(2026, 3, 31, 12, 5, tzinfo=UTC),
        )
    for login in ("x", "y", "z")[:others]:
        client.teach_memory(**lesson(finding_id=7, voice="thumbs_up", login=login))
    client.teach_memory(**lesson(finding_id=7, voice="thumbs_down", event="merge"))
    client.withdraw_voices(REPO, login="x")
    before = client.get_memory(REPO, row.memory_id or 0)
    assert before

    counts = {r.table_name: r for r in client.forget_person("Ann")}["memory_voices"]
    assert (counts.deleted, counts.anonymized) == ((0, 1) if others == 3 else (1, 0))
    left = voices(client, row.memory_id)
    named = {name for name in left if not str(name).startswith("anonymous ")}
    assert named == {*people, "y", "merge"} | ({"z"} if others == 3 else set())
    assert len(left) == len(named) + (others == 3)
    for name in left.keys() - named:
        assert left[name] == before.voices[0] | {
            "login": name,
            "association": None,
            "rationale": None,
            "url": None,
            "finding_id": None,
            "said_at": "2026-03-31T00:00:00+00:00",
        }
    assert client.verify_forgotten(login="ann") == []
    # The next ones are hidden by fewer people who are known by name, but by as many.
    for login in people[: others - 2]:
        client.forget_person(login)
    assert state(client, row.memory_id) == ("active", "thumbs_down")


def test_a_memory_follows_the_voices_that_remain(client: Client) -> None:
    both = client.teach_memory(**lesson(finding_id=7, voice="thumbs_up", login="bob"))
    client.teach_memory(**lesson(finding_id=7, voice="thumbs_down", login="ann"))
    only = client.teach_memory(**lesson(finding_id=8, finding_text="x", login="ann"))
    assert state(client, both.memory_id) == ("active", "thumbs_down")
    client.forget_person("ann")
    assert state(client, both.memory_id) == ("active", "thumbs_up")
    assert state(client, only.memory_id) == ("retired", "accepted")
    assert get(client, only.memory_id).voices == []


def test_what_a_person_retired_stays_retired_without_their_reason(
    client: Client,
) -> None:
    memory_id = client.teach_memory(**lesson(finding_id=7, login="bob")).memory_id or 0
    client.retire_memories(REPO, "as ann said", [memory_id], by="ann")
    client.restore_memories(REPO, [memory_id], by="bob", reason="no")
    client.retire_memories(REPO, "as ann said", [memory_id], by="ann")
    client.forget_person("ann")
    assert get(client, memory_id).retired_reason == "forgotten"
    history = client.list_memory_history(REPO, memory_id)
    assert {row.changed_by for row in history} == {None, "bob"}
    assert client.verify_forgotten(text="as ann said") == []
    client.teach_memory(**lesson(finding_id=7, login="eve"))
    assert get(client, memory_id).state == "retired"


def test_a_forgotten_reaction_does_not_take_its_anonymous_voice_along(
    client: Client,
) -> None:
    """When the reactions to the comment are reported again, without the person."""
    recorded = client.record_review(**review(findings=[posted(1)]))
    (finding_id,) = recorded.finding_ids
    row = client.write_memory(**memory(finding_id=finding_id))
    given: list[Any] = [
        {
            "reaction_id": n,
            "reaction_content": "-1",
            "reactor_login": f"p{n}",
        }
        for n in range(1, 5)
    ]
    client.sync_feedback_reactions(finding_id, given)
    client.forget_person("p1")
    client.sync_feedback_reactions(finding_id, given[1:])
    assert len(voices(client, row.memory_id)) == 5  # with the event of the write


# Concurrent calls


@pytest.mark.parametrize("is_new", [True, False])
def test_teaching_during_forgetting_leaves_nothing_or_a_whole_memory(
    client: Client, conninfo: str, database: psycopg.Connection, is_new: bool
) -> None:
    client.teach_memory(**lesson(finding_id=7, login="ann"))
    text = {"finding_text": "new words"} if is_new else {"finding_id": 7}
    with sessions(conninfo, 2) as (first, second):
        first.client.forget_repo(REPO)
        second.start(lambda c: c.teach_memory(**lesson(**text, login="bob")))
        wait_for_lock(database, second.process)
        first.connection.commit()
        if is_new:
            assert second.result().inserted
        else:
            with pytest.raises(errors.SerializationFailure, match="deleted or renamed"):
                second.result()
    found = client.list_memories(REPO)
    assert len(found) == is_new
    for each in found:
        assert voices(client, each.memory_id).keys() == {"bob"}
        assert [m.memory_id for m in client.search_memories(REPO, "words")] == [
            each.memory_id
        ]


def test_what_was_taught_before_is_forgotten(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, 2) as (first, second):
        first.client.teach_memory(**lesson(login="ann"), embedding=vector(1))
        second.start(lambda c: c.forget_repo(REPO))
        wait_for_lock(database, second.process)
        first.connection.commit()
        second.result()
    assert client.verify_forgotten(repo=REPO) == []


def test_calls_that_forget_and_calls_that_write_do_not_deadlock(
    client: Client, conninfo: str
) -> None:
    recorded = client.record_review(**review(repo="acme/web", findings=[posted(1)]))
    (finding_id,) = recorded.finding_ids
    client.write_memory(**memory(repo="acme/web", finding_id=finding_id))
    start = threading.Barrier(6)

    def reacted(n: int) -> list[Any]:
        who = f"p{n % 3}"
        return [{"reaction_id": n + 1, "reaction_content": "+1", "reactor_login": who}]

    calls: list[Callable[[Client, int], object]] = [
        lambda c, _: c.forget_repo(REPO),
        lambda c, n: c.forget_person(f"p{n % 3}"),
        lambda c, n: c.teach_memory(
            **lesson(finding_text=f"words {n % 5}", login=f"p{n % 3}")
        ),
        lambda c, n: c.record_review(**review(findings=[posted(n + 1)])),
        lambda c, n: c.sync_feedback_reactions(finding_id, reacted(n)),
        lambda c, _: c.run_maintenance(1),
    ]

    def repeat(call: Callable[[Client, int], object]) -> None:
        with Client.connect(conninfo) as other:
            start.wait()
            for n in range(20):
                with suppress(errors.SerializationFailure):
                    call(other, n)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(repeat, calls))
    client.forget_repo(REPO)
    assert client.verify_forgotten(repo=REPO) == []
    for n in range(3):
        client.forget_person(f"p{n}")
        assert client.verify_forgotten(login=f"p{n}") == []
