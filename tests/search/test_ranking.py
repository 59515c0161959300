"""Ranking of search_memories: BM25, query syntax, fusion, preferences."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import psycopg
import pytest

from kodiai import Client, FoundMemory
from tests.concurrency import sessions
from tests.knowledge.calls import finding
from tests.learning.corpus import (
    WORDS,
    Memory,
    ids,
    memory,
    random_memories,
    vector,
    write,
)

REPO = "acme/api"


def texts(client: Client, query: str, **arguments: Any) -> list[str]:
    return [
        row.finding_text for row in client.search_memories(REPO, query, **arguments)
    ]


def write_texts(client: Client, *written: str, repo: str = REPO) -> list[int]:
    rows = [memory(repo=repo, finding_text=t, file_path="Makefile") for t in written]
    return write(client, rows, [None] * len(rows))


# BM25


def bm25(
    documents: dict[int, list[str]], query: list[str], k1: float, b: float
) -> dict[int, float]:
    """Score documents by the formula; rank those with all terms before the others."""
    mean = sum(map(len, documents.values())) / len(documents)
    counts = {n: Counter(words) for n, words in documents.items()}
    scores: dict[int, float] = {}
    complete = set()
    for n, words in documents.items():
        score = 0.0
        for word, repeats in Counter(query).items():
            found_in = sum(word in each for each in counts.values())
            idf = math.log(1 + (len(documents) - found_in + 0.5) / (found_in + 0.5))
            tf = counts[n][word]
            length = k1 * (1 - b + b * len(words) / mean)
            score += repeats * idf * tf / (tf + length) if tf else 0
        if score > 0:
            scores[n] = score
            if set(query) <= set(words):
                complete.add(n)
    partial = max((s for n, s in scores.items() if n not in complete), default=0.0)
    return {
        n: max(score, partial) + 0.001 * score if n in complete else score
        for n, score in scores.items()
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("k1", "b"), [(None, None), (0.5, 0.1), (0, 1)])
def test_the_text_arm_ranks_by_bm25_over_the_scope(
    client: Client,
    connection: psycopg.Connection,
    seed: int,
    k1: float | None,
    b: float | None,
) -> None:
    """Statistics include stale memories, but no other repositories."""
    rng = random.Random(seed)  # noqa: S311
    memories, _ = random_memories(seed, 250, [REPO, "acme/web", "corp/app"])
    memory_ids = write(client, memories, [None] * len(memories))
    for name, value in (("k1", k1), ("b", b)):
        if value is not None:
            connection.execute(f"set kodiai.bm25_{name} = {value}".encode())
    for owner in (None, "acme"):
        scope = [
            (memory_id, columns)
            for memory_id, columns in zip(memory_ids, memories, strict=True)
            if columns["repo"] == REPO or (owner and columns["repo"] == "acme/web")
        ]
        documents = {
            memory_id: columns["finding_text"].split() for memory_id, columns in scope
        }
        query = rng.choices(WORDS, k=rng.randint(1, 4))
        expected = bm25(
            documents,
            query,
            1.2 if k1 is None else k1,
            0.75 if b is None else b,
        )
        stale = {memory_id for memory_id, columns in scope if columns["stale"]}
        best = sorted(
            (-score, memory_id)
            for memory_id, score in expected.items()
            if memory_id not in stale
        )
        found = client.search_memories(
            REPO, " ".join(query), owner=owner, limit=1000, home_weight=0
        )
        assert [row.text_score for row in found] == pytest.approx(
            [-score for score, _ in best]
        )
        assert {row.memory_id: row.text_score for row in found} == pytest.approx(
            {memory_id: -score for score, memory_id in best}
        )
        assert [row.text_rank for row in found] == list(range(1, len(best) + 1))


@pytest.mark.parametrize("setting", ["k1 = 'x'", "k1 = -1", "b = 1.5", "b = 'NaN'"])
def test_an_invalid_bm25_setting_is_named(
    client: Client, connection: psycopg.Connection, setting: str
) -> None:
    connection.execute(f"set kodiai.bm25_{setting}".encode())
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match=r"setting kodiai\.bm25_.*from 0 to"
    ):
        client.search_memories(REPO, "cache")


def test_document_frequencies_follow_every_write(
    client: Client, database: psycopg.Connection
) -> None:
    """The more memories contain a term, the less it weighs."""
    write_texts(client, "cache lock", "lock")

    def score_of(query: str) -> float:
        (row,) = client.search_memories(REPO, query, limit=1)
        return row.text_score or 0

    alone = score_of("cache")
    written = write_texts(client, *["cache lock"] * 5)
    assert score_of("cache") < alone
    client.mark_stale_memories(REPO, written)
    assert client.purge_stale_memories(REPO) == 5
    assert score_of("cache") == alone
    database.execute("delete from learning_memories where finding_text = 'lock'")
    assert score_of("cache") < alone


POSTINGS = """
select term, repo_hash, document_id, frequency, length from postings
order by term, repo_hash, document_id
"""

EXPECTED_POSTINGS = """
with documents (name, repo, id, search_tsv) as (
  select 'learning_memories', repo::text, id, search_tsv from learning_memories
  union all
  select 'findings', r.repo, f.id, f.search_tsv
  from findings as f inner join reviews as r on r.id = f.review_id
), lexemes (name, repo, id, lexeme, frequency) as (
  -- Lexemes of the path have the weight C.
  select
    name, repo, id, lexeme, coalesce(cardinality(array_positions(weights, 'D')), 1)
  from documents cross join unnest(search_tsv)
  union all
  select name, repo, id, '', 0 from documents
)
select
  _posting_term(name, split_part(repo, '/', 1), lexeme) + (hashint8(id) & 31) as term,
  _posting_repo(repo) as repo_hash, id, frequency::smallint,
  (sum(frequency) over (partition by name, id))::smallint
