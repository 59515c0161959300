"""The guarantees of search_memories."""

from __future__ import annotations

import itertools
import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg import errors
from pytest_postgresql import factories

from kodiai import Client
from tests import server
from tests.learning.corpus import (
    CATEGORIES,
    DAY,
    OUTCOMES,
    SEVERITIES,
    WORDS,
    Memory,
    cosine_distances,
    ids,
    memory,
    random_memories,
    unique_word,
    vector,
    write,
)

# The small repository has 0.05 % of 20,000 memories.
MANY = 20_000
SMALL = 10
SMALL_REPO = "tiny/one"
BIG_REPOS = ["acme/api", "acme/web", "corp/app"]


def many_memories() -> tuple[list[Memory], np.ndarray]:
    memories, vectors = random_memories(1, MANY, BIG_REPOS)
    for n in random.Random(2).sample(range(MANY), SMALL):  # noqa: S311
        memories[n] |= {
            "repo": SMALL_REPO,
            "stale": False,
            "finding_text": f"pointer {unique_word(n)}",
        }
    return memories, vectors


def _fill(**connection: Any) -> None:
    del connection["autocommit"]
    with psycopg.connect(**connection, autocommit=True) as admin:
        write(Client(admin), *many_memories())


filled = factories.postgresql_noproc(
    user="postgres", dbname="filled", depends_on="deployed", load=[_fill]
)
_filled_clone = factories.postgresql("filled")


@pytest.fixture
def many(_filled_clone: psycopg.Connection) -> Client:
    _filled_clone.autocommit = True
    _filled_clone.execute("set role kodiai_app")
    return Client(_filled_clone)


# k rows if k rows match


@pytest.mark.parametrize("limit", [1, 10, 100])
def test_a_repo_with_one_in_2000_rows_is_found_completely(
    many: Client, limit: int
) -> None:
    _, vectors = many_memories()
    query = vectors[0]
    rows = many.search_memories(SMALL_REPO, None, query, limit=limit)
    assert len(rows) == min(limit, SMALL)
    assert {row.repo for row in rows} == {SMALL_REPO}
    rows = many.search_memories(SMALL_REPO, "pointer", query, limit=limit)
    assert len(rows) == min(limit, SMALL)


FILTERS: list[dict[str, Any]] = [
    {},
    {"severities": ["critical"]},
    {"severities": ["critical"], "categories": ["style"], "outcomes": ["thumbs_up"]},
    {"path_prefix": "a_b/1"},
    {"created_after": DAY + timedelta(days=299)},
    {"outcomes": ["suppressed"], "created_after": DAY + timedelta(days=295)},
]


@pytest.mark.parametrize("where", FILTERS)
@pytest.mark.parametrize("limit", [10, 1000])
def test_a_filter_never_loses_rows(
    many: Client, where: dict[str, Any], limit: int
) -> None:
    """acme has more memories than one batch re-ranks."""
    memories, vectors = many_memories()
    matching = [m for m in memories if matches(m, "acme", where)]
    assert matching
    rows = many.search_memories(
        None, None, vectors[3], owner="acme", limit=limit, **where
    )
    assert len(rows) == min(limit, len(matching))
    assert all(row.owner == "acme" for row in rows)


def matches(columns: dict[str, Any], owner: str, where: dict[str, Any]) -> bool:
    return (
        columns["repo"].startswith(f"{owner}/")
        and not columns["stale"]
        and columns["severity"] in where.get("severities", SEVERITIES)
        and columns["category"] in where.get("categories", CATEGORIES)
        and columns["outcome"] in where.get("outcomes", OUTCOMES)
        and columns["file_path"].startswith(where.get("path_prefix", ""))
        and columns["created_at"]
        > where.get("created_after", datetime(1, 1, 1, tzinfo=UTC))
    )


def test_a_scope_far_from_the_query_is_found_completely_and_in_order(
    client: Client, connection: psycopg.Connection, database: psycopg.Connection
) -> None:
    """Codes cannot rank memories that are all opposite to the query."""
    rng = np.random.default_rng(5)
    near = rng.normal(scale=0.6, size=(1500, server.DIMENSIONS))
    near[:, 0] = 1
    write(client, [memory(repo="acme/near") for _ in near], near)
    far = rng.normal(scale=0.6, size=(5100, server.DIMENSIONS))
    far[:, 0] = -1
    write(client, [memory(repo="acme/far") for _ in far], far)

    for limit in (10, 500):
        rows = client.search_memories("acme/far", None, vector(1), limit=limit)
        assert len(rows) == limit
        distances = [row.distance or 0 for row in rows]
        assert distances == sorted(distances)

    # Exactly p_limit memories are within max_distance.
    nearest = np.sort(cosine_distances(far, np.array(vector(1))))
    for limit in (1, 5, 50):
        near_enough = float((nearest[limit - 1] + nearest[limit]) / 2)
        rows = client.search_memories(
            "acme/far", None, vector(1), limit=limit, max_distance=near_enough
        )
        assert len(rows) == limit

    # Settings are restored, within a transaction too, and a parallel query around the
    # call does not interfere.
    settings = "select name, setting from pg_settings order by name"
    with connection.transaction():
        before = connection.execute(settings).fetchall()
        client.search_memories("acme/far", "cache", vector(1))
        assert connection.execute(settings).fetchall() == before
    database.execute("create table many as select generate_series(1, 200000) as n")
    database.execute("analyze many")
    database.execute("set parallel_setup_cost = 0")
    database.execute("set parallel_tuple_cost = 0")
    database.execute("set min_parallel_table_scan_size = 0")
    in_parallel_query = database.execute(
        "select distinct s.memory_id from many cross join lateral"
        " search_memories('acme/far', null, %s, 3) as s where n = 5",
        (str(vector(1)),),
    )
    assert len(in_parallel_query.fetchall()) == 3


