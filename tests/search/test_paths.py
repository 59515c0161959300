"""Memories are found by their paths, and paths have one spelling."""

from __future__ import annotations

import psycopg
import pytest

from kodiai import Client
from tests.knowledge.calls import finding
from tests.learning.corpus import memory, vector, write

REPO = "acme/api"

#: Spellings of one path.
SPELLINGS = [
    "src/café/a.py",
    "./src/café/a.py",
    "././src/café/a.py",
    ".\\src\\café\\a.py",
    "src//café///a.py",
    "src/./café/././a.py",
    "src/cafe\u0301/a.py",
]


def texts(client: Client, query: str | None, **arguments: str) -> list[str]:
    vectors = None if query else vector(1)
    found = client.search_memories(REPO, query, vectors, **arguments)  # type: ignore[arg-type]
    return [row.finding_text for row in found]


@pytest.fixture
def three(client: Client) -> list[int]:
    rows = [
        memory(finding_text="Close what you open", file_path="src/db/pool_manager.py"),
        memory(finding_text="Quote the name", file_path="web/UserTable.tsx"),
        memory(finding_text="The manager of a pool leaks", file_path="lib/x.go"),
    ]
    return write(client, rows, [vector(1, n) for n in range(3)])


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("src/db/pool_manager.py", "Close what you open"),
        ("src\\db\\pool_manager.py", "Close what you open"),
        ("db", "Close what you open"),
        ("UserTable.tsx", "Quote the name"),
        ("usertable", "Quote the name"),
        ("user table", "Quote the name"),
        ("web/usertable.tsx", "Quote the name"),
    ],
)
def test_a_memory_is_found_by_its_path_and_its_words(
    client: Client, query: str, expected: str
) -> None:
    assert texts(client, query)[0] == expected


@pytest.mark.usefixtures("three")
def test_the_text_counts_more_than_the_path(client: Client) -> None:
    assert texts(client, "manager pool")[0] == "The manager of a pool leaks"


@pytest.mark.usefixtures("three")
def test_exclusions_and_phrases_regard_the_text_only(client: Client) -> None:
    found = client.search_memories(REPO, "close -pool", query_syntax="websearch")
    assert [row.finding_text for row in found] == ["Close what you open"]
    found = client.search_memories(
        REPO, '"pool manager" leaks', query_syntax="websearch"
    )
    assert found[0].finding_text == "The manager of a pool leaks"


def test_the_path_does_not_change_the_score_of_a_text(client: Client) -> None:
    """Lengths are those of the texts."""
    for repo, path in (
        ("acme/a", "x"),
        ("acme/b", "a/very/long/path/of/many/words.py"),
    ):
        rows = [
            memory(repo=repo, finding_text=text, file_path=path)
            for text in ("the cache leaks", "cache", "lock and cache and lock")
        ]
        write(client, rows, [None] * 3)
    scores = [
        [row.text_score for row in client.search_memories(repo, "cache leaks")]
        for repo in ("acme/a", "acme/b")
    ]
    assert scores[0] == scores[1]


def test_a_changed_path_is_found_at_once(
    client: Client, database: psycopg.Connection, three: list[int]
) -> None:
    database.execute(
        "update learning_memories set file_path = 'web/zebra.md' where id = %s",
        three[:1],
    )
    assert texts(client, "zebra") == ["Close what you open"]
    assert texts(client, "db") == []
    assert all(row.is_ok for row in client.check_search(REPO))
    before = database.execute("select * from postings order by 1, 2, 3").fetchall()
    Client(database).rebuild_postings()
    after = database.execute("select * from postings order by 1, 2, 3").fetchall()
    assert after == before


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_path_is_stored_in_one_spelling(client: Client, spelling: str) -> None:
    (memory_id,) = write(client, [memory(file_path=spelling)], [None])
    (row,) = client.get_memories("acme/api", [memory_id])
    assert row.file_path == SPELLINGS[0]
    client.record_review(REPO, 1, findings=[finding(file_path=spelling, title="zebra")])
    (found,) = client.search_findings(REPO, "zebra")
    assert found.file_path == SPELLINGS[0]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_filters_normalize_their_prefix(client: Client, spelling: str) -> None:
    rows = [
        memory(finding_text="in", file_path=SPELLINGS[-1]),
        memory(finding_text="out", file_path="src/cafe/a.py"),
    ]
    write(client, rows, [vector(1)] * 2)
    for prefix in (spelling, spelling[:-4], "./src/café/", "src\\café"):
        for query in ("in out", None):
            assert texts(client, query, path_prefix=prefix) == ["in"], prefix
    assert client.mark_stale_memories(REPO, path_prefix=spelling) == 1
    assert texts(client, "in out") == ["out"]


@pytest.mark.parametrize(("path", "stored"), [("./", "."), (".", "."), ("/", "/")])
def test_a_path_of_dots_and_slashes_is_accepted(
    client: Client, path: str, stored: str
) -> None:
    (memory_id,) = write(client, [memory(file_path=path)], [None])
    assert [row.file_path for row in client.get_memories("acme/api", [memory_id])] == [
        stored
    ]


def test_the_prefix_of_the_root_means_every_path(client: Client) -> None:
    write(client, [memory(file_path=path) for path in ("a.py", "src/b.py")], [None] * 2)
    assert len(client.search_memories(REPO, "cache", path_prefix="./")) == 2
    assert client.mark_stale_memories(REPO, path_prefix="./") == 2
