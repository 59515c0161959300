"""Following the renaming of a repository."""

from __future__ import annotations

from typing import Any

import psycopg

from kodiai import Client, RenamedRows
from tests.knowledge.calls import finding, reaction, review, run
from tests.telemetry.test_events import EVENTS, recorder

from .corpus import memory, vector

OLD, NEW = "acme/api", "corp/service"


def fill(client: Client, repo: str, delivery: str) -> None:
    """Put a row into each table that names a repository."""
    recorded = client.record_review(
        **review(
            repo=repo,
            delivery_id=delivery,
            findings=[finding(comment_id=1, comment_surface="review")],
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


def names(database: psycopg.Connection) -> dict[str, list[Any]]:
    """What each table that has a column repo says there."""
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


def test_every_table_follows(client: Client, database: psycopg.Connection) -> None:
    fill(client, OLD, "d1")
    fill(client, "other/repo", "d2")
    before = names(database)
    assert all(repos == [OLD, "other/repo"] for repos in before.values())

    rows = client.rename_repo(OLD, NEW)
    assert {row.table_name for row in rows} == before.keys()
    assert {(row.renamed, row.dropped) for row in rows} == {(1, 0)}
    after = names(database)
    assert all(repos == [NEW, "other/repo"] for repos in after.values())

    (found,) = client.search_memories(None, None, vector(1), owner="corp")
    assert (found.repo, found.owner, found.source_repo) == (NEW, "corp", NEW)
    assert client.search_memories(OLD, None, vector(1)) == []
    again = client.rename_repo(OLD, NEW)
    assert {(row.renamed, row.dropped) for row in again} == {(0, 0)}


def test_what_both_names_have_is_dropped_from_the_old(
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
    assert {repo for repos in names(database).values() for repo in repos} == {NEW}
    author = client.get_author(NEW, "ann")
    assert author
    assert author.author_association == NEW


def test_a_delivery_told_before_and_after_is_one(client: Client) -> None:
    first = client.record_review(**review(repo=OLD, delivery_id="d1"))
    client.rename_repo(OLD, NEW)
    again = client.record_review(**review(repo=NEW, delivery_id="d1"))
    assert (again.review_id, again.inserted) == (first.review_id, False)


def test_the_source_of_a_memory_from_elsewhere_stays(client: Client) -> None:
    row = client.write_memory(**memory(repo=OLD, source_repo="other/lib"))
    client.rename_repo(OLD, NEW)
    (renamed,) = client.get_memories([row.memory_id])
    assert (renamed.repo, renamed.source_repo) == (NEW, "other/lib")