# The same rows as an exact search


@pytest.mark.parametrize("seed", range(8))
def test_the_vector_arm_matches_an_exact_search(client: Client, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    repos = ["acme/api", "acme/web", "corp/app"]
    memories, vectors = random_memories(seed, 400, repos)
    memory_ids = write(client, memories, vectors)
    for _ in range(5):
        query = np.random.default_rng(rng.randint(0, 999)).normal(
            size=server.DIMENSIONS
        )
        where: dict[str, Any] = {}
        if rng.random() < 0.5:
            where["severities"] = rng.sample(SEVERITIES, 2)
        if rng.random() < 0.5:
            where["outcomes"] = rng.sample(OUTCOMES, 2)
        if rng.random() < 0.5:
            where["categories"] = rng.sample(CATEGORIES, 3)
        if rng.random() < 0.5:
            where["path_prefix"] = rng.choice(["src/", "a_b", "a%", "", "none"])
        if rng.random() < 0.5:
            where["created_after"] = DAY + timedelta(days=rng.randint(0, 300))
        owner = rng.choice(["acme", "corp"])
        limit = rng.choice([1, 3, 10, 100, 1000])
        distances = cosine_distances(vectors, query)
        expected = sorted(
            (distances[n], memory_ids[n])
            for n, columns in enumerate(memories)
            if matches(columns, owner, where)
        )[:limit]
        rows = client.search_memories(
            None, None, query, owner=owner, limit=limit, **where
        )
        assert ids(rows) == [memory_id for _, memory_id in expected]
        assert [r.distance for r in rows] == pytest.approx(
            [distance for distance, _ in expected], abs=1e-5
        )


@pytest.mark.parametrize("seed", range(4))
def test_the_text_arm_finds_every_row_with_any_term(client: Client, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    memories, _ = random_memories(seed, 300, ["acme/api", "corp/app"])
    memory_ids = write(client, memories, [None] * len(memories))
    for _ in range(5):
        words = rng.sample(WORDS, rng.randint(1, 3))
        texts = {
            memory_id: columns["finding_text"].split()
            for memory_id, columns in zip(memory_ids, memories, strict=True)
            if columns["repo"] == "acme/api" and not columns["stale"]
        }
        any_word = {n for n, text in texts.items() if set(words) & set(text)}
        all_words = {n for n, text in texts.items() if set(words) <= set(text)}
        rows = client.search_memories("acme/api", " ".join(words), limit=1000)
        assert set(ids(rows)) == any_word
        assert set(ids(rows)[: len(all_words)]) == all_words
        scores = [row.text_score or 0 for row in rows]
        assert scores == sorted(scores, reverse=True)


# Scope


def test_nothing_outside_the_scope_is_returned_ranked_or_counted(
    client: Client,
) -> None:
    inside = [memory(), memory()]
    before = write(client, inside, [vector(1), vector(1, 1)])
    alone = client.search_memories("acme/api", "cache", vector(1))
    others = [
        memory(repo=repo, finding_text="cache cache")
        for repo in ("acme/web", "acme/api2", "acme/api/x", "corp/api")
    ]
    write(client, others, [vector(1)] * 4)
    again = client.search_memories("acme/api", "cache", vector(1))
    assert again == alone
    assert ids(again) == before


def test_an_owner_widens_the_scope_to_its_repositories(client: Client) -> None:
    rows = [memory(repo=repo) for repo in ("acme/api", "acme/web", "corp/api")]
    first, second, _ = write(client, rows, [vector(1)] * 3)
    assert ids(client.search_memories("acme/api", "cache")) == [first]
    for repo in ("acme/api", None):
        found = client.search_memories(repo, "cache", owner="acme")
        assert ids(found) == [first, second]
    assert client.search_memories(None, "cache", owner="nobody") == []


# Models, and rows without an embedding


@pytest.fixture
def notices(connection: psycopg.Connection) -> list[tuple[str | None, str | None]]:
    """Return a list to which SQLSTATE and message of each notice are appended."""
    found: list[tuple[str | None, str | None]] = []
    connection.add_notice_handler(
        lambda notice: found.append((notice.sqlstate, notice.message_primary))
    )
    return found


def test_a_model_without_embeddings_in_scope_is_noticed(
    client: Client, notices: list[tuple[str, str]]
) -> None:
    client.search_memories("acme/api", "cache")
    assert notices == []
    client.search_memories("acme/api", "cache", vector(1))
    assert notices.pop() == ("KB005", "no embedding model is active")
    client.write_memory(**memory())
    client.write_memory(**memory(repo="acme/web"), embedding=vector(1))
    for repo, owner, model in (
        ("acme/api", None, "test"),
        ("acme/web", None, "tset"),
        ("acme/web", "acme", "tset"),
        (None, "other", "test"),
    ):
        found = client.search_memories(
            repo, "cache", vector(1), owner=owner, embedding_model=model
        )
        assert {hit.vector_rank for hit in found} <= {None}
        message = (
            f'no memory of {owner or repo} has an embedding of the model "{model}"'
        )
        assert notices.pop() == ("KB005", message)
    assert notices == []


def test_a_search_that_compares_or_filters_embeddings_raises_no_notice(
    client: Client, notices: list[tuple[str, str]]
) -> None:
    client.write_memory(**memory(), embedding=vector(1))
    assert client.search_memories("acme/api", None, vector(1))
    assert client.search_memories("acme/api", None, vector(1), owner="acme")
    for filters in (
        {"outcomes": ["suppressed"]},
        {"path_prefix": "lib"},
        {"query_text": "-cache", "query_syntax": "websearch"},
        {"query_embedding": vector(-1), "max_distance": 0.5},
    ):
        arguments: Any = {"query_embedding": vector(1)} | filters
        assert not client.search_memories("acme/api", **arguments)
    client.mark_stale_memories("acme/api", path_prefix="src")
    assert not client.search_memories("acme/api", None, vector(1))
    assert notices == []


def test_models_never_mix(client: Client) -> None:
    rows = [
        memory(finding_text="one"),
        memory(finding_text="two", embedding_model="other"),
        memory(finding_text="three"),
    ]
    one, two, three = write(client, rows, [vector(1), vector(1), None])
    assert ids(client.search_memories("acme/api", None, vector(1))) == [one]
    found = client.search_memories("acme/api", "one two three", vector(1))
    assert {r.memory_id: r.vector_rank for r in found} == {
        one: 1,
        two: None,
        three: None,
    }
    other = client.search_memories("acme/api", None, vector(1), embedding_model="other")
    assert ids(other) == [two]
    client.set_embedding_model("other")
    assert ids(client.search_memories("acme/api", None, vector(1))) == [two]
    assert not client.search_memories("acme/api", None, vector(1), embedding_model="no")


def test_stale_rows_are_not_returned(client: Client) -> None:
    fresh, _ = write(client, [memory(), memory(stale=True)], [vector(1)] * 2)
    assert ids(client.search_memories("acme/api", "cache", vector(1))) == [fresh]


def test_an_empty_database_returns_nothing(client: Client) -> None:
    assert client.search_memories("acme/api", "cache", vector(1)) == []


# Fusion, ranks and values


def test_every_row_has_its_ranks_and_values(client: Client) -> None:
    rows = [
        memory(finding_text="nothing in common"),
        memory(finding_text="cache"),
        memory(finding_text="cache misses"),
    ]
    near, both, words = write(client, rows, [vector(1), vector(1, 1), None])
    found = client.search_memories(
        "acme/api", "cache misses", vector(1), rrf_k=10, fusion="rrf"
    )
    by_id = {row.memory_id: row for row in found}
    assert (by_id[near].vector_rank, by_id[near].text_rank) == (1, None)
    assert (by_id[both].vector_rank, by_id[both].text_rank) == (2, 2)
    assert (by_id[words].vector_rank, by_id[words].text_rank) == (None, 1)
    assert by_id[near].distance == pytest.approx(0)
    assert by_id[both].distance == pytest.approx(1 - 0.5**0.5)
    assert by_id[words].distance is None
    assert by_id[near].text_score is None
    assert (by_id[words].text_score or 0) > (by_id[both].text_score or 0) > 0
    assert by_id[near].score == pytest.approx(1 / 11)
    assert by_id[both].score == pytest.approx(2 / 12)
    assert by_id[words].score == pytest.approx(1 / 11)
    assert ids(found) == [both, near, words]


def test_each_arm_is_multiplied_by_its_weight(client: Client) -> None:
    rows = [memory(finding_text="other"), memory(finding_text="cache")]
    near, words = write(client, rows, [vector(1), None])
    for vector_weight, text_weight, first in [
        (1, 0.5, near),
        (0.5, 1, words),
        (0, 1, words),
    ]:
        found = client.search_memories(
            "acme/api",
            "cache",
            vector(1),
            vector_weight=vector_weight,
            text_weight=text_weight,
            fusion="rrf",
        )
        assert len(found) == 2
        assert ids(found)[0] == first
        assert found[0].score == pytest.approx(1 / 61)


def test_ties_break_by_memory_id_in_every_call(client: Client) -> None:
    written = write(client, [memory() for _ in range(30)], [vector(1)] * 30)
    for _ in range(8):  # psycopg prepares the statement at the sixth call
        found = client.search_memories("acme/api", "cache", vector(1), limit=30)
        assert ids(found) == written


@pytest.mark.parametrize("limit", [1, 7, 20, 50])
def test_a_smaller_limit_returns_a_prefix(many: Client, limit: int) -> None:
    _, vectors = many_memories()
    arguments = ("acme/api", "pointer cache", vectors[9])
    assert (
        ids(many.search_memories(*arguments, limit=limit))
        == (ids(many.search_memories(*arguments, limit=50))[:limit])
    )


# Preferences


def test_max_distance_drops_rows_without_a_term(client: Client) -> None:
    rows = [memory(), memory(), memory(finding_text="x")]
    near, far, _ = write(client, rows, [vector(1), vector(0, 1), vector(0, 1)])
    found = client.search_memories("acme/api", "cache", vector(1), max_distance=0.5)
    assert {row.memory_id: row.distance for row in found} == {near: 0, far: 1}
    exactly = client.search_memories("acme/api", None, vector(1), max_distance=1)
    assert len(exactly) == 3


@pytest.mark.parametrize("fusion", ["zscore", "rrf"])
def test_a_limit_of_distance_or_relevance_does_not_change_the_order(
    client: Client, fusion: Any
) -> None:
    memories, vectors = random_memories(6, 400, ["acme/api"])
    write(client, memories, [v if n % 7 else None for n, v in enumerate(vectors)])
    for n in range(5):
        arguments = ("acme/api", memories[n]["finding_text"], vectors[9 * n], 1000)
        everything = client.search_memories(*arguments, fusion=fusion)
        for limit in (0, 0.3, 0.7, 1, 2):
            found = client.search_memories(
                *arguments, fusion=fusion, max_distance=limit
            )
            assert found == [
                row
                for row in everything
                if row.text_score is not None or (row.distance or 0) <= limit
            ]
            found = client.search_memories(
                *arguments, fusion=fusion, min_relevance=min(limit, 1)
            )
            assert found == [
                row for row in everything if row.relevance >= min(limit, 1)
            ]


@pytest.mark.parametrize(
    "preferences",
    [
        {},
        {"fusion": "rrf"},
        {"languages": ["go"], "recency_half_life": timedelta(days=30)},
        {"diversity": 0.5},
        {"duplicate_distance": 0.3},
    ],
)
def test_the_number_of_rows_does_not_change_their_order(
    client: Client, preferences: dict[str, Any]
) -> None:
    """More than 100 rows need more candidates than the first 100 of each arm."""
    memories, _ = random_memories(8, 700, ["acme/api"])
    # In a plane, so that codes order them as cosines do.
    angles = np.random.default_rng(8).uniform(0, np.pi / 2, len(memories))
    write(client, memories, [vector(np.cos(a), np.sin(a)) for a in angles])
    arguments = ("acme/api", "cache query timeout", vector(1))
    most = client.search_memories(*arguments, 600, **preferences)
    for limit in (1, 10, 50, 51, 80, 150, 300):
        found = client.search_memories(*arguments, limit, **preferences)
        assert ids(found) == ids(most)[:limit]
    if "diversity" not in preferences:
        scores = [row.score for row in most]
        assert scores == sorted(scores, reverse=True)


# Relevance


def test_relevance_is_cosine_similarity_and_coverage_averaged_2_to_1(
    client: Client,
) -> None:
    texts = ["cache lock", "cache", "zebra", "cache lock", "a parser"]
    vectors = [vector(1), vector(1, 1), vector(-1), None, vector(0, 1)]
    rows = [memory(finding_text=text, finding_id=n) for n, text in enumerate(texts)]
    write(client, rows, vectors)
    near = 0.5**0.5

    def relevances(text: str | None, embedding: Any = None) -> dict[int | None, Any]:
        found = client.search_memories(
            "acme/api", text, embedding, duplicate_distance=None
        )
        return {row.finding_id: pytest.approx(row.relevance) for row in found}

    # lock is in 2 of 5 texts, cache in 3.
    lock, cache = math.log(1 + 3.5 / 2.5), math.log(1 + 2.5 / 3.5)
    part = cache / (cache + lock)
    assert relevances("cache lock", vector(1)) == {
        0: 1,
        1: (2 * near + part) / 3,
        2: 0,
        3: 1,
        4: 0,
    }
    assert relevances("cache lock") == {0: 1, 1: part, 3: 1}
    assert relevances(None, vector(1)) == {0: 1, 1: near, 2: 0, 4: 0}
    assert relevances(" ", vector(1)) == {0: 1, 1: near, 2: 0, 4: 0}


def test_relevance_does_not_depend_on_what_else_is_found(client: Client) -> None:
    memories, vectors = random_memories(4, 300, ["acme/api"])
    write(client, memories, vectors)
    arguments = ("acme/api", "cache query timeout", vectors[3], 1000)
    everything = {row.memory_id: row for row in client.search_memories(*arguments)}
    others: list[dict[str, Any]] = [
        {"severities": ["critical"]},
        {"path_prefix": "src/"},
        {"vector_weight": 0},
        {"text_weight": 5, "fusion": "rrf"},
        {"max_distance": 0.5},
        {"diversity": 0.7},
    ]
    for other in others:
        found = client.search_memories(*arguments, **other)
        assert found
        for row in found:
            assert row.relevance == pytest.approx(everything[row.memory_id].relevance)
    assert all(0 <= row.relevance <= 1 for row in everything.values())


def test_a_question_without_an_answer_finds_nothing(client: Client) -> None:
    rows = [memory(finding_text=f"cache {word}") for word in WORDS]
    write(client, rows, [vector(1, 0.1 * n) for n in range(len(rows))])
    arguments: dict[str, Any] = {"min_relevance": 0.35}
    assert client.search_memories("acme/api", "cache", vector(1), **arguments)
    unanswered = ("acme/api", "a cache for zebras in Kenya", vector(0, 0, 1))
    assert len(client.search_memories(*unanswered)) == 10
    assert client.search_memories(*unanswered, **arguments) == []


# Duplicates


def test_equal_texts_appear_once(client: Client) -> None:
    """The best of them, whether or not they have an embedding."""
    texts = ["a cache leaks"] * 5 + ["a cache stalls"]
    vectors = [vector(1, 0.1 * n) if n != 2 else None for n in range(6)]
    written = write(client, [memory(finding_text=t) for t in texts], vectors)
    queries: list[tuple[Any, Any]] = [
        ("cache", vector(1)),
        ("cache", None),
        (None, vector(1)),
    ]
    for query in queries:
        found = client.search_memories("acme/api", *query, 3)
        assert ids(found) == [written[0], written[5]]
        found = client.search_memories("acme/api", *query, 3, duplicate_distance=None)
        assert len(found) == 3


@pytest.mark.parametrize("distance", [0, 0.001])
def test_equal_texts_never_crowd_out_others(client: Client, distance: float) -> None:
    """They are more than the candidates of a search."""
    rows = [memory(finding_text="a cache leaks") for _ in range(1000)]
    rows += [memory(finding_text=f"cache {word}") for word in WORDS]
    vectors = [vector(1)] * 1000 + [vector(1, 0.1 * n + 0.1) for n in range(20)]
    written = write(client, rows, vectors)
    queries: list[tuple[Any, Any]] = [
        ("a cache leaks", vector(1)),
        ("cache leaks", None),
        (None, vector(1)),
    ]
    for query in queries:
        found = client.search_memories(
            "acme/api", *query, limit=10, duplicate_distance=distance
        )
        assert len(found) == 10
        assert ids(found)[0] == written[0]
        assert len({row.finding_text for row in found}) == 10


# The repository that asks


def test_the_home_repo_wins_near_ties(client: Client) -> None:
    texts = ["a cache leaks", "a cache leaks memory"]
    rows = [
        memory(repo=repo, finding_text=text)
        for text in texts
        for repo in ("acme/web", "acme/api")
    ]
    write(client, rows, [vector(1)] * 2 + [vector(1, 0.5)] * 2)
    arguments = ("cache", vector(1))
    for repo in ("acme/web", "acme/api"):
        found = client.search_memories(repo, *arguments, owner="acme")
        assert [row.repo for row in found] == [repo, repo]
    found = client.search_memories("acme/api", *arguments, owner="acme", home_weight=0)
    assert [row.repo for row in found] == ["acme/web", "acme/web"]
    found = client.search_memories(None, *arguments, owner="acme")
    assert [row.repo for row in found] == ["acme/web", "acme/web"]
    # It does not win over a much better one.
    write(client, [memory(repo="acme/web", finding_text="cache")], [vector(1)])
    found = client.search_memories("acme/api", *arguments, owner="acme")
    assert found[0].finding_text == "cache"


def test_excluded_repos_are_neither_returned_nor_counted(client: Client) -> None:
    memories, vectors = random_memories(9, 600, ["acme/api", "acme/web", "acme/app"])
    write(client, memories, vectors)
    arguments: dict[str, Any] = {"owner": "acme", "limit": 1000}
    queries: list[tuple[Any, Any]] = [
        (None, vectors[0]),
        ("cache", None),
        ("cache", vectors[0]),
    ]
    for query in queries:
        everything = client.search_memories(None, *query, **arguments)
        for excluded in ([], ["acme/web"], ["Acme/Web", "acme/api"], ["else/where"]):
            found = client.search_memories(
                None, *query, exclude_repos=excluded, **arguments
            )
            assert {row.memory_id for row in found} == {
                row.memory_id
                for row in everything
                if row.repo not in map(str.lower, excluded)
            }
            few = client.search_memories(
                None, *query, owner="acme", limit=5, exclude_repos=excluded
            )
            assert len(few) == 5
    alone = client.search_memories("acme/api", "cache", exclude_repos=["acme/api"])
    assert alone == []


def test_languages_are_preferred_but_not_required(client: Client) -> None:
    rows = [memory(language=language) for language in ("go", "Python", None)]
    go, python, none = write(client, rows, [vector(1)] * 3)
    arguments = ("acme/api", None, vector(1))
    found = client.search_memories(*arguments, languages=["PYTHON"], fusion="rrf")
    assert ids(found) == [python, go, none]
    assert found[0].score == pytest.approx(1.2 / 62)
    found = client.search_memories(*arguments, languages=[])
    assert ids(found) == [go, python, none]


def test_a_related_language_gets_half_the_boost_and_none_is_penalized(
    client: Client,
) -> None:
    languages = ("Go", "JavaScript", "TypeScript", None)
    rows = [memory(language=language) for language in languages]
    go, javascript, typescript, none = write(client, rows, [vector(1)] * 4)
    plain = client.search_memories("acme/api", None, vector(1))
    found = client.search_memories(
        "acme/api", None, vector(1), languages=["typescript"]
    )
    assert ids(found) == [typescript, javascript, go, none]
    assert [row.score / plain[0].score for row in found] == pytest.approx(
        [1.2, 1.1, 1, 1]
    )


def test_recency_halves_the_score_every_half_life(client: Client) -> None:
    now = datetime.now(UTC)
    ages = [timedelta(days=100), timedelta(days=0), timedelta(days=-5)]
    rows = [memory(created_at=now - age, severity="minor") for age in ages]
    old, new, future = write(client, rows, [vector(1)] * 3)
    found = client.search_memories(
        *("acme/api", None, vector(1)),
        recency_half_life=timedelta(days=50),
        fusion="rrf",
    )
    assert ids(found) == [new, future, old]
    assert [row.score for row in found] == pytest.approx(
        [1 / 62, 1 / 63, 0.25 / 61], rel=1e-3
    )
    ancient = client.search_memories(
        "acme/api", None, vector(1), recency_half_life=timedelta(hours=1)
    )
    assert len(ancient) == 3


def test_diversity_prefers_rows_unlike_those_above(client: Client) -> None:
    vectors = [vector(1, 0.1), vector(1, 0.11), vector(1, 0, 0.5), vector(0.2, 0, 1)]
    first, twin, other, far = write(client, [memory() for _ in range(4)], vectors)
    plain = client.search_memories("acme/api", None, vector(1), limit=3)
    assert ids(plain) == [first, twin, other]
    diverse = client.search_memories(
        "acme/api", None, vector(1), limit=3, diversity=0.7
    )
    assert ids(diverse) == [first, far, other]
    assert [row.vector_rank for row in diverse] == [1, 4, 3]
    whole = client.search_memories("acme/api", None, vector(1, 0, 0.5), diversity=1)
    assert ids(whole)[0] == other
    assert sorted(ids(whole)) == sorted([first, twin, other, far])


def test_diversity_loses_no_rows(client: Client) -> None:
    memories, vectors = random_memories(3, 400, ["acme/api"])
    write(client, memories, vectors)
    plain = client.search_memories("acme/api", None, vectors[0], limit=1000)
    diverse = client.search_memories(
        "acme/api", None, vectors[0], limit=1000, diversity=0.5
    )
    assert ids(plain) != ids(diverse)
    assert sorted(ids(plain)) == sorted(ids(diverse))
    rest = [memory_id for memory_id in ids(plain) if memory_id in ids(diverse)[100:]]
    assert ids(diverse)[100:] == rest
    few = client.search_memories("acme/api", None, vectors[0], limit=7, diversity=0.5)
    assert len(few) == 7


def test_diversity_without_vectors_keeps_the_order(client: Client) -> None:
    written = write(client, [memory() for _ in range(3)], [None] * 3)
    assert ids(client.search_memories("acme/api", "cache", diversity=0.5)) == written


# Filters


def test_a_path_prefix_is_taken_literally(client: Client) -> None:
    paths = ["a_b/x.py", "acb/x.py", "a%b/x.py", "src/a_b/x.py", r"a\b"]
    written = write(client, [memory(file_path=p) for p in paths], [None] * 5)
    for prefix, found in [("a_b", [0]), ("a%", [2]), ("", range(5)), ("a\\", [4])]:
        rows = client.search_memories("acme/api", "cache", path_prefix=prefix)
        assert sorted(ids(rows)) == [written[n] for n in found]


def test_created_after_is_exclusive(client: Client) -> None:
    times = [DAY, DAY + timedelta(microseconds=1)]
    _, later = write(client, [memory(created_at=t) for t in times], [None] * 2)
    rows = client.search_memories("acme/api", "cache", created_after=DAY)
    assert ids(rows) == [later]


@pytest.mark.parametrize("style", ["SQL, DMY", "Postgres, MDY", "German"])
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Shanghai", "<FOO>-5"])
def test_created_after_does_not_depend_on_session_date_settings(
    client: Client, connection: psycopg.Connection, style: str, zone: str
) -> None:
    times = [DAY, DAY + timedelta(microseconds=1)]
    _, later = write(client, [memory(created_at=t) for t in times], [None] * 2)
    connection.execute(f"set datestyle = '{style}'".encode())
    connection.execute(f"set timezone = '{zone}'".encode())
    rows = connection.execute(
        "select memory_id from kodiai.search_memories("
        "'acme/api', 'cache', p_created_after => '2026-01-01T00:00Z')"
    )
    assert rows.fetchall() == [(later,)]


def test_an_empty_filter_matches_nothing(client: Client) -> None:
    client.write_memory(**memory())
    assert client.search_memories("acme/api", "cache", severities=[]) == []


# Queries


@pytest.mark.parametrize(
    "query",
    ["the of and", "?!", "' & | ! <-> :* \\ \" ( )", "%s %(x)s {}", "漢字", "-"],
)
def test_a_query_without_known_terms_finds_nothing(client: Client, query: str) -> None:
    client.write_memory(**memory())
    assert client.search_memories("acme/api", query) == []
    assert len(client.search_memories("acme/api", query, vector(1))) == 0


def test_terms_are_found_in_any_form_and_next_to_unknown_ones(client: Client) -> None:
    row = client.write_memory(**memory(finding_text="Don't cache tokens; it's unsafe"))
    for query in ("caching of a token", "zebra token", "it's unsafe"):
        found = client.search_memories("acme/api", query)
        assert ids(found) == [row.memory_id], query


def test_only_the_first_256_terms_of_a_long_query_count(client: Client) -> None:
    letters = "bcdfghjklmnpqrtvwxz"
    words = [f"q{''.join(w)}q" for w in itertools.product(letters, repeat=3)]
    words += [f"z{word}z" for word in words]
    first, _ = write(
        client,
        [memory(finding_text=words[255]), memory(finding_text=words[256])],
        [None] * 2,
    )
    query = " ".join(words)
    found = client.search_memories("acme/api", query[:100_000])
    assert ids(found) == [first]


def test_a_blank_text_with_an_embedding_turns_the_text_arm_off(client: Client) -> None:
    row = client.write_memory(**memory(), embedding=vector(1))
    for blank in ("", " \n", None):
        (found,) = client.search_memories("acme/api", blank, vector(1))
        assert (found.memory_id, found.text_rank) == (row.memory_id, None)


def test_new_and_changed_texts_are_found_immediately(
    client: Client, database: psycopg.Connection
) -> None:
    row = client.write_memory(**memory(finding_text="old words"))
    assert ids(client.search_memories("acme/api", "old")) == [row.memory_id]
    database.execute("update learning_memories set finding_text = 'new words'")
    assert client.search_memories("acme/api", "old") == []
    assert ids(client.search_memories("acme/api", "new")) == [row.memory_id]


# Invalid arguments


INVALID_ARGUMENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"repo": None}, "22004", "repo or owner is missing"),
    ({"repo": "api"}, "22023", "repo: expected owner/name"),
    ({"owner": "a/b"}, "22023", "owner: expected an owner name"),
    ({"owner": ""}, "22023", "owner: expected an owner name"),
    ({"owner": "corp"}, "22023", 'owner: expected "acme", the owner of repo'),
    ({"query_text": None}, "22004", "query_text or query_embedding is missing"),
    ({"query_text": ""}, "22023", "query_text: expected text of 1 to 100000"),
    ({"query_text": " \n\t"}, "22023", "query_text: expected text of 1 to 100"),
    (
        {"query_text": "x" * 100_001},
        "22023",
        "query_text: expected text of 1 to 100",
    ),
    ({"query_text": "a\0b"}, "22023", "query_text: expected text that"),
    ({"query_embedding": [1.0]}, "22023", "query_embedding: expected 8 dimensions"),
    ({"query_embedding": vector()}, "22023", "query_embedding: expected a vector"),
    ({"query_embedding": vector(1e-30)}, "22023", "query_embedding: expected a vec"),
    (
        {"query_embedding": vector(float("nan"))},
        "22023",
        "query_embedding: expected finite numbers",
    ),
    (
        {"query_embedding": vector(float("-inf"))},
        "22023",
        "query_embedding: expected finite numbers",
    ),
    ({"limit": 0}, "22023", "limit: expected an integer from 1 to 1000, got 0"),
    (
        {"limit": 1001},
        "22023",
        "limit: expected an integer from 1 to 1000, got 1001",
    ),
    ({"limit": -1}, "22023", "limit: expected an integer from 1 to 1000, got -1"),
    ({"limit": None}, "22004", "limit is missing"),
    ({"severities": ["major", "bad"]}, "22023", "severities: expected critical, "),
    ({"severities": [None]}, "22023", "severities: expected critical, "),
    ({"categories": ["bad"]}, "22023", "categories: expected security, "),
    ({"outcomes": ["bad"]}, "22023", "outcomes: expected published, "),
    (
        {"vector_weight": -1},
        "22023",
        "vector_weight: expected a number from 0 to 1000",
    ),
    (
        {"vector_weight": float("nan")},
        "22023",
        "vector_weight: expected a number from 0 to 1000",
    ),
    (
        {"text_weight": float("inf")},
        "22023",
        "text_weight: expected a number from 0 to 1000",
    ),
    ({"rrf_k": 0}, "22023", "rrf_k: expected an integer from 1 to 1000000"),
    (
        {"recency_half_life": timedelta(minutes=59)},
        "22023",
        "recency_half_life: expected an interval of 1 hour or more, such as 30 days, ",
    ),
    ({"max_distance": -0.1}, "22023", "max_distance: expected a number from 0 to 2"),
    (
        {"max_distance": 2.1},
        "22023",
        "max_distance: expected a number from 0 to 2, got 2.1",
    ),
    (
        {"limit": 2**31 - 1},
        "22023",
        "limit: expected an integer from 1 to 1000, got 2147483647",
    ),
    (
        {"max_distance": float("nan")},
        "22023",
        "max_distance: expected a number from 0 to 2",
    ),
    ({"diversity": 1.1}, "22023", "diversity: expected a number from 0 to 1"),
    ({"diversity": None}, "22004", "diversity is missing"),
    ({"fusion": "linear"}, "22023", "fusion: expected zscore or rrf"),
    ({"fusion": None}, "22004", "fusion is missing"),
    ({"query_syntax": "web"}, "22023", "query_syntax: expected plain or websearch"),
    ({"query_syntax": None}, "22004", "query_syntax is missing"),
    ({"recency_floor": 1.1}, "22023", "recency_floor: expected a number from 0 to 1"),
    ({"min_gap": -0.1}, "22023", "min_gap: expected a number from 0 to 1"),
    ({"duplicate_distance": 3}, "22023", "duplicate_distance: expected a number"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), INVALID_ARGUMENTS)
