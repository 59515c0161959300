"""Recording and summarizing reactions, and counting patterns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors

from kodiai import (
    Client,
    CommentReaction,
    FeedbackPattern,
    GlobalPattern,
    UnknownFindingError,
)
from tests.concurrency import sessions, wait_for_lock

from .calls import BIG, REPO, finding, posted, reaction, review

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def record(client: Client, **columns: Any) -> int:
    """Record a finding that was posted as a comment; return its id."""
    (finding_id,) = client.record_review(
        **review(findings=[posted(BIG, **columns)])
    ).finding_ids
    return finding_id


# record_feedback_reactions


def test_a_reaction_keeps_a_copy_of_its_finding(
    client: Client, database: psycopg.Connection
) -> None:
    finding_id = record(client)
    (row,) = client.record_feedback_reactions(
        [reaction(finding_id, reaction_content="-1", reacted_at=NOW)]
    )
    assert (row.ordinal, row.inserted) == (1, True)
    kept = database.execute(
        "select id, repo, finding_id, comment_id, comment_surface, reaction_id,"
        " reaction_content, reactor_login, reacted_at, severity, category, file_path,"
        " title from feedback_reactions"
    ).fetchone()
    assert kept == (
        *(row.feedback_id, REPO, finding_id, BIG, "review", BIG + 1, "-1", "ann", NOW),
        *("major", "correctness", "src/cache.py", "The cache is never invalidated"),
    )
    assert client.record_feedback_reactions([]) == []


def test_recording_reactions_again_has_no_effect(client: Client) -> None:
    finding_id = record(client)
    first, second = (
        reaction(finding_id, reaction_id=n, reactor_login=str(n)) for n in (2, 1)
    )
    rows = client.record_feedback_reactions([first, second, first])
    assert [(row.ordinal, row.inserted) for row in rows] == [
        (1, True),
        (2, True),
        (3, False),
    ]
    assert rows[2].feedback_id == rows[0].feedback_id != rows[1].feedback_id
    again = client.record_feedback_reactions([second | {"reaction_content": "-1"}])
    assert [(row.feedback_id, row.inserted) for row in again] == [
        (rows[1].feedback_id, False)
    ]
    assert client.list_feedback_patterns(REPO)[0].thumbs_down == 0


def test_concurrent_pollers_of_the_same_reactions_do_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    finding_id = record(client)
    reactions = [
        reaction(finding_id, reaction_id=n, reactor_login=f"dev{n}")
        for n in range(1, 51)
    ]
    with sessions(conninfo, 2) as (first, second):
        first.client.record_feedback_reactions(reactions)
        second.start(lambda c: c.record_feedback_reactions(reactions[::-1]))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert [row.inserted for row in second.result()] == [False] * 50


def test_a_reaction_time_without_a_zone_is_utc(
    conninfo: str, database: psycopg.Connection
) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("set timezone = 'America/New_York'")
        client = Client(connection)
        client.record_feedback_reactions(
            [reaction(record(client), reacted_at="2026-01-01 12:00")]
        )
    row = database.execute("select reacted_at from feedback_reactions").fetchone()
    assert row == (datetime(2026, 1, 1, 12, tzinfo=UTC),)


@pytest.mark.parametrize(
    ("columns", "code", "message"),
    [
        (
            {"reaction_content": "heart"},
            "22023",
            "reactions[2].reaction_content: exp",
        ),
        ({"reaction_id": 0}, "22023", "reactions[2].reaction_id: expected an integer"),
        ({"reactor_login": None}, "22004", "reactions[2].reactor_login is missing"),
        ({"finding_id": None}, "22004", "reactions[2].finding_id is missing"),
        ({"reacted_at": "yesterday"}, "22023", "reactions[2].reacted_at: expected a"),
        (
            {"title": "a"},
            "22023",
            "reactions[2]: expected only the keys finding_id, ",
        ),
        ({"finding_id": 99}, "KB002", "reactions[2].finding_id: finding 99 does not"),
    ],
)
def test_an_invalid_reaction_is_named_and_nothing_is_written(
    client: Client,
    database: psycopg.Connection,
    columns: dict[str, Any],
    code: str,
    message: str,
) -> None:
    good = reaction(record(client))
    with pytest.raises(psycopg.DatabaseError) as error:
        client.record_feedback_reactions([good, good | columns])
    assert error.value.sqlstate == code
    assert str(error.value).startswith(message)
    assert isinstance(error.value, UnknownFindingError) == (code == "KB002")
    assert database.execute("select from feedback_reactions").rowcount == 0


def test_a_reaction_needs_a_comment(client: Client) -> None:
    (finding_id,) = client.record_review(**review(findings=[finding()])).finding_ids
    with pytest.raises(errors.NullValueNotAllowed, match=r"reactions\[1\].comment_id"):
        client.record_feedback_reactions([reaction(finding_id)])
    with pytest.raises(errors.NullValueNotAllowed, match="comment_surface is missing"):
        client.record_feedback_reactions([reaction(finding_id, comment_id=5)])
    (row,) = client.record_feedback_reactions(
        [reaction(finding_id, comment_id=5, comment_surface="issue")]
    )
    assert row.inserted


# One reaction per person and comment


def signs(client: Client) -> tuple[int, int]:
    """Return the number of thumbs up and of thumbs down."""
    patterns = client.list_feedback_patterns(REPO)
    return (
        sum(pattern.thumbs_up for pattern in patterns),
        sum(pattern.thumbs_down for pattern in patterns),
    )


def test_a_changed_reaction_replaces_the_old_one(client: Client) -> None:
    finding_id = record(client)
    up = reaction(finding_id, reaction_id=1)
    down = reaction(finding_id, reaction_id=2, reaction_content="-1")
    (first,) = client.record_feedback_reactions([up])
    (changed,) = client.record_feedback_reactions([down])
    assert changed.inserted
    assert changed.feedback_id == first.feedback_id
    assert signs(client) == (0, 1)
    again = client.record_feedback_reactions([up, down])
    assert [row.inserted for row in again] == [False, False]
    assert signs(client) == (0, 1)


@pytest.mark.parametrize("order", [1, -1])
def test_of_reactions_recorded_at_once_the_newest_counts(
    client: Client, order: int
) -> None:
    finding_id = record(client)
    reactions = [
        reaction(finding_id, reaction_id=n, reaction_content=content)
        for n, content in ((1, "+1"), (2, "-1"))
    ]
    rows = client.record_feedback_reactions(reactions[::order])
    assert [row.inserted for row in rows][::order] == [False, True]
    assert signs(client) == (0, 1)


def test_the_time_of_a_reaction_decides_before_its_id(client: Client) -> None:
    finding_id = record(client)
    newer = reaction(finding_id, reaction_id=1, reacted_at=NOW)
    older = reaction(
        finding_id,
        reaction_id=2,
        reaction_content="-1",
        reacted_at=NOW - timedelta(days=1),
    )
    for each in (older, newer, older):
        client.record_feedback_reactions([each])
    assert signs(client) == (1, 0)


def test_other_people_and_other_comments_keep_their_reactions(client: Client) -> None:
    finding_id = record(client)
    client.record_feedback_reactions(
        [
            reaction(finding_id, reaction_id=1),
            reaction(finding_id, reaction_id=2, reactor_login="bob"),
            reaction(finding_id, reaction_id=3, comment_id=5),
            reaction(finding_id, reaction_id=4, comment_surface="issue"),
        ]
    )
    assert signs(client) == (4, 0)


# sync_feedback_reactions


def of_comment(n: int, login: str, content: Any = "+1") -> CommentReaction:
    return {"reaction_id": n, "reaction_content": content, "reactor_login": login}


def test_a_sync_records_changes_and_removes_reactions(client: Client) -> None:
    finding_id, other_id = record(client), record(client, title="Other")
    client.record_feedback_reactions([reaction(other_id, comment_id=9)])

    def sync(*reactions: CommentReaction) -> tuple[int, int, tuple[int, int]]:
        done = client.sync_feedback_reactions(finding_id, list(reactions))
        thumbs_up, thumbs_down = signs(client)
        return done.recorded, done.removed, (thumbs_up - 1, thumbs_down)

    ann, bob = of_comment(1, "ann"), of_comment(2, "bob")
    assert sync(ann, bob) == (2, 0, (2, 0))
    assert sync(ann, bob) == (0, 0, (2, 0))
    assert sync(of_comment(3, "ann", "-1"), bob) == (1, 1, (1, 1))
    assert sync(ann, bob) == (1, 1, (2, 0))
    assert sync(bob) == (0, 1, (1, 0))
    assert sync() == (0, 1, (0, 0))


def test_another_comment_of_the_finding_can_be_synced(client: Client) -> None:
    (finding_id,) = client.record_review(**review(findings=[finding()])).finding_ids
    with pytest.raises(errors.NullValueNotAllowed, match="^comment_id is missing"):
        client.sync_feedback_reactions(finding_id, [])
    with pytest.raises(errors.NullValueNotAllowed, match="^comment_surface is missing"):
        client.sync_feedback_reactions(finding_id, [], 5)
    with pytest.raises(UnknownFindingError, match="^finding_id: finding 99 does not"):
        client.sync_feedback_reactions(99, [])
    ann = [of_comment(1, "ann")]
    assert client.sync_feedback_reactions(finding_id, ann, 5, "issue").recorded == 1
    assert client.sync_feedback_reactions(finding_id, [], 5, "review").removed == 0
    assert client.sync_feedback_reactions(finding_id, [], 5, "issue").removed == 1


def test_concurrent_pollers_of_a_comment_do_not_deadlock(
    client: Client, conninfo: str, database: psycopg.Connection
) -> None:
    finding_id = record(client)
    reactions = [of_comment(n, f"dev{n:02}") for n in range(1, 26)]
    client.sync_feedback_reactions(finding_id, reactions[::2])
    recorded: Any = [{"finding_id": finding_id, **each} for each in reactions[::-1]]
    with sessions(conninfo, 2) as (first, second):
        first.client.sync_feedback_reactions(finding_id, reactions[1:])
        second.start(lambda c: c.record_feedback_reactions(recorded))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert [row.inserted for row in second.result()] == [False] * 24 + [True]


# list_feedback_patterns


def test_reactions_are_summarized_by_title(client: Client, clock: Any) -> None:
    clock(NOW)
    reactors = [("+1", "ann"), ("-1", "ann"), ("-1", "bob"), ("-1", "cy")]
    for n, (content, login) in enumerate(reactors):
        recorded = client.record_review(
            REPO,
            n // 2 + 1,
            findings=[posted(n + 1, title="Nit")],
        )
        client.record_feedback_reactions(
            [
                reaction(
                    recorded.finding_ids[0],
                    reaction_content=content,
                    reactor_login=login,
                )
            ]
        )
    clock(NOW - timedelta(days=10))
    client.record_feedback_reactions([reaction(record(client, title="Old"))])
    clock(NOW)

    kind: tuple[Any, Any] = ("major", "correctness")
    nit = FeedbackPattern("Nit", *kind, 1, 3, 3, 1, 3, 2, 1, 2, NOW)
    ten_days_ago = NOW - timedelta(days=10)
    old = FeedbackPattern("Old", *kind, 1, 0, 1, 1, 0, 1, 1, 0, ten_days_ago)
    assert client.list_feedback_patterns(REPO) == [nit, old]
    assert client.list_feedback_patterns(REPO, days=10) == [nit]
    assert client.list_feedback_patterns(REPO, min_reactions=2) == [nit]
    assert client.list_feedback_patterns(REPO, limit=1) == [nit]
    assert client.list_feedback_patterns("acme/web") == []


def test_findings_of_one_title_are_told_apart_by_severity_and_category(
    client: Client,
) -> None:
    kinds = [("minor", "style"), ("critical", "style"), ("critical", "security")]
    for n, (severity, category) in enumerate(kinds):
        columns = {"title": "Nit", "severity": severity, "category": category}
        (finding_id,) = client.record_review(
            **review(findings=[posted(n + 1, **columns)])
        ).finding_ids
        client.record_feedback_reactions([reaction(finding_id)])
    found = [(p.severity, p.category) for p in client.list_feedback_patterns(REPO)]
    assert found == sorted(kinds)


# record_global_pattern


def test_recording_a_pattern_again_adds_to_its_count(client: Client) -> None:
    pattern: Any = ("major", "security", "high", "f1")
    first = client.record_global_pattern(*pattern)
    again = client.record_global_pattern(*pattern, count=BIG)  # type: ignore[misc]
    other = client.record_global_pattern("minor", *pattern[1:])
    assert (first.total_count, first.inserted) == (1, True)
    assert (again.total_count, again.inserted) == (BIG + 1, False)
    assert again.pattern_id == first.pattern_id != other.pattern_id


def test_concurrent_counts_of_a_pattern_add_up(
    conninfo: str, database: psycopg.Connection
) -> None:
    pattern: Any = ("major", "security", "high", "f1")
    with sessions(conninfo, 2) as (first, second):
        first.client.record_global_pattern(*pattern)
        second.start(lambda client: client.record_global_pattern(*pattern))
        wait_for_lock(database, second.process)
        first.connection.commit()
        counted = second.result()
    assert (counted.total_count, counted.inserted) == (2, False)


def test_a_count_beyond_bigint_is_rejected(client: Client) -> None:
    client.record_global_pattern("major", "security", "high", "f1", count=2**63 - 1)
    with pytest.raises(errors.NumericValueOutOfRange):
        client.record_global_pattern("major", "security", "high", "f1")


# list_global_patterns


def test_patterns_are_listed_by_frequency(client: Client, clock: Any) -> None:
    clock(NOW)
    counts: Any = {
        ("major", "security", "high", "f1"): 2,
        ("minor", "security", "high", "f1"): BIG,
        ("minor", "style", "low", "f2"): 2,
        ("major", "style", "high", "f3"): 1,
    }
    ids = {
        kind: client.record_global_pattern(*kind, count).pattern_id  # type: ignore[call-arg]
        for kind, count in counts.items()
    }
    listed = client.list_global_patterns()
    major, minor, style, rare = counts
    assert [p.pattern_id for p in listed] == [
        ids[k] for k in (minor, major, style, rare)
    ]
    assert listed[0] == GlobalPattern(
        ids[minor], "minor", "security", "high", "f1", BIG, NOW
    )

    def filtered(**arguments: Any) -> list[int]:
        return [p.pattern_id for p in client.list_global_patterns(**arguments)]

    assert filtered(severity="major") == [ids[major], ids[rare]]
    assert filtered(category="style") == [ids[style], ids[rare]]
    assert filtered(confidence_band="high") == [ids[minor], ids[major], ids[rare]]
    assert filtered(severity="major", category="style", confidence_band="low") == []
    assert filtered(min_count=2) == [ids[minor], ids[major], ids[style]]
    assert filtered(limit=2) == [ids[minor], ids[major]]
