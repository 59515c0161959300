"""record_assessment and what becomes of assessments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from psycopg import errors

from kodiai import Client, RecordedAssessment, UnknownAssessmentError
from tests.concurrency import sessions

from .test_assessment import NOW, REPO, TEXT, assess, say

pytestmark = pytest.mark.slow


def record(client: Client, **arguments: Any) -> RecordedAssessment:
    given: dict[str, Any] = {
        "repo": REPO,
        "delivery_id": "d1",
        "finding_text": TEXT,
        "severity": "medium",
        "category": "correctness",
        "verdict": "suppress",
        "confidence": 0.9,
        "reason": "Dismissed before.",
        "check_share": 0,
        "pr_number": 7,
    }
    return client.record_assessment(**given | arguments)


def test_a_finding_to_be_suppressed_is_suppressed(client: Client) -> None:
    row = record(client)
    assert (row.act, row.is_check, row.inserted) == ("suppress", False, True)
    for verdict in ("keep", "boost", "unknown"):
        row = record(client, verdict=verdict, delivery_id=verdict)
        assert (row.act, row.is_check) == ("show", False)


def test_a_delivery_that_arrives_again_is_recorded_once(client: Client) -> None:
    first = record(client, check_share=1)
    assert (first.act, first.is_check) == ("show", True)
    again = record(client)
    assert again.assessment_id == first.assessment_id
    assert (again.act, again.is_check, again.inserted) == ("show", True, False)
    assert record(client, file_path="./src//a.py").inserted
    assert not record(client, file_path="src/a.py").inserted


def test_concurrent_deliveries_record_one_assessment(
    client: Client, conninfo: str
) -> None:
    with sessions(conninfo, 4) as group:
        for session in group:
            session.start(record)
            session.connection.commit()
    assert len(client.list_suppressed_findings(REPO)) == 1


def test_a_share_of_what_would_be_suppressed_is_shown(client: Client) -> None:
    rows = [record(client, delivery_id=f"d{n}", check_share=0.2) for n in range(500)]
    assert 60 < sum(row.is_check for row in rows) < 140
    assert {row.act for row in rows if row.is_check} == {"show"}


def test_the_findings_kept_silent_are_listed(client: Client) -> None:
    ids = say(client, "suppressed", "ann", "bob", "cleo")
    say(client, "accepted", "dan")
    found = assess(client)
    row = record(
        client,
        confidence=found.confidence,
        reason=found.reason,
        memory_ids=found.memory_ids,
        memory_weights=found.memory_weights,
        file_path="src/a.py",
    )
    record(client, finding_text="shown", verdict="keep")
    record(client, finding_text="checked", check_share=1)
    (listed,) = client.list_suppressed_findings(REPO, 7)
    assert listed.assessment_id == row.assessment_id
    assert (listed.finding_text, listed.file_path) == (TEXT, "src/a.py")
    assert (listed.reason, listed.confidence) == (found.reason, found.confidence)
    assert sorted(listed.memory_ids) == ids
    assert client.list_suppressed_findings(REPO, 8) == []
    assert client.list_suppressed_findings(REPO, after_id=row.assessment_id) == []


def test_memories_that_no_longer_exist_are_left_out(client: Client) -> None:
    ids = say(client, "suppressed", "ann", "bob")
    client.delete_memories(REPO, ids[:1])
    row = record(client, memory_ids=ids, memory_weights=[0.5, 0.5])
    client.delete_memories(REPO, ids[1:])
    (listed,) = client.list_suppressed_findings(REPO)
    assert (listed.assessment_id, listed.memory_ids) == (row.assessment_id, [])


def test_memories_that_were_wrong_lose_weight(
    client: Client, clock: Callable[[Any], None]
) -> None:
    clock(NOW)
    ids = say(client, "suppressed", "ann", "bob", "cleo")
    assert assess(client).verdict == "suppress"
    rows = []
    for n in range(6):
        found = assess(client)
        rows.append(
            record(
                client,
                delivery_id=f"d{n}",
                memory_ids=found.memory_ids,
                memory_weights=found.memory_weights,
            )
        )
    say(client, "accepted", "dan")
    before = assess(client)
    for row in rows:
        assert client.settle_assessment(row.assessment_id, "wanted")
        assert not client.settle_assessment(row.assessment_id, "wanted")
    after = assess(client)
    assert after.odds
    assert before.odds
    assert after.odds < before.odds / 5
    usage = {row.memory_id: row for row in client.list_memory_usage(REPO)}
    assert usage[ids[0]].trust < 0.2
    assert usage[ids[0]].contradicted == pytest.approx(2, abs=0.5)

    for row in rows:
        assert client.settle_assessment(row.assessment_id, "unwanted")
    assert assess(client).odds == pytest.approx(before.odds)


def test_usage_shows_what_memories_were_used_for(
    client: Client, clock: Callable[[Any], None]
) -> None:
    clock(NOW)
    used, unused = say(client, "suppressed", "ann", "bob")
    assert client.record_recall(REPO, "d1", [used, 999999], 7) == 1
    assert client.record_recall(REPO, "d1", [used]) == 0
    assert client.record_recall(REPO, "d2", [used]) == 1
    clock(NOW + timedelta(hours=1))
    record(client, memory_ids=[used], memory_weights=[1])
    record(
        client,
        finding_text="other",
        verdict="keep",
        memory_ids=[used],
        memory_weights=[-0.5],
    )
    first, second = client.list_memory_usage(REPO)
    assert (first.memory_id, first.recalled, first.assessed) == (used, 2, 2)
    assert (first.suppressed, first.trust) == (1, 1)
    assert first.last_used_at == NOW + timedelta(hours=1)
    assert (second.memory_id, second.recalled, second.assessed) == (unused, 0, 0)
    assert second.last_used_at is None
    assert [u.memory_id for u in client.list_memory_usage(None, "acme", used)] == [
        unused
    ]


def test_the_precision_is_that_of_the_findings_shown_for_checking(
    client: Client,
) -> None:
    outcomes: list[Any] = ["unwanted"] * 8 + ["wanted"] * 2
    for n, outcome in enumerate(outcomes):
        row = record(client, delivery_id=f"d{n}", check_share=1)
        client.settle_assessment(row.assessment_id, outcome)
    contested = record(client, delivery_id="x", category="style")
    client.settle_assessment(contested.assessment_id, "wanted")
    record(client, delivery_id="y", verdict="keep")
    total, correctness, style = client.get_suppression_quality(REPO)
    assert (total.category, total.assessed, total.suppressed) == (None, 12, 1)
    assert (total.checked, total.settled, total.unwanted) == (10, 10, 8)
    assert (total.contested, style.contested) == (1, 1)
    assert (correctness.category, correctness.assessed) == ("correctness", 11)
    assert total.estimated_precision == 0.8
    # Wilson's interval of 8 of 10, as scipy.stats.binomtest gives it.
    assert total.precision_low == pytest.approx(0.4902, abs=1e-4)
    assert total.precision_high == pytest.approx(0.9433, abs=1e-4)
    assert style.estimated_precision is None
    (empty,) = client.get_suppression_quality("acme/web")
    assert empty.assessed == 0


def test_old_assessments_are_purged(
    client: Client, clock: Callable[[Any], None]
) -> None:
    clock(NOW)
    ids = say(client, "suppressed", "ann")
    row = record(client, memory_ids=ids, memory_weights=[1])
    client.settle_assessment(row.assessment_id, "wanted")
    client.record_recall(REPO, "d1", ids)
    clock(NOW + timedelta(days=400))
    record(client, delivery_id="d2")
    assert client.purge_assessments() == 2
    assert [r.delivery_id for r in client.list_suppressed_findings(REPO)] == ["d2"]
    (usage,) = client.list_memory_usage(REPO)
    assert (usage.recalled, usage.contradicted) == (0, 1)


def test_an_unknown_assessment_is_refused(client: Client) -> None:
    with pytest.raises(UnknownAssessmentError, match="^assessment_id: "):
        client.settle_assessment(1, "wanted")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"repo": "acme"}, "^repo: expected owner/name"),
        ({"delivery_id": " "}, "^delivery_id: expected a name"),
        ({"finding_text": ""}, "^finding_text: expected text"),
        ({"verdict": "no"}, "^verdict: expected suppress, keep"),
        ({"confidence": 2}, "^confidence: expected a number from 0 to 1"),
        ({"check_share": -1}, "^check_share: expected a number from 0 to 1"),
        ({"memory_ids": [1]}, "^memory_weights: expected 1 elements"),
        (
            {"memory_ids": [1], "memory_weights": [2]},
            "^memory_weights: expected a number from -1 to 1",
        ),
        ({"pr_number": 0}, "^pr_number: expected an integer from 1"),
    ],
)
def test_bad_arguments_are_named(
    client: Client, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue, match=message):
        record(client, **arguments)
    assert client.get_suppression_quality(REPO)[0].assessed == 0