def test_an_invalid_argument_is_named(
    client: Client, arguments: dict[str, Any], code: str, message: str
) -> None:
    good: dict[str, Any] = {"repo": "acme/api", "query_text": "cache"}
    with pytest.raises(psycopg.DatabaseError) as error:
        client.search_memories(**good | arguments)
    assert error.value.sqlstate == code
    assert str(error.value).startswith(message)
    assert isinstance(
        error.value, errors.NullValueNotAllowed | errors.InvalidParameterValue
    )


FLOATS = {
    "p_vector_weight": 0.7,
    "p_text_weight": 1.3,
    "p_max_distance": 0.8,
    "p_diversity": 0.1,
    "p_recency_floor": 0.4,
    "p_min_gap": 0.9,
    "p_duplicate_distance": 0.05,
}


def test_plain_parameters_of_psycopg_are_accepted(
    client: Client, database: psycopg.Connection
) -> None:
    """psycopg sends a float as double precision, and an int as the smallest type that fits."""
    write(client, *random_memories(1, 50, ["acme/api"]))
    arguments: dict[str, Any] = FLOATS | {"p_limit": 7, "p_rrf_k": 40}
    named = {name.removeprefix("p_"): value for name, value in arguments.items()}
    expected = client.search_memories("acme/api", "cache lock", vector(1), **named)
    given = ", ".join(f"{name} => %({name})s" for name in arguments)
    found = database.execute(
        "select memory_id, score from search_memories("
        f"'acme/api', 'cache lock', %(embedding)s, {given})".encode(),
        arguments | {"embedding": str(vector(1))},
    ).fetchall()
    assert found == [(row.memory_id, row.score) for row in expected]
    assert found


