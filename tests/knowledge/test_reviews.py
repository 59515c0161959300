"""Recording reviews, findings and suppressions, and reading findings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors

from kodiai import (
    Client,
    Finding,
    NewSuppression,
    Review,
    Suppression,
    UnknownFindingError,
    UnknownReviewError,
)
from tests.concurrency import sessions, wait_for_lock

from .calls import BIG, REPO, finding, posted, review, run

COUNTS = """
select
  findings_critical, findings_major, findings_medium, findings_minor, findings_total,
  suppressions_applied
from reviews where id = %s
"""
LOG = "select pattern, matched_count, finding_ids from suppression_log where review_id = %s order by id"


def counts(database: psycopg.Connection, review_id: int) -> Any:
    return database.execute(COUNTS, (review_id,)).fetchone()


def log(database: psycopg.Connection, review_id: int) -> list[Any]:
    return database.execute(LOG, (review_id,)).fetchall()


# record_review


def test_a_review_is_recorded_with_its_findings_and_suppressions(
    client: Client, database: psycopg.Connection
) -> None:
    findings = [
        finding(
            severity="critical",
            start_line=3,
            end_line=9,
            comment_id=BIG,
            comment_surface="review",
        ),
        finding(severity="minor", suppression_pattern="nit: *"),
        finding(severity="minor", file_path="b.py"),
    ]
    recorded = client.record_review(
        **review(pr_number=BIG),
        delivery_id="d1",
        findings=findings,
        suppressions=[{"pattern": "nit: *", "matched_count": 1}, {"pattern": "never"}],
        files_analyzed=4,
        lines_changed=200,
        duration_ms=BIG,
        model="a-model",
        conclusion="success",
        config_snapshot={"rules": ["a", {"b": None}], "since": datetime(2026, 1, 1)},  # noqa: DTZ001
    )
    assert recorded.inserted
    first, held_back, _ = recorded.finding_ids
    assert counts(database, recorded.review_id) == (1, 0, 0, 2, 3, 1)
    assert log(database, recorded.review_id) == [
        ("nit: *", 1, [held_back]),
        ("never", 0, []),
    ]
    row = database.execute(
        "select repo, pr_number, head_sha, delivery_id, files_analyzed, lines_changed,"
        " duration_ms, model, conclusion, config_snapshot from reviews"
    ).fetchone()
    assert row == (
        *(REPO, BIG, "a1", "d1", 4, 200, BIG, "a-model", "success"),
        {"rules": ["a", {"b": None}], "since": "2026-01-01T00:00:00+00:00"},
    )
    found = client.get_finding_by_comment(REPO, BIG)
    assert found
    assert found.finding_id == first


def test_a_review_may_have_no_findings(
    client: Client, database: psycopg.Connection
) -> None:
    recorded = client.record_review(REPO, 7)
    assert (recorded.finding_ids, recorded.suppression_ids) == ([], [])
    assert counts(database, recorded.review_id) == (0, 0, 0, 0, 0, 0)


def test_recording_a_delivery_again_has_no_effect(
    client: Client, database: psycopg.Connection
) -> None:
    suppressions = [{"pattern": "nit: *"}, {"pattern": "nit: *"}]
    arguments = review(delivery_id="d1", suppressions=suppressions)
    first = client.record_review(**arguments, findings=[finding(), finding()])
    again = client.record_review(**arguments, findings=[finding()], conclusion="other")
    assert (first.inserted, again.inserted) == (True, False)
    assert len(first.suppression_ids) == 1
    assert again.review_id == first.review_id
    assert again.finding_ids == first.finding_ids
    assert again.suppression_ids == first.suppression_ids
    assert counts(database, first.review_id)[4] == 2


def test_a_delivery_is_recorded_once_per_pull_request(client: Client) -> None:
    arguments = review(delivery_id="d1")
    first = client.record_review(**arguments)
    other = client.record_review(**arguments | {"pr_number": 8})
    assert other.inserted
    assert other.review_id != first.review_id


def test_the_same_delivery_id_in_another_repo_is_another_review(
    client: Client,
) -> None:
    arguments = review(delivery_id="cron-1", findings=[finding()])
    ours = client.record_review(**arguments)
    theirs = client.record_review(**arguments | {"repo": "globex/web"})
    assert theirs.inserted
    assert theirs.review_id != ours.review_id
    assert theirs.finding_ids != ours.finding_ids
    assert client.get_repo_stats("globex/web").reviews == 1


def test_a_review_without_a_delivery_is_always_inserted(client: Client) -> None:
    assert [client.record_review(REPO, 7).inserted for _ in range(2)] == [True] * 2


def test_concurrent_workers_recording_one_delivery_get_the_same_review(
    conninfo: str, database: psycopg.Connection
) -> None:
    arguments = review(delivery_id="d1", findings=[finding(), finding()])
    with sessions(conninfo, 2) as (first, second):
        recorded = first.client.record_review(**arguments)
        second.start(lambda client: client.record_review(**arguments))
        wait_for_lock(database, second.process)
        first.connection.commit()
        again = second.result()
    assert not again.inserted
    assert again.review_id == recorded.review_id
    assert again.finding_ids == recorded.finding_ids


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ({"findings": None}, "22004", "findings is missing: expected an array"),
        ({"suppressions": None}, "22004", "suppressions is missing"),
        ({"findings": [finding(), {}]}, "22004", "findings[2].file_path is missing"),
        (
            {"findings": [finding(severity="bad")]},
            "22023",
            "findings[1].severity: expected critical, major, medium or minor, got",
        ),
        (
            {"findings": [finding(confidence=101)]},
            "22023",
            "findings[1].confidence: expected an integer from 0 to 100, got 101",
        ),
        (
            {"findings": [finding(title="x" * 501)]},
            "22023",
            "findings[1].title: expected text of 1 to 500 characters",
        ),
        (
            {"findings": [finding(start_line=5, end_line=4)]},
            "22023",
            "findings[1].end_line: expected at least start_line (5), got 4",
        ),
        (
            {"findings": [finding(start_line=0)]},
            "22023",
            "findings[1].start_line: expected an integer from 1",
        ),
        (
            {"findings": [finding(suppressed=False, suppression_pattern="a")]},
            "22023",
            "findings[1].suppressed: expected true, because suppression_pattern is given",
        ),
        (
            {"findings": [finding(comment_id=1)]},
            "22004",
            "findings[1].comment_surface is missing: expected both comment_id and",
        ),
        (
            {"findings": [finding(review_id=1)]},
            "22023",
            "findings[1]: expected only the keys file_path, ",
        ),
        (
            {"findings": [finding()], "suppressions": [{"matched_count": 1}]},
            "22004",
            "suppressions[1].pattern is missing",
        ),
        (
            {
                "findings": [finding(suppression_pattern="a")],
                "suppressions": [{"pattern": "a", "matched_count": 2}],
            },
            "22023",
            "suppressions[1].matched_count: expected 1, the number of findings",
        ),
        ({"config_snapshot": [1]}, "22023", "config_snapshot: expected a JSON obj"),
        ({"files_analyzed": -1}, "22023", "files_analyzed: expected an integer"),
    ],
)
def test_an_invalid_argument_is_named_and_nothing_is_written(
    client: Client,
    database: psycopg.Connection,
    arguments: dict[str, Any],
    code: str,
    message: str,
) -> None:
    with pytest.raises(psycopg.DatabaseError) as error:
        client.record_review(**review(), **arguments)
    assert error.value.sqlstate == code
    assert str(error.value).startswith(message)
    for table in ("reviews", "findings", "suppression_log"):
        assert database.execute(f"select from {table}".encode()).rowcount == 0


def test_a_json_null_configuration_is_stored_as_null(
    database: psycopg.Connection,
) -> None:
    database.execute(
        "select * from record_review('a/b', 1, p_config_snapshot => 'null')"
    )
    row = database.execute("select config_snapshot from reviews").fetchone()
    assert row == (None,)


# record_findings, record_suppressions


def test_added_findings_are_counted(
    client: Client, database: psycopg.Connection
) -> None:
    recorded = client.record_review(**review(findings=[finding()]))
    added = client.record_findings(
        recorded.review_id,
        [
            finding(severity="minor", suppression_pattern="nit"),
            finding(suppressed=True),
        ],
    )
    assert [row.ordinal for row in added] == [1, 2]
    assert counts(database, recorded.review_id) == (0, 2, 0, 1, 3, 2)
    assert log(database, recorded.review_id) == [("nit", 1, [added[0].finding_id])]
    assert client.record_findings(recorded.review_id, []) == []


def test_concurrently_added_findings_are_all_counted(
    conninfo: str, client: Client, database: psycopg.Connection
) -> None:
    review_id = client.record_review(**review()).review_id
    found = [finding(suppression_pattern="nit")]
    with sessions(conninfo, 2) as (first, second):
        first.client.record_findings(review_id, found)
        second.start(lambda client: client.record_findings(review_id, found))
        wait_for_lock(database, second.process)
        first.connection.commit()
        second.result()
    assert counts(database, review_id) == (0, 2, 0, 0, 2, 2)
    ((_, matched, ids),) = log(database, review_id)
    assert (matched, len(ids)) == (2, 2)


def test_suppressions_are_recorded_once(
    client: Client, database: psycopg.Connection
) -> None:
    recorded = client.record_review(
        **review(findings=[finding(suppression_pattern="known")])
    )
    rules: list[NewSuppression] = [
        {"pattern": "new"},
        {"pattern": "known", "matched_count": 1},
    ]
    rows = client.record_suppressions(recorded.review_id, [*rules, rules[0]])
    assert [(row.ordinal, row.inserted) for row in rows] == [
        (1, True),
        (2, False),
        (3, False),
    ]
    again = client.record_suppressions(recorded.review_id, rules)
    assert [row.inserted for row in again] == [False, False]
    assert [row.suppression_id for row in again] == [
        row.suppression_id for row in rows[:2]
    ]
    assert client.record_suppressions(recorded.review_id, []) == []
    assert len(log(database, recorded.review_id)) == 2


def test_a_wrong_matched_count_is_rejected(client: Client) -> None:
    review_id = client.record_review(**review()).review_id
    with pytest.raises(errors.InvalidParameterValue, match="matched_count: expected 0"):
        client.record_suppressions(review_id, [{"pattern": "a", "matched_count": 3}])


def test_an_unknown_review_raises_its_own_error(client: Client) -> None:
    with pytest.raises(
        UnknownReviewError, match="^review_id: review 99 does not exist"
    ):
        client.record_findings(99, [finding()])
    with pytest.raises(UnknownReviewError):
        client.record_suppressions(99, [{"pattern": "a"}])


# get_review_by_delivery


def test_a_review_is_returned_by_its_delivery_as_recorded(
    client: Client, clock: Any
) -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    clock(now)
    recorded = client.record_review(
        **review(delivery_id="d1", findings=[finding(), finding(severity="minor")]),
        files_analyzed=3,
        lines_changed=BIG,
        duration_ms=1500,
        model="a-model",
        conclusion="success",
        config_snapshot={"mode": "strict"},
    )
    assert client.get_review_by_delivery(REPO, "d1") == Review(
        review_id=recorded.review_id,
        repo=REPO,
        pr_number=7,
        head_sha="a1",
        delivery_id="d1",
        files_analyzed=3,
        lines_changed=BIG,
        findings_critical=0,
        findings_major=1,
        findings_medium=0,
        findings_minor=1,
        findings_total=2,
        suppressions_applied=0,
        confidence_total=160,
        config_snapshot={"mode": "strict"},
        duration_ms=1500,
        model="a-model",
        conclusion="success",
        created_at=now,
        completed_at=now,
    )
    assert client.get_review_by_delivery(REPO, "d2") is None


def test_a_delivery_of_another_repo_finds_no_review(client: Client) -> None:
    theirs = client.record_review(**review(repo="globex/web", delivery_id="cron-1"))
    assert client.get_review_by_delivery(REPO, "cron-1") is None
    ours = client.record_review(**review(delivery_id="cron-1"))
    for repo, recorded in ((REPO, ours), ("globex/web", theirs)):
        found = client.get_review_by_delivery(repo, "cron-1")
        assert found
        assert (found.review_id, found.repo) == (recorded.review_id, repo)


def test_of_the_reviews_of_a_delivery_the_newest_is_returned(client: Client) -> None:
    for pr_number in (7, 9, 8):
        client.record_review(REPO, pr_number, delivery_id="cron-1")

    def found(*arguments: Any) -> int | None:
        review = client.get_review_by_delivery(REPO, "cron-1", *arguments)
        return review.pr_number if review else None

    assert [found(), found(7), found(9), found(10)] == [8, 7, 9, None]


# list_suppressions


def test_suppressions_are_listed_with_what_they_held_back(
    client: Client, clock: Any
) -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    clock(now)
    held_back = finding(start_line=3, suppression_pattern="nit: *")
    other = finding(title="Typo", severity="minor", suppression_pattern="typos")
    recorded = client.record_review(
        **review(
            delivery_id="d1",
            findings=[held_back, finding(), other, held_back | {"file_path": "b.py"}],
            suppressions=[{"pattern": "unused"}],
        )
    )
    client.record_review("acme/web", 1, suppressions=[{"pattern": "unused"}])

    unused, typos, nits = client.list_suppressions(REPO)
    first, _, typo, last = recorded.finding_ids
    assert nits == Suppression(
        suppression_id=recorded.suppression_ids[0],
        review_id=recorded.review_id,
        repo=REPO,
        pr_number=7,
        head_sha="a1",
        pattern="nit: *",
        matched_count=2,
        findings=[
            {
                "finding_id": finding_id,
                "file_path": path,
                "start_line": 3,
                "severity": "major",
                "category": "correctness",
                "title": "The cache is never invalidated",
            }
            for finding_id, path in ((first, "src/cache.py"), (last, "b.py"))
        ],
        created_at=now,
    )
    assert [f["finding_id"] for f in typos.findings] == [typo]
    assert typos.findings[0]["start_line"] is None
    assert (unused.pattern, unused.matched_count, unused.findings) == ("unused", 0, [])
    assert client.list_suppressions("acme/none") == []


def test_suppressions_of_the_newest_review_are_listed_first(
    client: Client, clock: Any
) -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    clock(now)
    for days in (1, 40, 0, 29):
        client.record_review(
            REPO,
            7,
            suppressions=[{"pattern": str(days)}],
            created_at=now - timedelta(days=days),
        )

    def listed(**arguments: Any) -> list[str]:
        return [s.pattern for s in client.list_suppressions(REPO, **arguments)]

    assert listed() == ["0", "1", "29"]
    assert listed(days=29) == ["0", "1"]
    assert listed(days=41, limit=3) == ["0", "1", "29"]


def test_pages_of_suppressions_repeat_and_omit_nothing(
    client: Client, clock: Any
) -> None:
    clock(datetime(2026, 3, 31, 12, tzinfo=UTC))
    for _ in range(2):  # at the same time
        rules: list[NewSuppression] = [{"pattern": str(n)} for n in range(4)]
        client.record_review(REPO, 7, suppressions=rules)
    listed = client.list_suppressions(REPO)
    assert len(listed) == 8
    pages: list[Suppression] = []
    while page := client.list_suppressions(
        REPO, after_id=pages[-1].suppression_id if pages else None, limit=3
    ):
        pages += page
    assert pages == listed


def test_a_page_after_a_suppression_of_another_repo_is_refused(client: Client) -> None:
    recorded = client.record_review("acme/web", 1, suppressions=[{"pattern": "unused"}])
    for unknown in (*recorded.suppression_ids, 10**9):
        with pytest.raises(
            errors.InvalidParameterValue,
            match=f'^after_id: expected the id of a suppression of "acme/api", got {unknown}',
        ):
            client.list_suppressions(REPO, after_id=unknown)


# Reading findings


def test_a_finding_is_returned_as_recorded(client: Client) -> None:
    columns = finding(
        file_path="Ünïcode/ a.py",
        start_line=1,
        end_line=1,
        suppressed=True,
        suppression_pattern="nit: *",
        comment_id=BIG,
        comment_surface="review",
        review_output_key="k" * 500,
    )
    recorded = client.record_review(**review(findings=[columns]))
    (read,) = client.list_prior_findings(REPO, 7)
    assert isinstance(read, Finding)
    assert {name: getattr(read, name) for name in columns} == columns
    assert (read.review_id, read.repo, read.pr_number, read.head_sha) == (
        *(recorded.review_id, REPO, 7, "a1"),
    )


def test_comments_of_recent_findings_are_listed_newest_first(
    client: Client, clock: Any
) -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    for days in (40, 29, 1, 0):
        clock(now - timedelta(days=days))
        client.record_review(**review(findings=[posted(100 + days), finding()]))
    client.record_review("acme/web", 1, findings=[posted(5)])

    def listed(**arguments: Any) -> list[int | None]:
        return [f.comment_id for f in client.list_finding_comments(REPO, **arguments)]

    assert listed() == [100, 101, 129]
    assert listed(days=29) == [100, 101]
    assert listed(days=100) == [100, 101, 129, 140]
    assert listed(limit=1) == [100]
    assert client.list_finding_comments("acme/none") == []


def test_a_finding_can_be_looked_up_by_its_comment(client: Client) -> None:
    for title, surface in (("old", "review"), ("new", "review"), ("other", "issue")):
        posted = finding(title=title, comment_id=BIG, comment_surface=surface)
        client.record_review(**review(findings=[posted]))

    def title_of(*arguments: Any) -> str | None:
        found = client.get_finding_by_comment(*arguments)
        return found.title if found else None

    assert title_of(REPO, BIG) == "other"
    assert title_of(REPO, BIG, "review") == "new"
    assert title_of(REPO, BIG, "check") is None
    assert title_of(REPO, 1) is None
    assert title_of("acme/web", BIG) is None


def test_findings_are_searched_by_title_within_a_repo(client: Client) -> None:
    titles = ["cache is never invalidated", "cache key collides", "lock is leaked"]
    client.record_review(**review(findings=[finding(title=t) for t in titles]))
    client.record_review("acme/web", 1, findings=[finding(title="cache cache cache")])
    found = client.search_findings(REPO, "Which cache keys collide?")
    assert [row.title for row in found] == [titles[1], titles[0]]
    assert found[0].score > found[1].score > 0
    assert len(client.search_findings(REPO, "cache lock", limit=1)) == 1
    assert client.search_findings(REPO, "socket") == []
    assert client.search_findings(REPO, "the") == []


def test_the_comment_of_a_finding_can_be_set_later(client: Client) -> None:
    (finding_id,) = client.record_review(**review(findings=[finding()])).finding_ids
    assert client.list_finding_comments(REPO) == []
    assert client.set_finding_comment(finding_id, BIG, "review") is True
    assert client.set_finding_comment(finding_id, BIG, "review") is False
    assert client.set_finding_comment(finding_id, BIG, "issue") is True
    (listed,) = client.list_finding_comments(REPO)
    assert (listed.comment_id, listed.comment_surface) == (BIG, "issue")
    with pytest.raises(
        UnknownFindingError, match="^finding_id: finding 99 does not exist"
    ):
        client.set_finding_comment(99, BIG, "review")


# The last completed review


def test_a_pull_request_without_reviews_has_no_findings_and_no_sha(
    client: Client,
) -> None:
    assert client.list_prior_findings(REPO, 7) == []
    assert client.get_last_reviewed_sha(REPO, 7) is None


@pytest.mark.parametrize("is_purged", [False, True])
@pytest.mark.parametrize(
    ("claimed", "completed", "expected"),
    [
        ([], [], "a2"),  # the agent claims no runs
        (["a1", "a2"], ["a1", "a2"], "a2"),
        (["a1", "a2"], ["a1"], "a1"),  # a2 is still open
        (["a2"], [], "a1"),  # a1 has no run
        (["a1", "a2", "a3"], ["a1"], "a1"),  # a2 was superseded
        (["a1"], [], "a2"),  # a1 is still open
    ],
)
def test_the_last_completed_review_is_returned(
    client: Client,
    clock: Any,
    claimed: list[str],
    completed: list[str],
    expected: str,
    is_purged: bool,
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    for n, sha in enumerate(["a1", "a2", "a3"]):
        clock(now + timedelta(minutes=n))
        if sha in claimed:
            client.claim_run(**run(run_key=sha, head_sha=sha))
        if sha != "a3":
            client.record_review(
                **review(
                    head_sha=sha, findings=[finding(title=sha), finding(title=sha)]
                )
            )
        if sha in completed:
            client.complete_run(sha)
    if is_purged:
        clock(now + timedelta(days=100))
        assert client.purge_runs(timedelta(days=1)) == len(claimed)
    last = client.get_last_reviewed_sha(REPO, 7)
    assert last
    assert last.head_sha == expected
    assert {f.title for f in client.list_prior_findings(REPO, 7)} == {expected}
    assert client.get_last_reviewed_sha(REPO, 8) is None
