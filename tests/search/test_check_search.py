"""check_search detects what makes searches slow or incomplete."""

from __future__ import annotations

import re

import psycopg
import pytest

from kodiai import Client
from tests.learning.corpus import random_memories, write

REPO, OTHER = "acme/api", "acme/web"
ALL_OK = dict.fromkeys(["indexes", "postings", "states", "plans", "recall"], True)


@pytest.fixture
def filled(client: Client) -> None:
    memories, vectors = random_memories(1, 600, [REPO, OTHER])
    write(client, memories, vectors)


def checks(client: Client, repo: str | None = REPO) -> dict[str, bool | None]:
    owner = None if repo else "acme"
    return {row.check_name: row.is_ok for row in client.check_search(repo, owner)}


@pytest.mark.usefixtures("filled")
def test_all_checks_pass_after_deployment(client: Client) -> None:
    assert checks(client) == checks(client, None) == ALL_OK


def test_an_empty_scope_skips_plans_and_recall(client: Client) -> None:
    assert checks(client) == {"indexes": True, "postings": True}


@pytest.mark.usefixtures("filled")
def test_missing_terms_are_detected_and_rebuilt(
    client: Client, database: psycopg.Connection
) -> None:
    before = database.execute("select * from postings order by 1, 2, 3").fetchall()
    database.execute(
        "delete from postings where term & 31 ="
        " (select hashint8(min(id)) & 31 from learning_memories where repo = %s)",
        (REPO,),
    )
    assert checks(client) == ALL_OK | {"postings": False}
    assert Client(database).rebuild_postings() == len(before)
    assert (
        database.execute("select * from postings order by 1, 2, 3").fetchall() == before
    )
    assert checks(client) == ALL_OK


@pytest.mark.usefixtures("filled")
def test_words_that_the_analysis_loses_are_detected(
    client: Client, database: psycopg.Connection
) -> None:
    """Although every term that it yields has a posting."""
    database.execute(
        "create or replace function _split_identifiers(p_text text) returns text"
        " language sql immutable parallel safe"
        " return regexp_replace(p_text, 'cache|timeout|[^a-z]', ' ', 'g')"
    )
    Client(database).rebuild_postings()
    assert checks(client) == ALL_OK | {"postings": False}


@pytest.mark.usefixtures("filled")
def test_what_each_check_did_is_bounded_and_reported(client: Client) -> None:
    details = {row.check_name: row.detail for row in client.check_search(REPO)}
    assert details["postings"].endswith("0 words of 10 sampled memories missing")
    assert details["plans"] == "10 searches used the expected indexes only"
    assert re.fullmatch(
        r"(\d+) of \1 nearest neighbors found, in 10 searches compared with \d+ memories",
        details["recall"],
    )
    *_, recall = client.check_search(REPO, questions=1000)
    (searches,) = re.findall(r"in (\d+) searches", recall.detail)
    assert 1 <= int(searches) <= 30


@pytest.mark.usefixtures("filled")
def test_rows_that_bypassed_triggers_are_detected_and_rebuilt(
    client: Client, database: psycopg.Connection
) -> None:
    database.execute("set session_replication_role = replica")
    database.execute(
        "insert into learning_memories (repo, owner, source_repo, finding_text, severity,"
        " category, file_path, outcome, embedding_model, embedding) select repo, owner,"
        " repo, 'a zebra', severity, category, file_path, outcome, embedding_model,"
        " embedding from learning_memories where repo = %s limit 1",
        (REPO,),
    )
    assert client.search_memories(REPO, "zebra") == []
    assert checks(client) == ALL_OK | {"postings": False}
    database.execute("reset session_replication_role")
    Client(database).rebuild_postings()
    assert len(client.search_memories(REPO, "zebra")) == 1
    assert checks(client) == ALL_OK


@pytest.mark.usefixtures("filled")
def test_only_members_of_the_owner_role_may_rebuild_postings(
    client: Client, database: psycopg.Connection
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        client.rebuild_postings()
    database.execute("set role kodiai_owner")
    assert Client(database).rebuild_postings() > 0


@pytest.mark.usefixtures("filled")
def test_rebuild_postings_includes_findings(
    client: Client, database: psycopg.Connection
) -> None:
    client.record_review(
        REPO,
        1,
        "sha",
        "delivery",
        [
            {
                "file_path": "a.py",
                "severity": "minor",
                "category": "style",
                "confidence": 50,
                "title": "the cache",
            }
        ],
    )
    database.execute("delete from postings")
    assert client.search_findings(REPO, "cache") == []
    Client(database).rebuild_postings()
    assert len(client.search_findings(REPO, "cache")) == 1


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "index", ["learning_memories_scope_idx", "learning_memories_embedding_idx"]
)
def test_a_missing_or_invalid_index_is_named(
    client: Client, database: psycopg.Connection, index: str
) -> None:
    database.execute(
        "update pg_index set indisvalid = false where indexrelid = %s::regclass",
        (index,),
    )
    row = client.check_search(REPO)[0]
    assert not row.is_ok
    assert (row.check_name, row.detail) == ("indexes", f"missing or invalid: {index}")
    database.execute(f"drop index {index}".encode())
    assert not checks(client)["indexes"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("breaks", "detail"),
    [
        (
            ["drop index learning_memories_scope_idx"],
            "learning_memories_scope_idx not used",
        ),
        (
            [
                "alter function _score_postings set enable_seqscan = on",
                "alter function _score_postings set enable_indexscan = off",
                "alter function _score_postings set enable_indexonlyscan = off",
            ],
            "sequential scan on postings",
        ),
    ],
)
def test_a_plan_that_bypasses_an_index_is_detected(
    client: Client, database: psycopg.Connection, breaks: list[str], detail: str
) -> None:
    for statement in breaks:
        database.execute(statement.encode())
    (row,) = (row for row in client.check_search(REPO) if row.check_name == "plans")
    assert not row.is_ok
    assert detail in row.detail


@pytest.mark.usefixtures("filled")
def test_low_recall_is_detected(client: Client, database: psycopg.Connection) -> None:
    """Null codes stand in for a damaged graph."""
    database.execute(
        "alter table learning_memories alter column embedding_code drop expression"
    )
    database.execute(
        "update learning_memories set embedding_code = null where id % 2 = 0"
    )
    assert checks(client)["recall"] is False
