"""list_memories, count_memories and list_repos."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from kodiai import Client, Memory, MemoryCount, Repo

from .corpus import DAY, get_all, memory, random_memories, vector, write

REPOS = ["acme/api", "acme/group/lib", "acme/web", "acme-labs/api", "other/api"]


def pages(client: Client, **arguments: Any) -> Iterator[list[int]]:
    """Yield the ids on each page of list_memories."""
    page = client.list_memories(**arguments)
    while page:
        yield [row.memory_id for row in page]
        page = client.list_memories(**arguments | {"after_id": page[-1].memory_id})


def listed(client: Client, **arguments: Any) -> list[int]:
    return [memory_id for page in pages(client, **arguments) for memory_id in page]


def is_waiting(row: Memory, model: str = "test") -> bool:
    return row.embedding is None or row.embedding_model != model


@pytest.fixture
def rows(client: Client) -> list[Memory]:
    """Write memories with random columns; return them in order of id."""
    memories, vectors = random_memories(1, 500, REPOS)
    given = [row if n % 3 else None for n, row in enumerate(vectors)]
    for n, each in enumerate(memories):
        each["embedding_model"] = "other" if n % 5 == 1 else "test"
    client.set_embedding_model("test")
    ids = write(client, memories, given)
    return get_all(client, sorted(ids), ["acme", "acme-labs", "other"])


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({}, lambda _: True),
    ({"outcomes": ["accepted"]}, lambda m: m.outcome == "accepted"),
    ({"outcomes": []}, lambda _: False),
    (
        {"severities": ["critical", "minor"]},
        lambda m: m.severity in {"critical", "minor"},
    ),
    ({"categories": ["style"]}, lambda m: m.category == "style"),
    ({"path_prefix": "a_b"}, lambda m: m.file_path.startswith("a_b")),
    ({"path_prefix": ".\\src//"}, lambda m: m.file_path.startswith("src/")),
    (
        {"created_after": DAY + timedelta(days=250)},
        lambda m: m.created_at > DAY + timedelta(days=250),
    ),
    (
        {"severities": ["major"], "categories": ["security"], "path_prefix": "lib/"},
        lambda m: (
            (m.severity, m.category) == ("major", "security")
            and m.file_path.startswith("lib/")
        ),
    ),
]
SCOPES: list[tuple[dict[str, Any], Any]] = [
    ({"repo": "acme/api"}, lambda m: m.repo == "acme/api"),
    ({"repo": "ACME/Group/Lib"}, lambda m: m.repo == "acme/group/lib"),
    ({"repo": None, "owner": "acme"}, lambda m: m.owner == "acme"),
    ({"repo": "acme/web", "owner": "Acme"}, lambda m: m.owner == "acme"),
    ({"repo": "acme/none"}, lambda _: False),
]


def test_the_pages_have_exactly_what_passes_the_filters(
    client: Client, rows: list[Memory]
) -> None:
    for scope, in_scope in SCOPES:
        for filters, passes in FILTERS:
            matching = [m for m in rows if in_scope(m) and passes(m)]
            fresh = [m for m in matching if not m.stale]
            assert listed(client, **scope, **filters, limit=7) == [
                m.memory_id for m in fresh
            ], (scope, filters)
            for stale in (True, False, None):
                for waiting in (True, False, None):
                    assert listed(
                        client, **scope, **filters, is_stale=stale, is_waiting=waiting
                    ) == [
                        m.memory_id
                        for m in matching
                        if stale in {None, m.stale} and waiting in {None, is_waiting(m)}
                    ], (scope, filters, stale, waiting)
            assert client.count_memories(**scope, **filters) == MemoryCount(
                len(matching),
                sum(m.stale for m in matching),
                sum(is_waiting(m) for m in fresh),
                pending=0,
                retired=0,
            ), (scope, filters)


def test_a_listed_memory_is_the_whole_memory(
    client: Client, rows: list[Memory]
) -> None:
    page = client.list_memories("other/api", is_stale=None, limit=1000)
    assert page == [m for m in rows if m.repo == "other/api"]


def test_pages_have_the_size_asked_for(client: Client, rows: list[Memory]) -> None:
    (count,) = {client.count_memories(None, owner="acme").memories}
    sizes = [
        len(page)
        for page in pages(client, repo=None, owner="acme", is_stale=None, limit=50)
    ]
    assert sizes == [*[50] * (count // 50), *([count % 50] if count % 50 else [])]


def test_what_is_written_or_deleted_meanwhile_shifts_no_page(client: Client) -> None:
    ids = [client.write_memory(**memory()).memory_id for _ in range(6)]
    client.mark_stale_memories("acme/api", [ids[1]])
    first = client.list_memories("acme/api", is_stale=None, limit=3)
    client.purge_stale_memories("acme/api")
    added = client.write_memory(**memory()).memory_id
    second = client.list_memories(
        "acme/api", is_stale=None, after_id=first[-1].memory_id
    )
    assert [m.memory_id for m in [*first, *second]] == [*ids, added]
    assert listed(client, repo="acme/api", after_id=ids[1], limit=1000) == [
        *ids[2:],
        added,
    ]


def test_memories_wait_until_they_have_an_embedding_of_the_active_model(
    client: Client,
) -> None:
    """Without an active model all wait; with another one all wait again."""
    texts = [memory(finding_id=n) for n in (1, 2)]
    first, second = (client.write_memory(**text).memory_id for text in texts)
    assert listed(client, repo="acme/api", is_waiting=True) == [first, second]
    client.write_memory(**texts[0], embedding=vector(1))
    assert listed(client, repo="acme/api", is_waiting=True) == [second]
    assert listed(client, repo="acme/api", is_waiting=False) == [first]
    client.set_embedding_model("newer")
    assert client.count_memories("acme/api") == MemoryCount(2, 0, 2, 0, 0)
    for text in texts:
        again = text | {"embedding_model": "newer"}
        client.write_memory(**again, embedding=vector(1))
    assert client.count_memories("acme/api") == MemoryCount(2, 0, 0, 0, 0)


MANY = """
insert into learning_memories (
  repo, owner, source_repo, finding_id, finding_text, severity, category, file_path,
  outcome, embedding_model, stale
)
select
  r.repo, 'acme', r.repo, n, 'cache', case when n % 4000 = 3999 then 'critical' else 'minor' end,
  'style', 'a.py', 'accepted', 'test', n % 6000 = 3999
