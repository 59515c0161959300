"""Fusion of both arms into one score, on literal rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import args_row, scalar_row


class Candidate(NamedTuple):
    """A row of the type search_candidate."""

    memory_id: int
    language: str | None = "go"
    severity: str = "minor"
    created_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    is_home: bool = False
    text_hash: int = 0
    tier: int = 0
    distance: float | None = None
    text_score: float | None = None
    relevance: float = 0.5
    vector_rank: int | None = None
    text_rank: int | None = None
    score: float | None = None


def literals(values: Sequence[Any]) -> sql.Composed:
    return sql.SQL(", ").join(
        value if isinstance(value, sql.Composable) else sql.Literal(value)
        for value in values
    )


def call(
    function: str, candidates: Sequence[Candidate], *arguments: Any
) -> sql.Composed:
    """Return an expression that calls a function on literal candidates."""
    rows = sql.SQL(", ").join(
        sql.SQL("row({})").format(literals(candidate)) for candidate in candidates
    )
    array = sql.SQL("array[{}]::search_candidate[]").format(rows)
    return sql.SQL("{}({})").format(
        sql.Identifier(function), literals([array, *arguments])
    )


def returned(
    database: psycopg.Connection,
    function: str,
    candidates: Sequence[Candidate],
    *arguments: Any,
) -> list[Candidate]:
    """Return the candidates that a function returns, in its order."""
    expression = call(function, candidates, *arguments)
    with database.cursor(row_factory=args_row(Candidate)) as cursor:
        cursor.execute(sql.SQL("select * from unnest({})").format(expression))
        return cursor.fetchall()


def returned_length(
    database: psycopg.Connection,
    function: str,
    candidates: Sequence[Candidate],
    *arguments: Any,
) -> int | None:
    """Return the number of candidates that a function returns; None for a null array."""
    expression = call(function, candidates, *arguments)
    with database.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(sql.SQL("select cardinality({})").format(expression))
        return cursor.fetchone()


def scores(
    database: psycopg.Connection,
    function: str,
    candidates: Sequence[Candidate],
    *arguments: Any,
) -> list[float | None]:
    """Return the scores that a function sets, in the order of the candidates.

    Assert that it changes nothing else.
    """
    order = [candidate.memory_id for candidate in candidates]
    found = returned(database, function, candidates, *arguments)
    found.sort(key=lambda candidate: order.index(candidate.memory_id))
    assert [
        after._replace(score=before.score)
        for before, after in zip(candidates, found, strict=True)
    ] == list(candidates)
    return [candidate.score for candidate in found]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("_fuse_zscore", [1.0, 1.0, None]),
        ("_fuse_zscore", [1.0, 1.0, 5.0]),
        ("_fuse_rrf", [1.0, 1.0, 60]),
    ],
)
def test_fusing_no_candidates_returns_an_empty_array(
    database: psycopg.Connection, function: str, arguments: list[Any]
) -> None:
    assert returned_length(database, function, [], *arguments) == 0


# z-scores

# Weights of one standard deviation better or worse than the mean.
BETTER = math.exp(0.5)
WORSE = math.exp(-0.5)


def test_zscore_fusion_matches_its_formula(
    database: psycopg.Connection,
) -> None:
    rows = [
        Candidate(4, "rust", "major", distance=0.1, text_score=2.5, vector_rank=1),
        Candidate(2, None, "critical", distance=0.25, text_rank=3),
        Candidate(9, distance=0.3, text_score=1, score=7),
        Candidate(1, distance=0.85, text_score=6.5),
        Candidate(3, distance=1.5, text_score=0.5),
    ]
    distances = [row.distance or 0 for row in rows]
    text_scores = [row.text_score or 0 for row in rows]
    expected = []
    for distance, text_score in zip(distances, text_scores, strict=True):
        vector_z = (fmean(distances) - distance) / pstdev(distances)
        text_z = (text_score - fmean(text_scores)) / pstdev(text_scores)
        expected.append(
            0.7 * math.exp(0.5 * vector_z) + 1.3 * 0.6 * math.exp(0.5 * text_z)
        )
    assert scores(database, "_fuse_zscore", rows, 0.7, 1.3, 20.0) == pytest.approx(
        expected
    )


def test_zscore_fusion_multiplies_each_arm_by_its_weight(
    database: psycopg.Connection,
) -> None:
    """The first is one deviation better by vector, the second by text."""
    rows = [Candidate(1, distance=0.1), Candidate(2, distance=0.3, text_score=4)]
    for vector_weight, text_weight in ((1.0, 0.0), (0.0, 1.0), (3.0, 10.0)):
        assert scores(
            database, "_fuse_zscore", rows, vector_weight, text_weight, 8.0
        ) == pytest.approx(
            [
                vector_weight * BETTER + text_weight * 0.6 * WORSE,
                vector_weight * WORSE + text_weight * 0.6 * BETTER,
            ]
        )


def test_a_row_without_an_embedding_counts_as_the_farthest(
    database: psycopg.Connection,
) -> None:
    """It is left out of mean and deviation."""
    rows = [
        Candidate(1, distance=0.1),
        Candidate(2, text_score=3),
        Candidate(3, distance=0.3),
    ]
    assert scores(database, "_fuse_zscore", rows, 1.0, 0.0, 5.0) == pytest.approx(
        [BETTER, WORSE, WORSE]
    )


def test_a_row_without_a_term_counts_as_scoring_0(
    database: psycopg.Connection,
) -> None:
    """The 0 counts in mean and deviation as well."""
    rows = [Candidate(1, distance=0.1, text_score=4), Candidate(2, distance=0.2)]
    assert scores(database, "_fuse_zscore", rows, 0.0, 1 / 0.6, 8.0) == pytest.approx(
        [BETTER, WORSE]
    )


def test_mean_and_deviation_come_from_the_pool_only(
    database: psycopg.Connection,
) -> None:
    """The third is three deviations worse by vector, and three better by text."""
    rows = [
        Candidate(1, distance=0.1),
        Candidate(2, distance=0.3, text_score=4),
        Candidate(3, distance=0.5, text_score=8, tier=1),
    ]
    assert scores(database, "_fuse_zscore", rows, 1.0, 1 / 0.6, 9.0) == pytest.approx(
        [BETTER + WORSE, WORSE + BETTER, math.exp(-1.5) + math.exp(1.5)]
    )


@pytest.mark.parametrize("best_text_score", [None, 5.0])
def test_a_text_arm_that_found_nothing_contributes_nothing(
    database: psycopg.Connection, best_text_score: float | None
) -> None:
    rows = [Candidate(1, distance=0.1), Candidate(2, distance=0.3)]
    assert scores(
        database, "_fuse_zscore", rows, 1.0, 1.0, best_text_score
    ) == pytest.approx([BETTER, WORSE])


def test_a_vector_arm_that_found_nothing_contributes_nothing(
    database: psycopg.Connection,
) -> None:
    rows = [Candidate(1, text_score=4), Candidate(2, text_score=2)]
    assert scores(database, "_fuse_zscore", rows, 1.0, 1 / 0.6, 5.0) == pytest.approx(
        [BETTER, WORSE]
    )


def test_equal_values_weigh_like_the_mean(database: psycopg.Connection) -> None:
    rows = [
        Candidate(1, distance=0.2, text_score=3),
        Candidate(2, distance=0.2, text_score=3),
    ]
    assert scores(database, "_fuse_zscore", rows, 1.0, 1.0, 9.0) == [1.6, 1.6]
    assert scores(database, "_fuse_zscore", rows[:1], 1.0, 1.0, 9.0) == [1.6]


def test_distances_that_differ_by_rounding_weigh_about_the_same(
    database: psycopg.Connection,
) -> None:
    """Their deviation is 1e-8, but counts as 1e-6."""
    rows = [Candidate(1, distance=0.2), Candidate(2, distance=0.2 + 2e-8)]
    assert scores(database, "_fuse_zscore", rows, 1.0, 0.0, None) == pytest.approx(
        [math.exp(0.5 * 0.01), math.exp(0.5 * -0.01)]
    )


@pytest.mark.parametrize(
    ("best_text_score", "z"), [(2.0, 1.0), (5.0, 1.0), (10.0, 0.5), (50.0, 0.1)]
)
def test_the_text_deviation_is_at_least_2_percent_of_the_best_score(
    database: psycopg.Connection, best_text_score: float, z: float
) -> None:
    """The actual deviation is 0.1."""
    rows = [Candidate(1, text_score=1.1), Candidate(2, text_score=0.9)]
    assert scores(
        database, "_fuse_zscore", rows, 0.0, 1 / 0.6, best_text_score
    ) == pytest.approx([math.exp(0.5 * z), math.exp(0.5 * -z)])


def zscore_weights(database: psycopg.Connection, zscores: list[float]) -> list[float]:
    with database.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(
            "select _zscore_weight(z) from unnest(%s::float8[]) with ordinality"
            " as u (z, ord) order by ord",
            (zscores,),
        )
        return cursor.fetchall()


def test_zscore_weights_are_exponential_and_hyperbolic_far_below_the_mean(
    database: psycopg.Connection,
) -> None:
    weights = {
        3.0: math.exp(1.5),
        0.0: 1.0,
        -3.0: math.exp(-1.5),
        -20.0: math.exp(-10),
        -40.0: math.exp(-10) / 2,
        -20e6: math.exp(-10) / 1e6,
    }
    found = zscore_weights(database, list(weights))
    assert found == pytest.approx(list(weights.values()), abs=0)


def test_a_smaller_zscore_weighs_less_but_never_zero(
    database: psycopg.Connection,
) -> None:
    """exp() would underflow for the first three."""
    zscores = [-1e300, -1e6, -2e3, -40.0, -20.001, -20.0, -19.999, -1.0, 0.0, 1.0]
    found = zscore_weights(database, zscores)
    assert found[0] > 0
    assert all(worse < better for worse, better in pairwise(found))


def test_a_zscore_too_large_for_exp_is_capped(database: psycopg.Connection) -> None:
    large, huge = zscore_weights(database, [1e3, 1e6])
    assert large == huge == pytest.approx(math.exp(500))


# Reciprocal ranks


def test_reciprocal_rank_fusion_matches_its_formula(
    database: psycopg.Connection,
) -> None:
    rows = [
        Candidate(5, "rust", "major", distance=0.1, vector_rank=1, text_rank=3),
        Candidate(3, None, "critical", text_score=9, tier=1, text_rank=1),
        Candidate(4, vector_rank=2, score=7),
        Candidate(6),
    ]
    assert scores(database, "_fuse_rrf", rows, 0.7, 1.3, 10) == pytest.approx(
        [0.7 / 11 + 1.3 / 13, 1.3 / 11, 0.7 / 12, 0]
    )


def test_reciprocal_rank_fusion_counts_only_the_first_rows_of_an_arm(
    database: psycopg.Connection,
) -> None:
    rows = [
        Candidate(1, vector_rank=2, text_rank=100),
        Candidate(2, vector_rank=101, text_rank=1),
        Candidate(3, tier=1, vector_rank=200, text_rank=201),
        Candidate(4, tier=2, vector_rank=300, text_rank=400),
    ]
    assert scores(database, "_fuse_rrf", rows, 1.0, 1.0, 60) == pytest.approx(
        [1 / 62 + 1 / 160, 1 / 61, 1 / 260, 1 / 360 + 1 / 460]
    )


def test_reciprocal_rank_fusion_multiplies_each_arm_by_its_weight(
    database: psycopg.Connection,
) -> None:
    rows = [Candidate(1, vector_rank=1), Candidate(2, text_rank=1)]
    for vector_weight, text_weight in ((1.0, 0.0), (0.0, 1.0), (3.0, 10.0)):
        assert scores(
            database, "_fuse_rrf", rows, vector_weight, text_weight, 1
        ) == pytest.approx([vector_weight / 2, text_weight / 2])


# Tiers


def test_a_tier_reaches_twice_as_deep_as_the_one_before(
    database: psycopg.Connection,
) -> None:
    ranks = {1: 0, 100: 0, 101: 1, 200: 1, 201: 2, 400: 2, 401: 3, 1600: 4, 1601: 5}
    with database.cursor(row_factory=scalar_row) as cursor:
        cursor.execute("select _tier(r) from unnest(%s) as r", (list(ranks),))
        assert cursor.fetchall() == list(ranks.values())
        cursor.execute("select _tier_depth(t) from generate_series(0, 5) as t")
        assert cursor.fetchall() == [100, 200, 400, 800, 1600, 3200]