@pytest.mark.parametrize("limit", [0, 1001, 2**31, 2**40, 2**63 - 1, -(2**63)])
def test_a_limit_of_any_integer_type_outside_its_range_is_named(
    database: psycopg.Connection, limit: int
) -> None:
    for function in ("search_memories", "search_findings"):
        with pytest.raises(errors.InvalidParameterValue, match=rf"got {limit}\b"):
            database.execute(
                f"select * from {function}('acme/api', 'cache', p_limit => %s)".encode(),
                (limit,),
            )


@pytest.mark.parametrize("half_life", ["-1 year 361 days", "-1 year 365 days 6 hours"])
def test_a_half_life_is_measured_in_seconds(
    database: psycopg.Connection, half_life: str
) -> None:
    """Postgres compares intervals with years of 360 days, but their epoch has 365.25."""
    with pytest.raises(errors.InvalidParameterValue, match="^p_recency_half_life"):
        database.execute(
            "select * from search_memories('acme/api', 'cache', p_recency_half_life => %s)",
            (half_life,),
        )


# One round trip


def test_no_setting_is_required_or_left_changed(conninfo: str) -> None:
    settings = "select name, setting from pg_settings order by name"
    with psycopg.connect(conninfo) as connection:
        client = Client(connection)
        # The session has not loaded pgvector yet.
        assert client.search_memories("acme/api", "cache") == []
        write(client, [memory() for _ in range(3)], [vector(1)] * 3)
        connection.commit()
        before = connection.execute(settings).fetchall()
        client.search_memories("acme/api", "cache", vector(1), limit=500, diversity=0.5)
        assert connection.execute(settings).fetchall() == before


