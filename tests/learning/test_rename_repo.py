"""rename_repo."""

from __future__ import annotations

from typing import Any

import psycopg

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
    client.record_dep_bump_merge(repo, 1)
    client.save_checkpoint(delivery, repo, 1, {})
    for function, (_, event) in EVENTS.items():
        recorder(client, function)(**event | {"repo": repo, "delivery_id": delivery})
    client.write_memory(**memory(repo=repo, finding_id=1), embedding=vector(1))


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
    (renamed,) = client.get_memories([kept.memory_id])
    assert (renamed.repo, renamed.stale) == (NEW, False)


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


def test_a_delivery_recorded_before_and_after_the_rename_is_one_review(
    client: Client,
) -> None:
    first = client.record_review(**review(repo=OLD, delivery_id="d1"))
    client.rename_repo(OLD, NEW)
    again = client.record_review(**review(repo=NEW, delivery_id="d1"))
    assert (again.review_id, again.inserted) == (first.review_id, False)


def test_the_source_repo_of_a_memory_from_another_repo_is_kept(client: Client) -> None:
    row = client.write_memory(**memory(repo=OLD, source_repo="other/lib"))
    client.rename_repo(OLD, NEW)
    (renamed,) = client.get_memories([row.memory_id])
    assert (renamed.repo, renamed.source_repo) == (NEW, "other/lib")
