"""assess_finding, assess_findings and calibrate_similarity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import errors

from kodiai import Client, FindingAssessment
from tests.knowledge.calls import review

from .corpus import memory, vector

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
REPO = "acme/api"
TEXT = "the retry loop swallows a timeout"


def say(client: Client, voice: str, *logins: str | None, **columns: Any) -> list[int]:
    """Let people, or events, each teach a memory near TEXT; return the memories."""
    ids = []
    for n, login in enumerate(logins):
        row = client.teach_memory(
            **memory_of(finding_text=f"{TEXT} {voice} {login} {n}", voice=voice)
            | {"login": login}
            | columns,
            embedding=vector(1, n / 100),
            same_distance=None,
        )
        assert row.memory_id
        ids.append(row.memory_id)
    return ids


def memory_of(*, voice: str, **columns: Any) -> dict[str, Any]:
    columns = memory(**columns) | {"voice": voice}
    del columns["outcome"]
    return columns


def assess(client: Client, **arguments: Any) -> FindingAssessment:
    given: dict[str, Any] = {
        "repo": REPO,
        "finding_text": TEXT,
        "severity": "medium",
        "category": "correctness",
        "embedding": vector(1),
        "min_similarity": 0.5,
    }
    return client.assess_finding(**given | arguments)


def test_nothing_is_known_without_memories(client: Client) -> None:
    found = assess(client)
    assert (found.verdict, found.confidence, found.memory_ids) == ("unknown", 0, None)
    assert found.reason == "No similar memory has a verdict."


def test_what_the_team_dismissed_is_suppressed(client: Client) -> None:
    ids = say(client, "suppressed", "ann", "bob", "cleo")
    found = assess(client)
    assert found.verdict == "suppress"
    assert found.confidence > 0.9
    assert (found.voices_for, found.voices_against) == (3, 0)
    assert found.memory_ids
    assert sorted(found.memory_ids) == ids
    assert found.memory_weights
    assert sum(found.memory_weights) == pytest.approx(1)
    assert "3 were dismissed, 0 wanted" in found.reason


def test_what_the_team_wanted_is_boosted(client: Client) -> None:
    say(client, "accepted", "ann", "bob", "cleo")
    found = assess(client)
    assert (found.verdict, found.voices_against) == ("boost", 3)
    assert found.memory_weights
    assert sum(found.memory_weights) == pytest.approx(-1)


def test_assents_outweigh_dismissals(client: Client) -> None:
    say(client, "suppressed", "ann", "bob", "cleo")
    say(client, "accepted", "dan", "eve")
    found = assess(client)
    assert (found.verdict, found.voices_for, found.voices_against) == ("keep", 3, 2)
    assert found.reason.endswith("too little to decide.")


def test_no_single_person_decides(client: Client) -> None:
    say(client, "suppressed", *["mallory"] * 10)
    assert assess(client).verdict == "keep"
    say(client, "suppressed", "ann")
    found = assess(client)
    assert (found.verdict, found.voices_for) == ("keep", 2)
    assert found.reason.endswith("too few voices say so, or one person alone.")
    say(client, "suppressed", "bob")
    assert assess(client).verdict == "suppress"


def test_one_person_decides_where_one_voice_is_enough(client: Client) -> None:
    say(client, "suppressed", "ann")
    assert assess(client, min_voices=1).verdict == "suppress"


def test_of_a_pull_request_two_voices_count(client: Client) -> None:
    reviewed = client.record_review(**review())
    say(client, "suppressed", *"abcdef", review_id=reviewed.review_id)
    found = assess(client)
    assert (found.verdict, found.voices_for) == ("keep", 2)


def test_nearer_memories_weigh_more(client: Client) -> None:
    say(client, "suppressed", "ann", "bob", "cleo")
    client.teach_memory(
        **memory_of(finding_text="another matter", voice="accepted"),
        login="dan",
        embedding=vector(1, 1),
    )
    assert assess(client).verdict == "suppress"


def test_newer_voices_weigh_more(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    clock(NOW - timedelta(days=3650))
    say(client, "accepted", "ann", "bob", "cleo")
    clock(NOW)
    say(client, "suppressed", "ann", "bob", "cleo")
    assert assess(client).verdict == "suppress"
    assert assess(client, half_life=None).verdict == "keep"


def test_memories_of_other_repos_weigh_less(client: Client) -> None:
    say(client, "accepted", "ann", "bob", "cleo", repo="acme/web")
    assert assess(client).verdict == "unknown"
    assert assess(client, owner="acme").verdict == "boost"
    say(client, "suppressed", "ann", "bob", "cleo")
    found = assess(client, owner="acme")
    assert found.weight_for > found.weight_against


@pytest.mark.parametrize(
    ("severity", "category"), [("critical", "style"), ("major", "security")]
)
def test_protected_findings_need_twice_the_evidence_of_maintainers(
    client: Client, severity: str, category: str
) -> None:
    arguments = {"severity": severity, "category": category}
    say(client, "suppressed", *"abcdef", association="NONE")
    assert assess(client).verdict == "suppress"
    found = assess(client, **arguments)
    assert (found.verdict, found.is_protected) == ("unknown", True)
    say(client, "suppressed", *"uvw", association="MEMBER")
    found = assess(client, **arguments)
    assert (found.verdict, found.voices_for) == ("keep", 3)
    assert "it is protected" in found.reason
    say(client, "suppressed", "x", "y", association="OWNER")
    assert assess(client, **arguments).verdict == "suppress"


def test_without_an_embedding_nothing_is_suppressed(client: Client) -> None:
    say(client, "suppressed", "ann", "bob", "cleo")
    found = assess(client, embedding=None)
    assert (found.verdict, found.voices_for) == ("keep", 3)
    assert found.reason.endswith("without an embedding nothing is suppressed.")


def test_pending_withdrawn_and_retired_voices_do_not_count(client: Client) -> None:
    ids = say(client, "suppressed", "ann", "bob", "cleo", "dan", "eve")
    client.retire_memories(REPO, "no", ids[:1])
    client.withdraw_voices(REPO, login="bob")
    client.set_learning_policy("acme", ["member"])
    say(client, "suppressed", "frank")
    found = assess(client)
    assert (found.verdict, found.voices_for) == ("suppress", 3)


def test_what_is_far_says_nothing(client: Client) -> None:
    say(client, "suppressed", "ann", "bob", "cleo")
    found = assess(client, embedding=vector(0, 1))
    assert found.verdict == "unknown"
    assert found.reason.endswith("below 0.50.")


def test_a_model_is_calibrated_before_it_is_judged(client: Client) -> None:
    say(client, "suppressed", "ann", "bob", "cleo")
    found = assess(client, min_similarity=None)
    assert found.verdict == "unknown"
    assert "not calibrated" in found.reason
    too_few = client.calibrate_similarity()
    assert (too_few.pairs, too_few.min_similarity) == (3, None)
    assert assess(client, min_similarity=None).verdict == "unknown"
    client.write_memories(
        [memory() for _ in range(60)], [vector(1, n % 7, n % 5) for n in range(60)]
    )
    scale = client.calibrate_similarity()
    assert scale.embedding_model == "test"
    assert scale.mean_similarity
    assert scale.deviation
    assert scale.min_similarity == scale.mean_similarity + scale.deviation
    assert 0 < scale.mean_similarity < 1
    assert client.calibrate_similarity() == scale
    assert assess(client, min_similarity=None).verdict != "unknown"


def test_a_review_is_assessed_in_one_call(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    clock(NOW)
    say(client, "suppressed", "ann", "bob", "cleo")
    finding: Any = {
        "finding_text": TEXT,
        "severity": "medium",
        "category": "correctness",
    }
    rows = client.assess_findings(
        REPO,
        [finding, finding | {"severity": "critical"}, finding],
        [vector(1), vector(1), None],
        min_similarity=0.5,
    )
    assert [row.ordinal for row in rows] == [1, 2, 3]
    assert [row.verdict for row in rows] == ["suppress", "unknown", "keep"]
    one = assess(client)
    assert all(getattr(rows[0], name) == getattr(one, name) for name in one.__slots__)
    assert client.assess_findings(REPO, []) == []


def test_the_same_call_gives_the_same_answer(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    clock(NOW)
    say(client, "suppressed", "ann", "bob", "cleo", "dan")
    say(client, "accepted", "eve", "frank")
    assert assess(client) == assess(client)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"repo": "acme"}, "^repo: expected owner/name"),
        ({"finding_text": " "}, "^finding_text: expected text"),
        ({"severity": "bad"}, "^severity: expected critical"),
        ({"category": "x"}, "^category: expected security"),
        ({"file_path": ""}, "^file_path: expected a path"),
        ({"owner": "other"}, "^owner: expected .acme."),
        ({"embedding": [1.0]}, "^embedding: expected"),
        ({"min_voices": 0}, "^min_voices: expected an integer from 1"),
        ({"ratio": 0.5}, "^ratio: expected a number from 1 to 50"),
        ({"min_similarity": 2}, "^min_similarity: expected a number from 0 to 1"),
        ({"half_life": timedelta(0)}, "^half_life: expected an interval"),
        ({"limit": 0}, "^limit: expected an integer from 1"),
        ({"embedding_model": ""}, "^embedding_model: expected a name"),
    ],
)
def test_bad_arguments_are_named(
    client: Client, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue, match=message):
        assess(client, **arguments)


def test_there_is_one_embedding_per_finding(client: Client) -> None:
    finding: Any = {
        "finding_text": TEXT,
        "severity": "medium",
        "category": "correctness",
    }
    with pytest.raises(errors.InvalidParameterValue, match="^embeddings: expected 1"):
        client.assess_findings(REPO, [finding], [])
