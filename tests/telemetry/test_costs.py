"""Reports of cost and of search quality."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from kodiai import Client, DayCost, ModelCost, RetrievalQuality

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


EVENT: dict[str, Any] = {
    "repo": "acme/api",
    "event_type": "review",
    "model": "large",
    "conclusion": "success",
    "input_tokens": 1,
    "output_tokens": 2,
    "cache_read_tokens": 3,
    "cache_creation_tokens": 4,
    "duration_ms": 10,
    "cost_usd": Decimal("0.1"),
}


def event(client: Client, **arguments: Any) -> None:
    client.record_telemetry_event(**EVENT | arguments)


def test_list_cost_by_day_includes_days_without_runs(
    client: Client, clock: Any
) -> None:
    clock(NOW - timedelta(days=3))
    event(client)
    clock(NOW - timedelta(days=2))
    event(client)
    event(client, repo="acme/web", input_tokens=2**40, cost_usd=Decimal("0.2"))
    clock(NOW)

    first, *others = client.list_cost_by_day(days=3)
    assert first == DayCost(date(2026, 3, 29), 2, 2**40 + 1, 4, 6, 8, Decimal("0.3"))
    assert [day.day for day in others] == [date(2026, 3, 30), date(2026, 3, 31)]
    assert {(day.events, day.cost_usd) for day in others} == {(0, Decimal(0))}
    assert client.list_cost_by_day("acme/api", 3)[0].cost_usd == Decimal("0.1")
    assert len(client.list_cost_by_day()) == 30
    assert {day.events for day in client.list_cost_by_day(repo="acme/none")} == {0}


def test_list_cost_by_model_sorts_by_cost(client: Client, clock: Any) -> None:
    clock(NOW)
    event(client, model="small", cost_usd=Decimal("0.05"))
    event(client)
    event(client, duration_ms=20)
    event(client, provider="other", repo="acme/web", cost_usd=0)
    large = ModelCost("anthropic", "large", 2, 2, 4, 6, 8, Decimal("0.2"), 15.0)
    small = ModelCost("anthropic", "small", 1, 1, 2, 3, 4, Decimal("0.05"), 10.0)
    other = ModelCost("other", "large", 1, 1, 2, 3, 4, Decimal(0), 10.0)
    assert client.list_cost_by_model() == [large, small, other]
    assert client.list_cost_by_model(repo="acme/api") == [large, small]
    clock(NOW + timedelta(days=1))
    assert client.list_cost_by_model(days=1) == []


def test_get_retrieval_quality_averages_what_was_recorded(
    client: Client, clock: Any
) -> None:
    clock(NOW)
    record = client.record_retrieval_quality_event
    record("acme/api", "review", 4, avg_distance=0.2, threshold_method="adaptive")
    record("acme/api", "review", 0, top_k=10, threshold_method="percentile")
    record("acme/web", "review", 2, avg_distance=0.4, language_match_ratio=0.5)
    assert client.get_retrieval_quality() == RetrievalQuality(
        events=3,
        empty_results=1,
        avg_top_k=10.0,
        avg_result_count=2.0,
        avg_distance=0.30000000000000004,
        avg_distance_threshold=None,
        avg_language_match_ratio=0.5,
        adaptive_thresholds=1,
        percentile_thresholds=1,
        configured_thresholds=0,
    )
    assert client.get_retrieval_quality(repo="acme/web").events == 1
    clock(NOW + timedelta(days=30))
    nothing = RetrievalQuality(0, 0, None, None, None, None, None, 0, 0, 0)
    assert client.get_retrieval_quality() == nothing