@pytest.mark.parametrize(
    "setting", ["enable_indexscan = off", "enable_seqscan = off", "work_mem = '64kB'"]
)
def test_the_result_does_not_depend_on_session_settings(
    many: Client, setting: str
) -> None:
    _, vectors = many_memories()
    arguments = ("corp/app", "pointer", vectors[4])
    expected = many.search_memories(*arguments, severities=["minor"], limit=500)
    assert isinstance(many._target, psycopg.Connection)
    many._target.execute(f"set {setting}".encode())
    again = many.search_memories(*arguments, severities=["minor"], limit=500)
    assert again == expected


def test_every_match_is_found_among_mostly_stale_or_excluded_memories(
    client: Client, database: psycopg.Connection
) -> None:
    """The filter matches too many rows to look up the postings of each."""
    rows = [
        memory(
            finding_text=f"cache word{n} {'redis ' * (n % 20 > 1)}",
            stale=n % 20 in {0, 2, 3},
        )
        for n in range(4000)
    ]
    write(client, rows, [None] * len(rows))
    database.execute("update learning_memories set stale = true where id % 10 <> 2")
    found = client.search_memories(
        "acme/api", "cache cache timeout", limit=300, severities=["major"]
    )
    assert len(found) == 300
    found = client.search_memories(
        "acme/api",
        "cache -redis",
        limit=300,
        severities=["major"],
        query_syntax="websearch",
    )
    expected = database.execute(
        "select count(*) from learning_memories"
        " where not stale and finding_text not like '%%redis%%'"
    ).fetchone()
    assert expected
    assert 100 < len(found) == min(300, expected[0])
