"""The telemetry functions: what running the agent cost.

Each describes one SQL function; ``comment on function`` says what it does. Names,
arguments and defaults are those of SQL without ``p_``; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .call import Call, checked, many, one


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """The event that was recorded; inserted is false where it was there already."""

    event_id: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class DayCost:
    """What running the language model cost on one day."""

    day: date
    events: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_creation_tokens: int
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What running one language model cost."""

    provider: str
    model: str
    events: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_creation_tokens: int
    cost_usd: Decimal
    avg_duration_ms: float | None


@dataclass(frozen=True, slots=True)
class RetrievalQuality:
    """How well searches of the memory went."""

    events: int
    empty_results: int
    avg_top_k: float | None
    avg_result_count: float | None
    avg_distance: float | None
    avg_distance_threshold: float | None
    avg_language_match_ratio: float | None
    adaptive_thresholds: int
    percentile_thresholds: int
    configured_thresholds: int


@checked
def record_telemetry_event(
    repo: str,
    event_type: str,
    model: str,
    conclusion: str,
    delivery_id: str | None = None,
    session_id: str | None = None,
    pr_number: int | None = None,
    pr_author: str | None = None,
    provider: str = "anthropic",
    input_tokens: int = 0,
    output_tokens: int = 0,
    cache_read_tokens: int = 0,
    cache_creation_tokens: int = 0,
    duration_ms: int = 0,
    cost_usd: Decimal | float = 0,
    num_turns: int | None = None,
    stop_reason: str | None = None,
) -> Call[RecordedEvent]:
    """Record a run of the language model."""
    return one("record_telemetry_event", locals(), RecordedEvent)


@checked
def record_rate_limit_event(
    repo: str,
    event_type: str,
    cache_hit_rate: float,
    skipped_queries: int,
    retry_attempts: int,
    degradation_path: str,
    delivery_id: str | None = None,
    pr_number: int | None = None,
) -> Call[RecordedEvent]:
    """Record that a rate limit made the agent do less."""
    return one("record_rate_limit_event", locals(), RecordedEvent)


@checked
def record_retrieval_quality_event(
    repo: str,
    event_type: str,
    result_count: int,
    delivery_id: str | None = None,
    pr_number: int | None = None,
    top_k: int | None = None,
    distance_threshold: float | None = None,
    avg_distance: float | None = None,
    language_match_ratio: float | None = None,
    threshold_method: str | None = None,
) -> Call[RecordedEvent]:
    """Record how well a search went."""
    return one("record_retrieval_quality_event", locals(), RecordedEvent)


@checked
def record_resilience_event(
    delivery_id: str,
    repo: str,
    event_type: str,
    kind: str,
    pr_number: int | None = None,
    pr_author: str | None = None,
    parent_delivery_id: str | None = None,
    review_output_key: str | None = None,
    execution_conclusion: str | None = None,
    had_inline_output: bool | None = None,
    checkpoint_files_reviewed: int | None = None,
    checkpoint_finding_count: int | None = None,
    checkpoint_total_files: int | None = None,
    partial_comment_id: int | None = None,
    recent_timeouts: int | None = None,
    chronic_timeout: bool | None = None,
    retry_enqueued: bool | None = None,
    retry_files_count: int | None = None,
    retry_scope_ratio: float | None = None,
    retry_timeout_seconds: int | None = None,
    retry_risk_level: str | None = None,
    retry_checkpoint_enabled: bool | None = None,
    retry_has_results: bool | None = None,
) -> Call[RecordedEvent]:
    """Record a timeout of a review, or a retry."""
    return one("record_resilience_event", locals(), RecordedEvent)


@checked
def count_recent_timeouts(
    repo: str,
    pr_author: str,
    days: int = 7,
) -> Call[int]:
    """Count the recent timeouts of an author in a repository."""
    return one("count_recent_timeouts", locals(), int)


@checked
def list_cost_by_day(repo: str | None = None, days: int = 30) -> Call[list[DayCost]]:
    """List what running the model cost by day, oldest first."""
    return many("list_cost_by_day", locals(), DayCost)


@checked
def list_cost_by_model(
    repo: str | None = None, days: int = 30
) -> Call[list[ModelCost]]:
    """List what each model cost, the dearest first."""
    return many("list_cost_by_model", locals(), ModelCost)


@checked
def get_retrieval_quality(
    repo: str | None = None, days: int = 30
) -> Call[RetrievalQuality]:
    """Summarize how well searches went."""
    return one("get_retrieval_quality", locals(), RetrievalQuality)


@checked
def purge_telemetry(
    older_than: timedelta,
    limit: int = 1000,
) -> Call[int]:
    """Delete a batch of the oldest events; returns how many."""
    return one("purge_telemetry", locals(), int)