from generate_series(1, 24000) as n
cross join lateral (select case n % 3 when 0 then 'acme/web' else 'acme/api' end as repo) as r
"""


def test_few_matches_among_many_memories_are_found(
    client: Client, database: psycopg.Connection
) -> None:
    """Beyond the first 10,000 memories, another index finds them."""
    database.execute(MANY)
    rows: list[Any] = database.execute(
        "select id, repo, severity, stale from learning_memories order by id"
    ).fetchall()
    for repo in ("acme/api", "acme/web", None):
        for severities, stale, limit in (
            *((["critical"], stale, 1) for stale in (True, False, None)),
            *((None, True, limit) for limit in (1, 2, 1000)),
            *((None, stale, 1000) for stale in (False, None)),
        ):
            found = listed(
                client,
                repo=repo,
                owner=None if repo else "acme",
                severities=severities,
                is_stale=stale,
                limit=limit,
            )
            assert found == [
                memory_id
                for memory_id, of, severity, is_stale in rows
                if repo in {None, of}
                and severity in (severities or {severity})
                and stale in {None, is_stale}
            ], (repo, severities, stale, limit)


def test_repos_are_listed_with_their_newest_memory(client: Client) -> None:
    assert client.list_repos() == []
    for n, repo in enumerate([*REPOS, *REPOS[:3], *REPOS[:1]]):
        created = DAY + timedelta(days=n % 7)
        client.write_memory(**memory(repo=repo, created_at=created, stale=n == 3))
    repos = [
        Repo("acme/api", "acme", 3, DAY + timedelta(days=5)),
        Repo("acme/group/lib", "acme", 2, DAY + timedelta(days=6)),
        Repo("acme/web", "acme", 2, DAY + timedelta(days=2)),
        Repo("acme-labs/api", "acme-labs", 1, DAY + timedelta(days=3)),
        Repo("other/api", "other", 1, DAY + timedelta(days=4)),
    ]
    everything = client.list_repos()
    assert sorted(everything, key=lambda r: r.repo) == sorted(
        repos, key=lambda r: r.repo
    )
    assert client.list_repos("Acme") == repos[:3]
    assert client.list_repos("acme", 2) == repos[:2]
    assert client.list_repos("acme", after_repo="ACME/Group/lib") == repos[2:3]
    assert client.list_repos("none") == []

    paged: list[Repo] = []
    while page := client.list_repos(
        limit=2, after_repo=paged[-1].repo if paged else None
    ):
        paged += page
    assert paged == everything


def test_a_repo_without_memories_is_not_listed(client: Client) -> None:
    client.write_memory(**memory(stale=True))
    assert [r.memories for r in client.list_repos()] == [1]
    client.purge_stale_memories("acme/api")
    assert client.list_repos() == []


def test_a_scope_is_required(client: Client) -> None:
    for call in (client.list_memories, client.count_memories):
        with pytest.raises(psycopg.errors.NullValueNotAllowed, match="^repo or owner"):
            call(None)
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="^owner: "):
            call("acme/api", owner="corp")
