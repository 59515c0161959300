"""Preferences of the caller, applied to literal candidates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import psycopg
import pytest
from psycopg import sql

from tests.learning.corpus import vector
from tests.search.test_fusion import Candidate, returned, returned_length, scores

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

Embedding = list[float] | None


def scored(*scores: float) -> list[Candidate]:
    """Return candidates 1, 2, ... with these scores."""
    return [Candidate(n, score=score) for n, score in enumerate(scores, start=1)]


def vectors(embeddings: Sequence[Embedding]) -> sql.Composed:
    """Return a literal of type vector[], with null for each None."""
    texts = [None if embedding is None else str(embedding) for embedding in embeddings]
    return sql.SQL("{}::vector[]").format(sql.Literal(texts))


def direction(degrees: float) -> list[float]:
    """Return a unit vector in the plane of the first two dimensions."""
    return vector(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def returned_ids(
    database: psycopg.Connection,
    function: str,
    candidates: Sequence[Candidate],
    *arguments: Any,
) -> list[int]:
    """Return the ids that a function returns; assert that no candidate changes."""
    found = returned(database, function, candidates, *arguments)
    assert set(found) <= set(candidates)
    return [candidate.memory_id for candidate in found]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("_boost_scores", [["go"], DAY, 0.5, NOW]),
        ("_collapse_duplicates", [[], vectors([]), 0.1, 10]),
        ("_cut_at_gap", [0.1, 10]),
        ("_diversify", [vectors([]), 0.5, 10]),
    ],
)
def test_no_candidates_return_an_empty_array(
    database: psycopg.Connection, function: str, arguments: list[Any]
) -> None:
    assert returned_length(database, function, [], *arguments) == 0


# Languages and recency


def boost(
    database: psycopg.Connection,
    candidates: Sequence[Candidate],
    languages: Sequence[str] | None = None,
    half_life: timedelta | None = None,
    floor: float = 0.5,
) -> list[float | None]:
    """Return the boosted scores, in the order of the candidates."""
    return scores(
        database, "_boost_scores", candidates, languages, half_life, floor, NOW
    )


@pytest.mark.parametrize(
    ("languages", "boosts"),
    [
        (["javascript"], [1.2, 1.1, 1, 1]),
        (["JAVAscript"], [1.2, 1.1, 1, 1]),
        (["Python", "typescript"], [1.1, 1.2, 1.2, 1]),
        (["JavaScript", "TypeScript"], [1.2, 1.2, 1, 1]),
        (["ruby"], [1, 1, 1, 1]),
        ([], [1, 1, 1, 1]),
        (None, [1, 1, 1, 1]),
    ],
)
def test_preferred_languages_gain_20_percent_and_related_ones_10(
    database: psycopg.Connection, languages: list[str] | None, boosts: list[float]
) -> None:
    rows = [
        Candidate(n, language, score=10)
        for n, language in enumerate(["JavaScript", "TYPESCRIPT", "python", None])
    ]
    expected = [10 * boost for boost in boosts]
    assert boost(database, rows, languages) == pytest.approx(expected)


def test_a_score_halves_with_every_half_life(database: psycopg.Connection) -> None:
    rows = [Candidate(n, created_at=NOW - n * DAY, score=8) for n in (0, 10, 20, 35)]
    expected = [8, 4, 2, 8 * 0.5**3.5]
    assert boost(database, rows, half_life=10 * DAY) == pytest.approx(expected)
    assert boost(database, rows, half_life=None) == [8, 8, 8, 8]


@pytest.mark.parametrize(
    ("floor", "expected"),
    [
        (1.0, [8, 8, 2, 2]),
        (0.5, [4, 4, 2, 2]),
        (0.1, [2, 2, 2, 2]),
        (0.0, [2, 2, 2, 2]),
    ],
)
def test_the_floor_applies_to_critical_and_major_memories_only(
    database: psycopg.Connection, floor: float, expected: list[float]
) -> None:
    """All are two half-lives old."""
    rows = [
        Candidate(n, severity=severity, created_at=NOW - 2 * DAY, score=8)
        for n, severity in enumerate(["critical", "major", "medium", "minor"])
    ]
    assert boost(database, rows, half_life=DAY, floor=floor) == expected


def test_age_is_capped_at_800_half_lives(
    database: psycopg.Connection,
) -> None:
    """0.5 ^ 3000 would underflow."""
    second = timedelta(seconds=1)
    ages = [799, 800, 801, 3000, 10**9]
    rows = [Candidate(n, created_at=NOW - n * second, score=1) for n in ages]
    expected = [0.5**799, *[0.5**800] * 4]
    assert boost(database, rows, half_life=second) == expected


def test_future_memories_gain_nothing(database: psycopg.Connection) -> None:
    rows = [
        Candidate(1, created_at=NOW + 3 * DAY, score=8),
        Candidate(2, severity="major", created_at=NOW + 3000 * DAY, score=8),
    ]
    assert boost(database, rows, half_life=DAY) == [8, 8]


def test_language_and_recency_boosts_multiply(
    database: psycopg.Connection,
) -> None:
    rows = [Candidate(1, "go", created_at=NOW - DAY, score=10)]
    assert boost(database, rows, ["go"], DAY) == pytest.approx([6])


def test_boosted_candidates_are_sorted_by_score_and_memory_id(
    database: psycopg.Connection,
) -> None:
    rows = [
        Candidate(8, score=5.5),
        Candidate(2, "rust", distance=0.1, vector_rank=1, score=5),
        Candidate(7, "c", text_score=2, text_rank=1, score=5.5),
        Candidate(1, "python", in_pool=False, score=4),
    ]
    found = returned(database, "_boost_scores", rows, ["rust"], None, 0.5, NOW)
    assert found == [rows[1]._replace(score=6), rows[2], rows[0], rows[3]]


# Duplicates


def collapse(
    database: psycopg.Connection,
    texts: Sequence[str],
    embeddings: Sequence[Embedding],
    distance: float,
    limit: int = 10,
) -> list[int]:
    """Return the ids that remain of candidates 1, 2, ... with these values."""
    return returned_ids(
        database,
        "_collapse_duplicates",
        scored(*range(len(texts), 0, -1)),
        [uuid5(NAMESPACE_OID, text) for text in texts],
        vectors(embeddings),
        distance,
        limit,
    )


def test_candidates_with_equal_texts_collapse_to_the_best(
    database: psycopg.Connection,
) -> None:
    """No matter how far apart their embeddings are, or whether they have one."""
    embeddings = [vector(1), vector(0, 1), vector(-1), None, vector(0, 0, 1)]
    assert collapse(database, ["a", "b", "a", "b", "A"], embeddings, 0.0) == [1, 2, 5]


@pytest.mark.parametrize(
    ("distance", "kept"),
    [
        (0.0, [1, 3, 4]),
        (0.49, [1, 3, 4]),
        (0.51, [1, 4]),
        (0.99, [1, 4]),
        (1.0, [1]),
    ],
)
def test_candidates_within_the_distance_collapse_to_the_best(
    database: psycopg.Connection, distance: float, kept: list[int]
) -> None:
    """The third is at distance 0.5 from the first two, the fourth at 1 from all."""
    embeddings = [vector(1), vector(2), direction(60), vector(0, 0, 1)]
    assert collapse(database, ["a", "b", "c", "d"], embeddings, distance) == kept


def test_without_an_embedding_only_equal_text_is_a_duplicate(
    database: psycopg.Connection,
) -> None:
    """2 is the maximum cosine distance."""
    embeddings = [None, vector(1), None, vector(-1), None]
    assert collapse(database, ["a", "b", "c", "d", "a"], embeddings, 2.0) == [1, 2, 3]


def test_a_dropped_candidate_drops_no_others(
    database: psycopg.Connection,
) -> None:
    """The third is near the second only, and the fifth near the fourth."""
    embeddings = [direction(degrees) for degrees in (0, 5, 10, 20, 25)]
    assert collapse(database, list("abcde"), embeddings, 0.005) == [1, 3, 4]


@pytest.mark.parametrize(
    ("limit", "kept"), [(1, [1, 3, 4, 5, 6]), (2, [1, 3, 5, 6]), (3, [1, 3, 5])]
)
def test_only_candidates_within_the_limit_drop_others(
    database: psycopg.Connection, limit: int, kept: list[int]
) -> None:
    assert collapse(database, list("aabbcc"), [None] * 6, 0.1, limit) == kept


def test_candidates_after_the_first_100_drop_no_others(
    database: psycopg.Connection,
) -> None:
    """102 repeats the hundredth, and 103 the one after it."""
    texts = [*map(str, range(1, 102)), "100", "101"]
    found = collapse(database, texts, [None] * 103, 0.1, 1000)
    assert found == [*range(1, 102), 103]


# Gaps


@pytest.mark.parametrize(
    ("listed", "min_gap", "kept"),
    [
        # The largest gap counts, not the first or the last that is large enough.
        ([8, 7, 3, 2], 0.1, 2),
        ([8, 4, 3, 2], 0.1, 1),
        ([8, 7, 6, 2], 0.1, 3),
        # min_gap is a fraction of the best score, inclusive.
        ([8, 7, 3, 2], 0.5, 2),
        ([8, 7, 3, 2], 0.51, 4),
        ([0.8, 0.7, 0.3, 0.2], 0.4, 2),
        ([0.8, 0.7, 0.3, 0.2], 0.6, 4),
        # There is no gap after the last row, not even down to 0.
        ([8, 5, 4], 0.1, 1),
        ([8, 7, 6], 0.5, 3),
        ([8], 0.0, 1),
        # The first of equal gaps counts.
        ([8, 6, 4, 3], 0.1, 1),
        ([8, 7, 4, 1], 0.1, 2),
    ],
)
def test_the_list_is_cut_at_the_largest_gap(
    database: psycopg.Connection, listed: list[float], min_gap: float, kept: int
) -> None:
    rows = scored(*listed)
    assert returned(database, "_cut_at_gap", rows, min_gap, 10) == rows[:kept]


@pytest.mark.parametrize(("limit", "kept"), [(1, 1), (2, 2), (3, 2), (4, 3), (6, 3)])
def test_a_gap_beyond_the_limit_does_not_count(
    database: psycopg.Connection, limit: int, kept: int
) -> None:
    """The minimum gap is 2; the largest, 5, follows the third row."""
    rows = scored(10, 9, 7, 2, 1)
    assert returned(database, "_cut_at_gap", rows, 0.2, limit) == rows[:kept]


# Diversity


def diversify(
    database: psycopg.Connection,
    listed: Sequence[float],
    embeddings: Sequence[Embedding],
    diversity: float,
    limit: int = 10,
) -> list[int]:
    """Return the new order of candidates 1, 2, ... with these scores and embeddings."""
    return returned_ids(
        database,
        "_diversify",
        scored(*listed),
        vectors(embeddings),
        diversity,
        limit,
    )


@pytest.mark.parametrize(
    ("diversity", "order"),
    [
        (0.0, [1, 2, 3, 4]),
        # After 1, the others score 0.81 - 0.1, 0.72 - 0.05 and 0.45.
        (0.1, [1, 2, 3, 4]),
        # 0.72 - 0.2, 0.64 - 0.1 and 0.4; after 3 still 0.52, and 0.4 - 0.2 * 0.87.
        (0.2, [1, 3, 2, 4]),
        # 0.45 - 0.5, 0.4 - 0.25 and 0.25; after 4 still -0.05, and 0.4 - 0.5 * 0.87.
        (0.5, [1, 4, 3, 2]),
        # -1, -0.5 and 0; after 4 still -1, and -0.87.
        (1.0, [1, 4, 3, 2]),
    ],
)
def test_diversity_orders_by_maximal_marginal_relevance(
    database: psycopg.Connection, diversity: float, order: list[int]
) -> None:
    embeddings = [direction(degrees) for degrees in (0, 0, 60, 90)]
    for limit in (1, 2, 3, 4, 10):
        found = diversify(database, [10, 9, 8, 5], embeddings, diversity, limit)
        assert found == order[:limit]


def test_a_missing_embedding_is_similar_to_nothing(
    database: psycopg.Connection,
) -> None:
    listed = [10, 9, 7, 6, 5]
    # Those without score 0.35, 0.3 and 0.25; 2 scores 0.45 - 0.5.
    embeddings = [vector(1), vector(1), None, None, None]
    assert diversify(database, listed, embeddings, 0.5) == [1, 3, 4, 5, 2]
    # 4 still resembles 2 after 3 was picked.
    embeddings = [None, vector(1), None, vector(1), None]
    assert diversify(database, listed, embeddings, 0.5) == [1, 2, 3, 5, 4]


def test_an_opposite_embedding_is_no_more_diverse_than_an_unrelated_one(
    database: psycopg.Connection,
) -> None:
    embeddings = [direction(degrees) for degrees in (0, 90, 180)]
    assert diversify(database, [10, 6, 5], embeddings, 0.5) == [1, 2, 3]


def test_only_similarity_counts_if_all_scores_are_0(
    database: psycopg.Connection,
) -> None:
    embeddings = [direction(degrees) for degrees in (0, 0, 90)]
    assert diversify(database, [0, 0, 0], embeddings, 0.5) == [1, 3, 2]


def test_equally_diverse_candidates_are_sorted_by_score_and_memory_id(
    database: psycopg.Connection,
) -> None:
    rows = [
        Candidate(9, score=4),
        Candidate(8, score=3),
        Candidate(3, score=2),
        Candidate(7, score=2),
    ]
    embeddings = vectors([None] * 4)
    for limit in (1, 2, 3, 4):
        found = returned(database, "_diversify", rows, embeddings, 1.0, limit)
        assert found == rows[:limit]


def test_candidates_after_100_picks_are_sorted_by_score(
    database: psycopg.Connection,
) -> None:
    """2 and 3 resemble 1, 2 the most; no others resemble each other."""
    listed = range(102, 0, -1)
    embeddings = [*map(direction, (0, 0, 45)), *[None] * 99]
    others = list(range(4, 103))
    for limit, last in ((100, []), (101, [2]), (102, [2, 3])):
        found = diversify(database, listed, embeddings, 0.9, limit)
        assert found == [1, *others, *last]
    # With one candidate fewer, 3 is the hundredth pick.
    found = diversify(database, listed[:-1], embeddings[:-1], 0.9, 101)
    assert found == [1, *others[:-1], 3, 2]
