"""Review statistics, in total and per day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg.errors import InvalidParameterValue

from kodiai import Client, RepoStats, TopFile

from .calls import REPO, finding, posted, review

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_stats_cover_one_repo_and_the_given_days(client: Client, clock: Any) -> None:
    clock(days_ago(30))
    client.record_review(**review(findings=[finding()]))
    clock(days_ago(29))
    client.record_review(
        **review(findings=[finding(severity="critical", confidence=90)]),
        files_analyzed=3,
        lines_changed=10,
        duration_ms=1000,
    )
    clock(NOW)
    client.record_review(
        **review(
            findings=[
                finding(file_path="b.py", severity="minor", confidence=50),
                finding(file_path="b.py", severity="medium", confidence=60),
                finding(file_path="a.py", suppressed=True, confidence=40),
            ]
        ),
        files_analyzed=4,
    )
    client.record_review("acme/web", 1, findings=[finding()])

    files: list[TopFile] = [
        {"file_path": "b.py", "findings": 2},
        {"file_path": "a.py", "findings": 1},
        {"file_path": "src/cache.py", "findings": 1},
    ]
    assert client.get_repo_stats(REPO) == RepoStats(
        reviews=2,
        pull_requests=1,
        findings=4,
        findings_critical=1,
        findings_major=1,
        findings_medium=1,
        findings_minor=1,
        findings_suppressed=1,
        avg_findings=2.0,
        avg_confidence=60.0,
        avg_files_analyzed=3.5,
        avg_lines_changed=5.0,
        avg_duration_ms=1000.0,
        last_review_at=NOW,
        top_files=files,
    )
    assert client.get_repo_stats(REPO, days=31).reviews == 3
    assert client.get_repo_stats(REPO, top_files=1).top_files == files[:1]


def test_stats_without_reviews_are_one_row_of_zeros_and_nulls(client: Client) -> None:
    nothing = RepoStats(
        *(0, 0, 0, 0, 0, 0, 0, 0), *(None, None, None, None, None), None, []
    )
    assert client.get_repo_stats(REPO) == nothing


def test_trends_include_every_day(client: Client, clock: Any) -> None:
    clock(datetime(2026, 3, 29, tzinfo=UTC) - timedelta(microseconds=1))
    client.record_review(**review(findings=[finding()]))
    clock(datetime(2026, 3, 29, tzinfo=UTC))
    recorded = client.record_review(
        **review(
            findings=[
                finding(severity="critical"),
                finding(severity="medium", suppressed=True),
            ]
        ),
        duration_ms=100,
    )
    added = [finding(severity="minor", confidence=41)]
    client.record_findings(recorded.review_id, added)
    clock(datetime(2026, 3, 29, 23, 59, 59, tzinfo=UTC))
    client.record_review(**review(findings=[finding()]), duration_ms=200)
    clock(NOW)

    days = client.list_repo_trends(REPO, days=3)
    assert [day.day for day in days] == [date(2026, 3, 29 + n) for n in range(3)]
    first, *others = days
    assert (first.reviews, first.findings, first.findings_suppressed) == (2, 4, 1)
    assert (first.findings_critical, first.findings_major) == (1, 1)
    assert (first.findings_medium, first.findings_minor) == (1, 1)
    assert (first.avg_confidence, first.avg_duration_ms) == (70.25, 150.0)
    assert all(
        (day.reviews, day.avg_confidence, day.avg_duration_ms) == (0, None, None)
        for day in others
    )
    assert len(client.list_repo_trends(REPO)) == 30
    assert {day.reviews for day in client.list_repo_trends("acme/web")} == {0}


def test_a_review_of_the_past_is_reported_for_its_day(
    client: Client, clock: Any
) -> None:
    clock(NOW)
    client.record_review(**review(findings=[finding()]))
    client.record_review(
        **review(head_sha="old", findings=[posted(5)]), created_at=days_ago(2)
    )
    days = client.list_repo_trends(REPO, days=3)
    assert [(day.reviews, day.findings) for day in days] == [(1, 1), (0, 0), (1, 1)]
    assert client.get_repo_stats(REPO, days=2).reviews == 1
    (old,) = client.list_finding_comments(REPO)
    assert old.created_at == days_ago(2)
    last = client.get_last_reviewed_sha(REPO, 7)
    assert last
    assert last.head_sha == "a1"


@pytest.mark.parametrize("time", ["2026-03-31 12:00:01Z", "infinity", "-infinity"])
def test_the_time_of_a_review_is_not_in_the_future(
    client: Client, clock: Any, time: Any
) -> None:
    clock(NOW)
    with pytest.raises(InvalidParameterValue, match="^created_at: expected a "):
        client.record_review(REPO, 7, created_at=time)


def test_days_are_utc_regardless_of_the_session_time_zone(
    client: Client, clock: Any
) -> None:
    client._target.execute("set timezone = 'Pacific/Kiritimati'")  # type: ignore[union-attr]
    clock(datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    client.record_review(REPO, 7)
    (today,) = client.list_repo_trends(REPO, days=1)
    assert (today.day, today.reviews) == (date(2026, 3, 31), 1)
    assert client.get_repo_stats(REPO, days=1).reviews == 1