from lexemes
order by term, repo_hash, id
"""


@pytest.mark.parametrize("seed", range(4))
def test_postings_follow_every_change(
    client: Client, database: psycopg.Connection, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311
    memories, _ = random_memories(seed, 60, [REPO, "acme/web"])
    write(client, memories, [None] * len(memories))
    for n in range(10):
        client.record_review(
            rng.choice([REPO, "corp/app"]),
            n + 1,
            findings=[finding(title=f"{' '.join(rng.sample(WORDS, 3))} getUserById")],
        )

    def some_ids(table: str) -> str:
        return f"(select id from {table} order by md5(id || '{seed}') limit 3)"

    changes = [
        f"update learning_memories set finding_text = 'a NewText' where id in {some_ids('learning_memories')}",
        f"update learning_memories set stale = not stale where id in {some_ids('learning_memories')}",
        f"update learning_memories set finding_text = finding_text where id in {some_ids('learning_memories')}",
        f"delete from learning_memories where id in {some_ids('learning_memories')}",
        f"update findings set title = 'other words' where id in {some_ids('findings')}",
        f"update findings set review_id = (select min(id) from reviews) where id in {some_ids('findings')}",
        f"delete from findings where id in {some_ids('findings')}",
        f"delete from reviews where id in {some_ids('reviews')}",
        "select rename_repo('acme/web', 'corp/web')",
        "select rename_repo('acme/api', 'acme/api2')",
        "select purge_stale_memories('acme/api2')",
    ]
    rng.shuffle(changes)
    for change in changes:
        database.execute(change.encode())
        found = database.execute(POSTINGS).fetchall()
        assert found == database.execute(EXPECTED_POSTINGS).fetchall(), change
    assert found


def test_writers_of_the_same_words_do_not_wait_for_each_other(
    client: Client, conninfo: str
) -> None:
    client.write_memory(**memory())
    with sessions(conninfo, 2) as (first, second):
        second.connection.execute("set lock_timeout = '1ms'")
        first.client.write_memory(**memory())
        second.client.write_memory(**memory())
        assert len(client.search_memories(REPO, "cache")) == 1
        second.connection.commit()
        first.connection.commit()
    assert len(client.search_memories(REPO, "cache")) == 3


def test_the_rarest_terms_decide_among_many_postings(
    client: Client, database: psycopg.Connection
) -> None:
    """Beyond 10,000 postings, common terms only re-score what rarer terms found."""
    common = "pointer cache query timeout retry"
    many = [memory(finding_text=common) for _ in range(3000)]
    rare = [memory(finding_text=f"deadlock {word}") for word in common.split()]
    both = memory(finding_text=f"deadlock {common}", severity="critical")
    only = memory(finding_text=common, severity="critical")
    memory_ids = write(client, [*many, *rare, both, only], [None] * (len(many) + 7))
    *_, last_rare_id, both_id, only_id = memory_ids

    found = client.search_memories(REPO, f"{common} deadlock", limit=6)
    assert ids(found)[0] == both_id
    assert sorted(ids(found)[1:]) == memory_ids[3000:3005]
    assert last_rare_id in ids(found)

    # Rows without a rare term fill up the list.
    query = f"{common} deadlock"
    found = client.search_memories(REPO, query, limit=100, duplicate_distance=None)
    assert len(found) == 100
    critical = client.search_memories(
        REPO, f"{common} deadlock", severities=["critical"]
    )
    assert ids(critical) == [both_id, only_id]


@pytest.mark.parametrize("query", ["leak in the pool", "leak -pool", '"leak" pool'])
def test_nothing_is_found_if_filters_exclude_every_match(
    client: Client, query: str
) -> None:
    titles = [f"leak in the pool {word * 2}" for word in WORDS] * 20
    write_texts(client, *[f"leak in the pool of {n % 7}" for n in range(2500)])
    client.record_review(REPO, 1, findings=[finding(title=t) for t in titles])
    search = partial(client.search_memories, REPO, query, query_syntax="websearch")
    assert search(path_prefix="nothing/") == []
    assert search(query_embedding=vector(1), outcomes=[]) == []
    if "-" in query:
        found = client.search_findings(REPO, query, 1, query_syntax="websearch")
        assert found == []


# Query syntax


def searched(client: Client, query: str) -> list[str]:
    return texts(client, query, query_syntax="websearch")


def test_a_quoted_phrase_ranks_first(client: Client) -> None:
    phrase = "the connection pool is exhausted"
    apart = "a pool of one connection, connection, connection"
    write_texts(client, apart, phrase, "a socket")
    assert texts(client, "connection pool")[0] == apart
    assert searched(client, '"connection pool"') == [phrase, apart]
    assert searched(client, '"pool is exhausted" connection') == [phrase, apart]
    assert searched(client, '"the of" connection')[0] == apart
    assert searched(client, '"exhausted connection pool"')[0] == phrase


def test_a_row_must_contain_both_phrases(client: Client) -> None:
    both = "session token leaks, file handle leaks"
    one = "session token session token"
    write_texts(client, one, both)
    assert searched(client, '"session token" "file handle"') == [both, one]


def test_a_very_common_phrase_ranks_first_too(client: Client) -> None:
    rows = [memory(finding_text=f"connection pool {n % 9}") for n in range(5100)]
    rows.append(memory(finding_text="connection pool zebra"))
    rows += [memory(finding_text="zebra pool connection")] * 20
    vectors: list[Any] = [vector(1, n % 7) for n in range(len(rows))]
    memory_ids = write(client, rows, vectors)
    query = '"connection pool" zebra'
    search = partial(client.search_memories, REPO, query, query_syntax="websearch")
    found = search(limit=3)
    assert ids(found)[0] == memory_ids[5100]
    assert all("connection pool" in row.finding_text for row in found)
    # Every row that one arm returns has its value in the other.
    for row in search(query_embedding=vector(1), limit=50):
        assert row.text_score is not None
        assert row.distance is not None


def test_an_excluded_word_is_excluded_from_both_arms(client: Client) -> None:
    rows = [memory(finding_text=t) for t in ("cache redis", "cache", "redis socket")]
    _, cache, _ = write(client, rows, [vector(1)] * 3)
    search = partial(client.search_memories, REPO, query_syntax="websearch")
    for query in ("cache -redis", '-"redis" cache', "-redis", "cache -“redis”"):
        assert ids(search(query, vector(1))) == [cache]
    assert ids(search("cache -redis")) == [cache]
    assert search("-redis") == []
    assert len(search('cache -"socket redis"', vector(1))) == 3


@pytest.mark.parametrize(
    "query",
    ["returns -1", "cache --verbose", "cache -v", "the -moz-box cache", "- cache"],
)
def test_a_minus_in_code_excludes_nothing(client: Client, query: str) -> None:
    rows = [f"{query} cache returns", "cache returns"]
    write_texts(client, *rows)
    assert searched(client, query)[0] == rows[0]


IDENTIFIERS = [
    ("getUserById", "get the user by its id"),
    ("pool_manager.py", "a manager of the pool, in py"),
    ("src/db/pool.py", "the pool of the db, src and py"),
    ("HTTP2Server", "the server speaks HTTP in version 2"),
    ("std::vector", "a vector of std"),
    ("XMLHttpRequest", "a request for XML by http"),
    ("retry-after", "retry after a while"),
    ("OAUTH_TOKEN_2", "the second oauth token is 2"),
]


@pytest.mark.parametrize(("identifier", "parts"), IDENTIFIERS)
def test_an_identifier_is_found_by_its_parts_and_ranks_higher_as_a_whole(
    client: Client, identifier: str, parts: str
) -> None:
    whole = f"calls {identifier} here, of all places, which is wrong twice over"
    write_texts(client, parts, whole, "socket")
    assert texts(client, identifier) == [whole, parts]
    assert texts(client, identifier.lower())[0] == whole
    assert set(texts(client, parts)) == {whole, parts}
    assert searched(client, f'"{identifier}"')[0] == whole


def test_findings_are_searched_the_same_way(client: Client) -> None:
    titles = [
        "getUserById leaks a connection",
        "user id get",
        "connection pool leaks",
        "pool connection",
    ]
    client.record_review(REPO, 1, findings=[finding(title=t) for t in titles])
    client.record_review("acme/web", 1, findings=[finding(title="user")] * 5)

    def found(query: str) -> list[str]:
        rows = client.search_findings(REPO, query, query_syntax="websearch")
        return [row.title for row in rows]

    assert found("getUserById") == titles[:2]
    assert found('"connection pool"')[0] == titles[2]
    assert found("connection -pool") == [titles[0]]
    first = client.search_findings(REPO, "connection")[0].score
    client.rename_repo("acme/web", "acme/other")
    assert client.search_findings(REPO, "connection")[0].score == first
    assert client.search_findings("acme/web", "user") == []
    assert len(client.search_findings("acme/other", "user")) == 5


def test_a_word_too_long_for_a_lexeme_is_ignored_silently(
    client: Client,
    connection: psycopg.Connection,
) -> None:
    notices: list[Any] = []
    connection.add_notice_handler(notices.append)
    long = "x" * 3000
    (memory_id,) = write_texts(client, f"cache {long} {long}.py")
    client.record_review(REPO, 1, findings=[finding(title="y" * 500)])
    for query in (f"cache {long}", f'"{long}" cache', f"cache -{long}"):
        found = client.search_memories(REPO, query, query_syntax="websearch")
        assert ids(found) == [memory_id]
        assert ids(client.search_memories(REPO, query)) == [memory_id]
    assert notices == []


# Fusion


def zscore(found: list[FoundMemory], vector_weight: float, text_weight: float) -> Any:
    """Return the scores of rows that are all in the pool, before neighbors count."""
    distances = np.array(
        [np.nan if row.distance is None else row.distance for row in found]
    )
    assert np.isnan(distances).any()
    near = (np.nanmean(distances) - distances) / np.nanstd(distances)
    near[np.isnan(near)] = np.nanmin(near)
    scores = np.array([row.text_score or 0 for row in found])
    words = (scores - scores.mean()) / scores.std()
    return vector_weight * np.exp(near / 2) + 0.6 * text_weight * np.exp(words / 2)


def read_codes(database: psycopg.Connection) -> dict[int, np.ndarray]:
    rows = database.execute(
        "select id, embedding_code::text from learning_memories"
        " where embedding_code is not null"
    )
    return {memory_id: np.array([*code]) for memory_id, code in rows}


@pytest.mark.parametrize("seed", range(6))
def test_zscore_fusion_matches_its_formula(
    client: Client, database: psycopg.Connection, seed: int
) -> None:
    """Of the first 50, each gains 0.75 times the mean score of its 10 neighbors."""
    memories, vectors = random_memories(seed, 90, [REPO])
    memory_ids = write(
        client, memories, [v if n % 5 else None for n, v in enumerate(vectors)]
    )
    codes = read_codes(database)
    rng = random.Random(seed)  # noqa: S311
    query = " ".join(rng.sample(WORDS, 2))
    found = client.search_memories(
        REPO, query, vectors[0], limit=1000, vector_weight=0.7, text_weight=1.3
    )
    assert set(ids(found)) <= set(memory_ids)
    plain = zscore(found, 0.7, 1.3)
    order = np.argsort(-plain, kind="stable")
    first = order[:50]
    expected = plain.copy()
    for n in first:
        code = codes.get(found[n].memory_id)
        neighbors = sorted(
            ((codes[found[m].memory_id] != code).mean(), rank)
            for rank, m in enumerate(first)
            if m != n and code is not None and found[m].memory_id in codes
        )[:10]
        weights = np.array([max(1 - 2 * share, 0) ** 4 for share, _ in neighbors])
        near = plain[first[[rank for _, rank in neighbors]]]
        mean = weights @ near / weights.sum() if weights.sum() else plain[first].mean()
        expected[n] += 0.75 * mean
    assert [row.score for row in found] == pytest.approx(list(expected))
    assert list(expected) == sorted(expected, reverse=True)


@pytest.mark.parametrize("weights", [(1, 0), (0, 1)])
def test_one_arm_alone_orders_by_its_values(
    client: Client, weights: tuple[int, int]
) -> None:
    memories, vectors = random_memories(2, 90, [REPO])
    write(client, memories, vectors)
    found = client.search_memories(
        REPO,
        "cache lock",
        vectors[0],
        vector_weight=weights[0],
        text_weight=weights[1],
    )
    arms: list[Any] = [(None, vectors[0]), ("cache lock", None)]
    assert ids(found) == ids(client.search_memories(REPO, *arms[weights[1]]))


def test_memories_that_resemble_other_matches_rank_higher(client: Client) -> None:
    """Two match equally well; five others that match resemble the second of them."""
    alone, among, other = vector(1, 1), vector(1, 0, 1), vector(0, 0, 0, 1, 1)
    rows = [memory(finding_text=f"cache {word}") for word in WORDS[3:]]
    vectors = [alone, *[among] * 6, *[other] * 10]
    written = write(client, rows, vectors)
    found = client.search_memories(REPO, "cache", vector(1), limit=2)
    assert found[0].memory_id in written[1:7]
    assert [row.distance for row in found] == pytest.approx([found[0].distance] * 2)
    assert ids(client.search_memories(REPO, None, vector(1), limit=1)) == written[:1]


def test_standing_out_in_one_arm_beats_being_middling_in_both(
    client: Client,
) -> None:
    rows: list[Memory] = [
        memory(finding_text=f"cache {word} misses the token") for word in WORDS[3:15]
    ]
    vectors = [vector(1, 0.8 + 0.01 * n) for n in range(len(rows))]
    rows.append(memory(finding_text="a race of two workers"))
    vectors.append(vector(1, 0.01))
    memory_ids = write(client, rows, vectors)
    arguments = ("acme/api", "the cache misses a token", vector(1))
    assert ids(client.search_memories(*arguments))[0] == memory_ids[-1]
    assert ids(client.search_memories(*arguments, fusion="rrf"))[0] != memory_ids[-1]


def test_an_arm_that_finds_nothing_preserves_the_order_of_the_other(
    client: Client,
) -> None:
    memories, vectors = random_memories(1, 50, [REPO])
    write(client, memories, vectors)
    near = client.search_memories(REPO, None, vectors[3])
    assert ids(client.search_memories(REPO, "zebra", vectors[3])) == ids(near)
    assert ids(client.search_memories(REPO, "zebra", vectors[3], fusion="rrf")) == ids(
        near
    )
    write(
        client,
        [memory(repo="acme/none", finding_text=t) for t in WORDS],
        [None] * len(WORDS),
    )
    plain = client.search_memories("acme/none", "cache lock")
    assert ids(client.search_memories("acme/none", "cache lock", vectors[3])) == ids(
        plain
    )


def test_extreme_outliers_keep_their_order(client: Client) -> None:
    """The first hundred are almost equal, so that the others are extreme outliers."""
    rows = [memory(finding_text="a cache")] * 110 + [memory(finding_text="a lock")] * 40
    vectors = [vector(1, 1, 2, 0, 0.3)] * 110
    vectors += [vector(0, 1, 0, 3 + n, 0.3) for n in range(40)]
    written = write(client, rows, vectors)
    for query in (None, "cache"):
        found = client.search_memories(
            REPO,
            query,
            vector(1, 2, 0.7, 0, 0.1),
            limit=150,
            duplicate_distance=None,
        )
        assert ids(found) == written
        assert len({row.score for row in found[110:]}) == 40


def test_every_candidate_has_its_value_in_both_arms(client: Client) -> None:
    """The match of the text arm is not among the 100 rows of the vector arm.

    All other texts consist of stop words, which must not matter.
    """
    rows = [memory(finding_text=f"other {'the ' * n}") for n in range(150)]
    rows.append(memory(finding_text="deadlock"))
    vectors = [vector(1, 0.001 * n) for n in range(150)] + [vector(0, 1)]
    *_, memory_id = write(client, rows, vectors)
    found = client.search_memories(REPO, "deadlock", vector(1), limit=50)
    (row,) = [row for row in found if row.memory_id == memory_id]
    assert row.distance == pytest.approx(1)
    assert (row.vector_rank, row.text_rank) == (101, 1)


# Preferences


def test_critical_and_major_memories_keep_the_recency_floor(
    client: Client,
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=1000)
    severities = ["critical", "major", "medium", "minor"]
    rows = [memory(severity=s, created_at=long_ago) for s in severities]
    write(client, rows, [vector(1)] * 4)
    plain = client.search_memories(REPO, None, vector(1))
    arguments: dict[str, Any] = {"recency_half_life": timedelta(days=100)}
    for floor in (None, 0.2, 0):
        if floor is not None:
            arguments["recency_floor"] = floor
        found = client.search_memories(REPO, None, vector(1), **arguments)
        shares = {row.severity: row.score / plain[0].score for row in found}
        least = max(0.5 if floor is None else floor, 0.5**10)
        assert shares == pytest.approx(
            {"critical": least, "major": least, "medium": 0.5**10, "minor": 0.5**10},
            rel=1e-3,
        )


def test_near_duplicates_collapse_to_the_best(client: Client) -> None:
    rows = [
        memory(finding_text=t) for t in ("cache a", "cache b", "cache c", "cache a")
    ]
    vectors = [vector(1), vector(1, 0.01), vector(1, 1), vector(1, 2)]
    first, twin, other, same_text = write(client, rows, vectors)
    everything = client.search_memories(REPO, None, vector(1))
    assert ids(everything) == [first, twin, other]
    everything = client.search_memories(REPO, None, vector(1), duplicate_distance=None)
    assert ids(everything) == [first, twin, other, same_text]
    found = client.search_memories(REPO, None, vector(1), duplicate_distance=0.01)
    assert ids(found) == [first, other]
    found = client.search_memories(REPO, None, vector(1), 2, duplicate_distance=0.01)
    assert ids(found) == [first, other]


def test_a_dropped_duplicate_drops_no_others(client: Client) -> None:
    """The second is near the first, the third is near the second only."""
    angles = (0, 5, 10)
    vectors = [
        vector(math.cos(math.radians(a)), math.sin(math.radians(a))) for a in angles
    ]
    rows = [memory(finding_text=str(angle)) for angle in angles]
    first, _, third = write(client, rows, vectors)
    found = client.search_memories(REPO, None, vector(1), duplicate_distance=0.005)
    assert ids(found) == [first, third]


def test_the_result_is_cut_at_the_largest_gap(client: Client) -> None:
    distances = [0, 0.1, 0.2, 3, 3.1, 3.2]
    written = write(
        client,
        [memory() for _ in range(6)],
        [vector(1, distance) for distance in distances],
    )
    assert len(client.search_memories(REPO, None, vector(1))) == 6
    found = client.search_memories(REPO, None, vector(1), min_gap=0.3)
    assert ids(found) == written[:3]
    assert len(client.search_memories(REPO, None, vector(1), min_gap=1)) == 6
    assert len(client.search_memories(REPO, None, vector(1), 3, min_gap=0.3)) == 3
    assert len(client.search_memories(REPO, None, vector(1), 1, min_gap=0)) == 1
    assert client.search_memories(REPO, "zebra", min_gap=0) == []
    assert client.search_memories(REPO, "zebra", min_gap=0, diversity=0.5) == []


def test_a_smaller_limit_of_findings_returns_a_prefix(
    client: Client,
) -> None:
    """The planner has no statistics yet."""
    titles = [
        "cache used once in a long title of many words",
        "cache cache cache",
        "cache of words that go on and on for long",
    ]
    for n, title in enumerate(titles):
        client.record_review(REPO, n + 1, findings=[finding(title=title)])
    best = [row.title for row in client.search_findings(REPO, "cache", 3)]
    assert best[0] == titles[1]
    for limit in (1, 2):
        found = client.search_findings(REPO, "cache", limit)
        assert [row.title for row in found] == best[:limit]
