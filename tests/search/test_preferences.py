"""Preferences of the caller, applied to literal candidates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

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


def near(score: float) -> Any:
    return pytest.approx(score)


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
        ("_boost_scores", [["go"], DAY, 0.5, 0.05, NOW]),
        ("_separate_tiers", []),
        ("_cut_irrelevant", [0.1, 0.5]),
        ("_collapse_equal_texts", []),
        ("_collapse_near_duplicates", [vectors([]), 0.1, 10]),
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
    home_weight: float = 0.05,
) -> list[float | None]:
    """Return the boosted scores, in the order of the candidates."""
    preferences = (languages, half_life, floor, home_weight, NOW)
    return scores(database, "_boost_scores", candidates, *preferences)


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
        Candidate(1, "rust", tier=1, score=6),
    ]
    found = returned(database, "_boost_scores", rows, ["rust"], None, 0.5, 0.0, NOW)
    boosted = [rows[1]._replace(score=6), rows[3]._replace(score=near(7.2))]
    assert found == [boosted[0], rows[2], rows[0], boosted[1]]


@pytest.mark.parametrize(("weight", "expected"), [(0.5, [12, 10]), (0.0, [8, 10])])
def test_memories_of_the_home_repo_gain_its_weight(
    database: psycopg.Connection, weight: float, expected: list[float]
) -> None:
    rows = [Candidate(1, is_home=True, score=8), Candidate(2, score=10)]
    assert boost(database, rows, home_weight=weight) == pytest.approx(expected)


# Tiers


def test_scores_of_higher_tiers_are_lowered_below_those_before(
    database: psycopg.Connection,
) -> None:
    pool = [Candidate(1, score=5), Candidate(2, score=4)]
    others = [
        Candidate(3, tier=1, score=9),
        Candidate(4, tier=1, score=0),
        Candidate(5, tier=2, score=1e9),
        Candidate(6, tier=2, score=1),
    ]
    lowered = [
        row._replace(score=near(score))
        for row, score in zip(others, [3.8, 2, 2, 1.5], strict=True)
    ]
    found = returned(database, "_separate_tiers", [*pool, *others])
    assert found == [*pool, *lowered]
    assert returned(database, "_separate_tiers", pool) == pool


# Limits of distance and relevance


@pytest.mark.parametrize(
    ("max_distance", "min_relevance", "kept"),
    [
        (None, None, [1, 2, 3, 4]),
        (0.5, None, [1, 2, 4]),
        (0.9, None, [1, 2, 3, 4]),
        (None, 0.4, [1, 3]),
        (0.5, 0.4, [1]),
        (0.0, 1.0, []),
    ],
)
def test_rows_beyond_a_limit_are_dropped(
    database: psycopg.Connection,
    max_distance: float | None,
    min_relevance: float | None,
    kept: list[int],
) -> None:
    """A row that contains a term of the query may be at any distance."""
    rows = [
        Candidate(1, distance=0.5, relevance=0.7),
        Candidate(2, distance=0.9, text_score=1, relevance=0.3),
        Candidate(3, distance=0.9, relevance=0.4),
        Candidate(4, text_score=1, relevance=0.2),
    ]
    limits = (max_distance, min_relevance)
    assert returned_ids(database, "_cut_irrelevant", rows, *limits) == kept


# Duplicates


def test_candidates_with_equal_texts_collapse_to_the_best(
    database: psycopg.Connection,
) -> None:
    rows = [
        Candidate(n, text_hash=text, score=9 - n)
        for n, text in enumerate([7, 3, 7, 3, -7])
    ]
    found = returned(database, "_collapse_equal_texts", rows)
    assert found == [rows[0], rows[1], rows[4]]
    assert returned(database, "_collapse_equal_texts", found) == found


def collapse(
    database: psycopg.Connection,
    embeddings: Sequence[Embedding],
    distance: float,
    limit: int = 10,
) -> list[int]:
    """Return the ids that remain of candidates 1, 2, ... with these embeddings."""
    return returned_ids(
        database,
        "_collapse_near_duplicates",
        scored(*range(len(embeddings), 0, -1)),
        vectors(embeddings),
        distance,
        limit,
    )


@pytest.mark.parametrize(
    ("distance", "kept"),
    [
        (0.01, [1, 3, 4]),
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
    assert collapse(database, embeddings, distance) == kept


def test_a_row_without_an_embedding_is_near_nothing(
    database: psycopg.Connection,
) -> None:
    """2 is the maximum cosine distance."""
    embeddings = [None, vector(1), None, vector(-1), None]
    assert collapse(database, embeddings, 2.0) == [1, 2, 3, 5]


def test_a_dropped_candidate_drops_no_others(
    database: psycopg.Connection,
) -> None:
    """The third is near the second only, and the fifth near the fourth."""
    embeddings = [direction(degrees) for degrees in (0, 5, 10, 20, 25)]
    assert collapse(database, embeddings, 0.005) == [1, 3, 4]


@pytest.mark.parametrize(("limit", "kept"), [(1, [1]), (2, [1, 3]), (3, [1, 3, 5])])
def test_no_more_are_kept_than_needed(
    database: psycopg.Connection, limit: int, kept: list[int]
) -> None:
    embeddings = [direction(degrees) for degrees in (0, 0, 30, 30, 60, 60)]
    assert collapse(database, embeddings, 0.01, limit) == kept


def test_only_the_first_100_drop_near_duplicates(
    database: psycopg.Connection,
) -> None:
    """102 repeats the hundredth, and 103 the one after it."""
    angles = [3 * n for n in range(101)]
    embeddings = [direction(degrees) for degrees in (*angles, angles[99], angles[100])]
    found = collapse(database, embeddings, 0.001, 1000)
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
        # A drop of 0 is no gap.
        ([8, 8, 8], 0.0, 3),
        ([0, 0], 0.5, 2),
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


def test_candidates_beyond_the_embeddings_keep_their_order(
    database: psycopg.Connection,
) -> None:
    embeddings = [direction(degrees) for degrees in (0, 0, 90)]
    found = diversify(database, [10, 9, 8, 7, 6], embeddings, 0.9)
    assert found == [1, 3, 2, 4, 5]
