"""rename_owner."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from kodiai import Client
from tests.concurrency import sessions, wait_for_lock
from tests.knowledge.calls import review, run

from .corpus import memory, vector
from .test_rename_repo import fill, repos_by_table

NESTED = "acme/group/lib"


def test_every_repo_of_an_owner_is_renamed_in_every_table(
    client: Client, database: psycopg.Connection
) -> None:
    others = ["acme-labs/api", "other/acme", "zz/api"]
    for repo in ["acme/api", NESTED, *others]:
        fill(client, repo, repo)
    rows = client.rename_owner("Acme", "Globex")
    tables = repos_by_table(database)
    assert {row.table_name for row in rows} == tables.keys()
    assert {(row.renamed, row.dropped) for row in rows} == {(2, 0)}
    assert all(
        repos == ["globex/api", "globex/group/lib", *others]
        for repos in tables.values()
    )

    found = client.search_memories(None, None, vector(1), owner="globex")
    assert [(m.repo, m.owner) for m in found] == [
        ("globex/api", "globex"),
        ("globex/group/lib", "globex"),
    ]
    assert client.search_findings("globex/group/lib", "cache")
    assert client.search_memories(None, None, vector(1), owner="acme") == []
    assert all(c.is_ok for c in client.check_search(None, "globex"))
    again = client.rename_owner("acme", "globex")
    assert {(row.renamed, row.dropped) for row in again} == {(0, 0)}


def test_a_repo_that_occurs_in_one_table_only_is_renamed(
    client: Client, database: psycopg.Connection
) -> None:
    client.save_checkpoint("k", "acme/only", 1, {})
    rows = client.rename_owner("acme", "globex")
    assert {r.table_name: r.renamed for r in rows if r.renamed} == {
        "review_checkpoints": 1
    }
    assert repos_by_table(database)["review_checkpoints"] == ["globex/only"]


def test_source_repos_of_the_owner_are_renamed(client: Client) -> None:
    sources = ["acme/api", "acme/web", "acme/gone", "other/lib"]
    for source in sources:
        client.write_memory(**memory(source_repo=source, repo="acme/api"))
    client.write_memory(**memory(repo="acme/web"))
    client.rename_owner("acme", "globex")
    found = client.search_memories("globex/api", "cache")
    assert sorted(m.source_repo for m in found) == [
        *("globex/api", "globex/gone", "globex/web", "other/lib"),
    ]


def test_rows_under_both_owners_are_merged(
    client: Client, database: psycopg.Connection
) -> None:
    fill(client, "acme/api", "d1")
    fill(client, "globex/api", "d2")
    rows = client.rename_owner("acme", "globex")
    dropped = {row.table_name for row in rows if row.dropped}
    assert dropped == {
        *("feedback_reactions", "author_cache"),
        *("dep_bump_merge_history", "learning_memories", "learning_policies"),
    }
    assert {repo for repos in repos_by_table(database).values() for repo in repos} == {
        "globex/api"
    }
    open_runs = client.list_open_runs(timedelta(0))
    assert [(r.repo, r.pr_number, r.run_key) for r in open_runs] == [
        ("globex/api", 7, "d2")
    ]


def test_runs_of_different_repos_do_not_supersede_each_other(client: Client) -> None:
    for repo in ("acme/api", "acme/web"):
        client.claim_run(**run(repo=repo, run_key=repo))
    client.rename_owner("acme", "globex")
    open_runs = client.list_open_runs(timedelta(0))
    assert [r.repo for r in open_runs] == ["globex/api", "globex/web"]


def test_a_delivery_repeated_after_the_owner_was_renamed_is_recorded_once(
    client: Client,
) -> None:
    client.rename_repo("acme/older", "acme/api")
    first = client.record_review(**review(repo="acme/api", delivery_id="d1"))
    client.rename_repo("acme/api", "acme/web")
    client.rename_owner("ACME", "globex")
    for repo in ("Acme/API", "acme/web", "globex/WEB"):
        again = client.record_review(**review(repo=repo, delivery_id="d1"))
        assert (again.review_id, again.inserted) == (first.review_id, False)


def test_a_run_claimed_while_the_owner_is_renamed_gets_the_new_name(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    client.claim_run(**run(repo="acme/api", run_key="first"))
    with sessions(conninfo, 2) as (renamer, claimer):
        renamer.client.rename_owner("acme", "globex")
        claimer.start(lambda c: c.claim_run(**run(repo="acme/api", run_key="second")))
        wait_for_lock(database, claimer.process)
        renamer.connection.commit()
        assert claimer.result().superseded_run_keys == ["first"]
    assert [r.repo for r in client.list_open_runs(timedelta(0))] == ["globex/api"]


def test_marking_and_renaming_an_owner_do_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    """Both lock memories in id order, also across repos."""
    ids = [
        client.write_memory(**memory(repo=f"acme/r{n % 2}")).memory_id
        for n in range(40)
    ]
    with sessions(conninfo, 3) as (holder, first, second):
        holder.connection.execute("set role postgres")
        holder.connection.execute(
            "select from kodiai.learning_memories where id = %s for update", (ids[1],)
        )
        first.start(
            lambda c: c.mark_stale_memories(None, path_prefix="s", owner="acme")
        )
        wait_for_lock(database, first.process)
        second.start(lambda c: c.rename_owner("acme", "globex"))
        wait_for_lock(database, first.process, second.process)
        holder.connection.rollback()
        assert first.result() == 40
        assert second.result()[0].renamed == 40


def test_two_spellings_of_an_owner_or_repo_are_not_a_rename(
    client: Client, database: psycopg.Connection
) -> None:
    fill(client, "acme/api", "d1")
    assert client.rename_owner("acme", "ACME") == []
    assert client.rename_repo("acme/api", "Acme/API") == []
    assert {repo for repos in repos_by_table(database).values() for repo in repos} == {
        "acme/api"
    }


def test_a_rename_that_makes_a_name_too_long_is_refused(
    client: Client, database: psycopg.Connection
) -> None:
    fill(client, "acme/api", "d1")
    long = "acme/" + "x" * 195
    client.save_checkpoint("k", long, 1, {})
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match="^new_owner: .* short enough .*acme"
    ):
        client.rename_owner("acme", "Globex")
    assert repos_by_table(database)["review_checkpoints"] == ["acme/api", long]
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match='other than owner, got "acme"'
    ):
        client.rename_owner("acme", "acme")
