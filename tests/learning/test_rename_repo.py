"""rename_repo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from kodiai import Client, RenamedRows
from tests.concurrency import sessions, wait_for_lock
from tests.knowledge.calls import posted, reaction, review, run
from tests.telemetry.test_events import EVENTS, recorder

from .corpus import memory, vector

OLD, NEW = "acme/api", "corp/service"


def fill(client: Client, repo: str, delivery: str) -> None:
    """Insert a row into each table with a column repo."""
    recorded = client.record_review(
        **review(
            repo=repo,
            delivery_id=delivery,
            findings=[posted(1)],
        )
    )
    client.record_feedback_reactions([reaction(recorded.finding_ids[0])])
    client.claim_run(**run(repo=repo, run_key=delivery))
    client.upsert_author(repo, "ann", "core", repo)
    client.record_dep_bump_merge(repo, 1, delivery_id=delivery)
    client.save_checkpoint(delivery, repo, 1, {})
    for function, (_, event) in EVENTS.items():
        recorder(client, function)(**event | {"repo": repo, "delivery_id": delivery})
    row = client.write_memory(**memory(repo=repo, finding_id=1), embedding=vector(1))
    client.record_recall(repo, delivery, [row.memory_id])
    client.record_assessment(
        *(repo, delivery, "text", "minor", "style", "keep", 0.5, "no evidence"),
        memory_ids=[row.memory_id],
        memory_weights=[1],
    )
    client.set_learning_policy(repo.split("/", maxsplit=1)[0], ["member"], repo)


def repos_by_table(database: psycopg.Connection) -> dict[str, list[Any]]:
    """Return the values of repo in each table that has the column."""
    tables = database.execute(
        "select attrelid::regclass::text from pg_attribute"
        " inner join pg_class as c on c.oid = attrelid"
        " where relnamespace = 'kodiai'::regnamespace and relkind = 'r'"
        " and attname = 'repo'"
    ).fetchall()
    return {
        table: [
            repo
            for (repo,) in database.execute(
                f"select repo from {table} order by id".encode()
            )
        ]
        for (table,) in tables
    }


def test_a_repo_is_renamed_in_every_table(
    client: Client, database: psycopg.Connection
) -> None:
    fill(client, OLD, "d1")
    fill(client, "other/repo", "d2")
    before = repos_by_table(database)
    assert all(repos == [OLD, "other/repo"] for repos in before.values())

    rows = client.rename_repo(OLD, NEW)
    assert {row.table_name for row in rows} == before.keys()
    assert {(row.renamed, row.dropped) for row in rows} == {(1, 0)}
    after = repos_by_table(database)
    assert all(repos == [NEW, "other/repo"] for repos in after.values())

    (found,) = client.search_memories(None, None, vector(1), owner="corp")
    assert (found.repo, found.owner, found.source_repo) == (NEW, "corp", NEW)
    assert client.search_memories(OLD, None, vector(1)) == []
    again = client.rename_repo(OLD, NEW)
    assert {(row.renamed, row.dropped) for row in again} == {(0, 0)}


def test_rows_under_both_names_are_merged(
    client: Client, database: psycopg.Connection
) -> None:
    fill(client, OLD, "d1")
    fill(client, NEW, "d2")
    rows = client.rename_repo(OLD, NEW)
    dropped = {
        "feedback_reactions",
        "author_cache",
        "dep_bump_merge_history",
        "learning_memories",
        "learning_policies",
    }
    assert rows == [
        RenamedRows(row.table_name, *((0, 1) if row.table_name in dropped else (1, 0)))
        for row in rows
    ]
    assert {repo for repos in repos_by_table(database).values() for repo in repos} == {
        NEW
    }
    author = client.get_author(NEW, "ann")
    assert author
    assert author.author_association == NEW


def test_of_two_duplicates_the_memory_that_is_not_stale_is_kept(client: Client) -> None:
    kept = client.write_memory(**memory(repo=OLD, finding_id=1))
    client.write_memory(**memory(repo=NEW, finding_id=1, stale=True))
    (memories, *_) = client.rename_repo(OLD, NEW)
    assert memories == RenamedRows("learning_memories", 1, 1)
    (renamed,) = client.get_memories(NEW, [kept.memory_id])
    assert (renamed.repo, renamed.stale) == (NEW, False)


@pytest.mark.parametrize("retired", [OLD, NEW])
def test_a_memory_retired_under_one_name_stays_retired(
    client: Client, retired: str
) -> None:
    ids = {
        repo: client.write_memory(**memory(repo=repo, finding_id=1)).memory_id
        for repo in (OLD, NEW)
    }
    client.retire_memories(retired, "wrong", [ids[retired]], by="ann")
    client.rename_repo(OLD, NEW)
    found = client.get_memory(NEW, ids[NEW])
    assert found
    assert (found.state, found.retired_reason) == ("retired", "wrong")


@pytest.mark.parametrize("later", [OLD, NEW])
def test_of_what_a_person_said_under_two_names_the_later_counts(
    client: Client, later: str
) -> None:
    ids = {}
    for repo in (OLD, NEW):
        columns = memory(repo=repo, finding_id=1)
        del columns["outcome"]
        row = client.teach_memory(
            **columns,
            voice="accepted" if repo == later else "suppressed",
            login="ann",
            said_at=datetime(2026, 3, 2 if repo == later else 1, tzinfo=UTC),
        )
        ids[repo] = row.memory_id
    client.rename_repo(OLD, NEW)
    found = client.get_memory(NEW, ids[NEW] or 0)
    assert found
    assert found.outcome == "accepted"


def test_a_duplicate_written_concurrently_is_merged(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    client.upsert_author(OLD, "ann", "core", "old")
    client.write_memory(**memory(repo=OLD, finding_id=1))
    with sessions(conninfo, 2) as (first, second):
        first.client.write_memory(**memory(repo=NEW, finding_id=1))
        first.client.upsert_author(NEW, "ann", "core", "new")
        second.start(lambda c: c.rename_repo(OLD, NEW))
        wait_for_lock(database, second.process)
        first.connection.commit()
        dropped = {row.table_name for row in second.result() if row.dropped}
    assert dropped == {"learning_memories", "author_cache"}
    author = client.get_author(NEW, "ann")
    assert author
    assert author.author_association == "new"


def test_marking_and_renaming_do_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    """Both lock memories in id order, not in key order."""
    ids = [
        client.write_memory(**memory(repo=OLD, finding_id=n)).memory_id
        for n in range(50, 0, -1)
    ]
    with sessions(conninfo, 3) as (holder, first, second):
        holder.connection.execute("set role postgres")
        holder.connection.execute(
            "select from kodiai.learning_memories where id = %s for update", (ids[0],)
        )
        first.start(lambda c: c.mark_stale_memories(OLD, path_prefix="src"))
        wait_for_lock(database, first.process)
        second.start(lambda c: c.rename_repo(OLD, NEW))
        wait_for_lock(database, first.process, second.process)
        holder.connection.rollback()
        assert first.result() == 50
        assert second.result()[0].renamed == 50


def test_reactions_recorded_before_the_rename_commits_are_renamed(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    recorded = client.record_review(**review(repo=OLD, findings=[posted(1)]))
    reactions = [reaction(recorded.finding_ids[0])]
    with sessions(conninfo, 3) as (first, second, renamer):
        first.client.record_feedback_reactions(reactions)
        second.start(lambda c: c.record_feedback_reactions(reactions))
        renamer.start(lambda c: c.rename_repo(OLD, NEW))
        wait_for_lock(database, second.process, renamer.process)
        first.connection.commit()
        assert [row.inserted for row in second.result()] == [False]
        renamer.result()
    assert repos_by_table(database)["feedback_reactions"] == [NEW]


def test_reactions_recorded_during_the_rename_get_the_new_name(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    recorded = client.record_review(**review(repo=OLD, findings=[posted(1)]))
    reactions = [reaction(recorded.finding_ids[0])]
    with sessions(conninfo, 2) as (renamer, second):
        renamer.client.rename_repo(OLD, NEW)
        second.start(lambda c: c.record_feedback_reactions(reactions))
        wait_for_lock(database, second.process)
        renamer.connection.commit()
        assert [row.inserted for row in second.result()] == [True]
    assert repos_by_table(database)["feedback_reactions"] == [NEW]


def test_the_source_repo_of_a_memory_from_another_repo_is_kept(client: Client) -> None:
    row = client.write_memory(**memory(repo=OLD, source_repo="other/lib"))
    client.rename_repo(OLD, NEW)
    (renamed,) = client.get_memories(NEW, [row.memory_id])
    assert (renamed.repo, renamed.source_repo) == (NEW, "other/lib")


# Deliveries from before the rename


@pytest.mark.parametrize("name", [OLD, NEW])
def test_a_delivery_repeated_after_the_rename_is_recorded_once(
    client: Client, database: psycopg.Connection, name: str
) -> None:
    """GitHub repeats the old payload, with the old name; the agent may correct it."""
    fill(client, OLD, "d1")
    client.rename_repo(OLD, NEW)
    before = repos_by_table(database)
    assert not client.record_review(**review(repo=name, delivery_id="d1")).inserted
    assert client.claim_run(**run(repo=name, run_key="d1")).reason == "duplicate"
    for function, (_, event) in EVENTS.items():
        repeated = event | {"repo": name, "delivery_id": "d1"}
        assert not recorder(client, function)(**repeated).inserted
    assert not client.record_dep_bump_merge(name, 1, delivery_id="d1").inserted
    assert not client.save_checkpoint("d1", name, 1, {}).inserted
    assert repos_by_table(database) == before


def test_a_review_is_found_by_its_delivery_under_both_names(client: Client) -> None:
    recorded = client.record_review(**review(repo=OLD, delivery_id="d1"))
    client.rename_repo(OLD, NEW)
    for name in (OLD, NEW):
        found = client.get_review_by_delivery(name, "d1")
        assert found
        assert (found.review_id, found.repo) == (recorded.review_id, NEW)


def test_a_new_repo_with_the_old_name_finds_its_own_review_first(
    client: Client,
) -> None:
    client.record_review(**review(repo=NEW, pr_number=8, delivery_id="cron-1"))
    client.rename_repo(NEW, "corp/other")
    client.record_review(**review(repo=NEW, delivery_id="cron-1"))
    client.record_review(**review(repo="corp/other", pr_number=9, delivery_id="cron-1"))
    found = client.get_review_by_delivery(NEW, "cron-1")
    assert found
    assert (found.repo, found.pr_number) == (NEW, 7)


def test_a_delivery_is_recorded_once_after_several_renames(client: Client) -> None:
    first = client.record_review(**review(repo="a/1", delivery_id="d1"))
    for old, new in (("a/1", "a/2"), ("a/2", "a/3"), ("a/3", "a/2"), ("a/2", "a/4")):
        client.rename_repo(old, new)
    for name in ("a/1", "a/2", "a/3", "a/4"):
        again = client.record_review(**review(repo=name, delivery_id="d1"))
        assert (again.review_id, again.inserted) == (first.review_id, False)


def test_a_new_repo_may_take_the_old_name(
    client: Client, database: psycopg.Connection
) -> None:
    fill(client, OLD, "d1")
    client.rename_repo(OLD, NEW)
    fill(client, OLD, "d2")
    assert all(repos == [NEW, OLD] for repos in repos_by_table(database).values())
    assert client.get_last_reviewed_sha(OLD, 8) is None
    assert client.claim_run(**run(repo=OLD, run_key="d3")).superseded_run_keys == ["d2"]


def test_a_repo_renamed_to_an_old_name_ends_the_redirect(client: Client) -> None:
    first = client.record_review(**review(repo=OLD, delivery_id="cron-1"))
    client.rename_repo(OLD, NEW)
    client.rename_repo("other/repo", OLD)
    again = client.record_review(**review(repo=OLD, delivery_id="cron-1"))
    assert again.inserted
    assert again.review_id != first.review_id


def test_a_delivery_recorded_under_both_names_is_merged(
    client: Client, database: psycopg.Connection
) -> None:
    """The first recorded is kept, as if the second had been answered with it."""
    for session in ("s1", None):
        _, event = EVENTS["record_telemetry_event"]
        for name in (OLD, NEW):
            client.record_telemetry_event(
                **event | {"repo": name, "session_id": session}
            )
    kept = [
        client.record_review(**review(repo=name, delivery_id=delivery)).review_id
        for name, delivery in ((OLD, "d1"), (NEW, "d1"), (NEW, "d2"), (OLD, "d2"))
    ][::2]
    rows = {row.table_name: row for row in client.rename_repo(OLD, NEW)}
    assert rows["reviews"] == RenamedRows("reviews", 1, 2)
    assert rows["telemetry_events"] == RenamedRows("telemetry_events", 2, 2)
    found = database.execute("select array_agg(id order by id) from reviews").fetchone()
    assert found == (kept,)


# Open runs


def open_runs(client: Client) -> list[tuple[str, str]]:
    return [
        (each.repo, each.run_key)
        for each in client.list_open_runs(timedelta(0))
        if each.pr_number == 7
    ]


@pytest.mark.parametrize("newest", [OLD, NEW])
def test_of_two_open_runs_of_a_pull_request_the_newest_stays_open(
    client: Client, database: psycopg.Connection, clock: Any, newest: str
) -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    for hours, name in enumerate((newest, NEW if newest == OLD else OLD)):
        clock(now - timedelta(hours=hours))
        client.claim_run(**run(repo=name, run_key=name))
    client.claim_run(**run(repo=NEW, run_key="elsewhere", pr_number=8))
    clock(now)
    client.rename_repo(OLD, NEW)
    assert open_runs(client) == [(NEW, newest)]
    superseded = database.execute(
        "select superseded_by, completed_at from run_state where status = 'superseded'"
    )
    assert superseded.fetchall() == [(newest, now)]


def test_a_run_claimed_before_the_rename_commits_is_renamed(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    client.claim_run(**run(repo=NEW, run_key="new"))
    with sessions(conninfo, 2) as (claimer, renamer):
        claimer.client.claim_run(**run(repo=OLD, run_key="old"))
        renamer.start(lambda c: c.rename_repo(OLD, NEW))
        wait_for_lock(database, renamer.process)
        claimer.connection.commit()
        renamer.result()
    assert open_runs(client) == [(NEW, "old")]


def test_a_run_claimed_during_the_rename_gets_the_new_name(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    client.claim_run(**run(repo=OLD, run_key="first"))
    with sessions(conninfo, 3) as (renamer, claimer, recorder_):
        renamer.client.rename_repo(OLD, NEW)
        claimer.start(lambda c: c.claim_run(**run(repo=OLD, run_key="second")))
        recorder_.start(lambda c: c.record_review(**review(repo=OLD)))
        wait_for_lock(database, claimer.process, recorder_.process)
        renamer.connection.commit()
        assert claimer.result().superseded_run_keys == ["first"]
        recorder_.result()
    assert open_runs(client) == [(NEW, "second")]
    assert client.get_repo_stats(NEW).reviews == 1


def test_a_run_claimed_during_a_rename_that_fails_keeps_its_name(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, 2) as (renamer, claimer):
        renamer.client.rename_repo(OLD, NEW)
        claimer.start(lambda c: c.claim_run(**run(repo=OLD)))
        wait_for_lock(database, claimer.process)
        renamer.connection.rollback()
        assert claimer.result().claimed
    assert [name for name, _ in open_runs(client)] == [OLD]


def test_under_repeatable_read_a_claim_that_waited_for_a_rename_must_be_retried(
    conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, 2) as (renamer, claimer):
        claimer.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        renamer.client.rename_repo(OLD, NEW)
        claimer.start(lambda c: c.claim_run(**run(repo=OLD)))
        wait_for_lock(database, claimer.process)
        renamer.connection.commit()
        with pytest.raises(psycopg.errors.SerializationFailure, match="renamed"):
            claimer.result()


def test_completing_and_renaming_do_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    """The rename locks the repo before the reviews that complete_run completes."""
    client.claim_run(**run(repo=OLD, run_key="k"))
    client.record_review(**review(repo=OLD))
    with sessions(conninfo, 2) as (completer, renamer):
        completer.client.complete_run("k")
        renamer.start(lambda c: c.rename_repo(OLD, NEW))
        wait_for_lock(database, renamer.process)
        assert completer.client.complete_run("k").status == "completed"
        completer.connection.commit()
        renamer.result()
    assert client.get_last_reviewed_sha(NEW, 7)
