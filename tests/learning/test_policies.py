"""Who may teach: policies, approval and audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg import errors

from kodiai import Client, Teacher
from tests.knowledge.calls import BIG, posted, review

from .corpus import memory, vector
from .test_voices import TEXT, get, lesson, reactions, searched, state, voices

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
REPO = "acme/api"


def teach(client: Client, **columns: Any) -> tuple[int, str]:
    """Teach as somebody without an association unless one is given."""
    row = client.teach_memory(**{"login": "eve"} | lesson(**columns))
    return row.memory_id or 0, row.state


# Policies


@pytest.mark.parametrize(
    ("policy", "association", "expected"),
    [
        ({}, None, "pending"),
        ({}, "none", "pending"),
        ({}, "member", "active"),
        ({}, "Owner", "active"),
        ({"untrusted": "ignore"}, "contributor", "ignored"),
        ({"untrusted": "ignore"}, "MEMBER", "active"),
        ({"repo": REPO}, "NONE", "pending"),
        ({"repo": "acme/web"}, "NONE", "active"),
    ],
)
def test_the_policy_decides_whose_voice_counts(
    client: Client, policy: dict[str, Any], association: str | None, expected: str
) -> None:
    client.set_learning_policy("acme", ["owner", "Member"], **policy)
    assert teach(client, association=association)[1] == expected
    assert client.count_memories(REPO).memories == int(expected == "active")


def test_the_policy_of_a_repo_replaces_that_of_its_owner(client: Client) -> None:
    assert client.get_learning_policy(REPO) is None
    assert client.set_learning_policy("acme", ["member"]) is False
    assert client.set_learning_policy("acme", [], REPO, "ignore") is False
    policy = client.get_learning_policy(REPO)
    assert policy
    assert (policy.owner, policy.repo, policy.trusted_associations) == (
        *("acme", REPO, []),
    )
    assert (policy.untrusted, policy.approval_delay) == ("ignore", None)
    other = client.get_learning_policy("acme/web")
    assert other == client.get_learning_policy(None, "acme")
    assert other
    assert (other.repo, other.trusted_associations) == (None, ["MEMBER"])
    assert client.set_learning_policy("acme", None, REPO) is True
    assert client.get_learning_policy(REPO) == other
    assert client.set_learning_policy("acme", None) is True
    assert client.get_learning_policy(REPO) is None


def test_an_unknown_association_is_that_of_the_author_cache(client: Client) -> None:
    client.set_learning_policy("acme", ["member"])
    client.upsert_author(REPO, "Eve", "core", "MEMBER")
    assert teach(client)[1] == "active"
    assert teach(client, login="bob", finding_text="other")[1] == "pending"


def test_events_are_trusted(client: Client) -> None:
    client.set_learning_policy("acme", [], untrusted="ignore")
    assert client.teach_memory(**lesson(voice="accepted")).state == "active"
    assert client.write_memory(**memory()).state == "active"


def test_nobody_is_trusted_beyond_the_daily_maximum(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    client.set_learning_policy("acme", ["member"], max_per_person_day=2)

    def states() -> list[str]:
        return [
            teach(client, finding_text=f"text {n}", association="MEMBER")[1]
            for n in range(next_text[0], next_text[0] + 3)
        ]

    next_text = [0]
    clock(NOW)
    assert states() == ["active", "active", "pending"]
    assert teach(client, finding_text="text 0", association="MEMBER")[1] == "active"
    clock(NOW + timedelta(days=1))
    next_text = [3]
    assert states() == ["active", "active", "pending"]


# Pending


def test_a_pending_memory_is_neither_searched_nor_counted(client: Client) -> None:
    client.write_memory(**memory(finding_text="socket one"), embedding=vector(1))
    hits = client.search_memories(REPO, "socket", vector(1))
    client.set_learning_policy("acme", ["member"])
    memory_id, taught = teach(client, finding_text="socket two socket", finding_id=3)
    client.write_memory(
        **memory(finding_text="socket two socket", finding_id=3), embedding=vector(1)
    )
    # The event counts, so take it back.
    client.withdraw_voices(REPO, [memory_id], event="accepted")
    assert (taught, state(client, memory_id)[0]) == ("pending", "pending")
    assert client.search_memories(REPO, "socket", vector(1)) == hits
    assert client.count_memories(REPO).memories == 1
    assert client.count_memories(REPO).pending == 1
    assert client.list_repos()[0].memories == 1
    assert [m.memory_id for m in client.list_memories(REPO, state="pending")] == [
        memory_id
    ]
    assert all(check.is_ok for check in client.check_search(REPO))


def test_an_untrusted_voice_does_not_change_an_active_memory(client: Client) -> None:
    row = client.teach_memory(**lesson(voice="accepted"))
    client.set_learning_policy("acme", ["member"])
    assert teach(client, voice="thumbs_down") == (row.memory_id, "active")
    assert teach(client, voice="thumbs_down", login="bob")[1] == "active"
    assert state(client, row.memory_id) == ("active", "accepted")
    assert client.approve_memories(REPO, [row.memory_id or 0], "ann") == 2
    assert state(client, row.memory_id) == ("active", "thumbs_down")


def test_an_approved_memory_is_found(client: Client) -> None:
    client.set_learning_policy("acme", ["member"])
    memory_id, _ = teach(client, voice="thumbs_down", rationale="we pool elsewhere")
    assert searched(client) == []
    (waiting,) = client.list_pending_memories(REPO)
    assert (waiting.memory_id, waiting.finding_text, waiting.state) == (
        *(memory_id, TEXT, "pending"),
    )
    assert (waiting.pending_voices, waiting.logins, waiting.verdicts) == (
        *(1, ["eve"], ["thumbs_down"]),
    )
    assert waiting.due_at is None
    assert client.approve_memories(REPO, [memory_id], by="Ann", reason="true") == 1
    assert client.approve_memories(REPO, [memory_id]) == 0
    assert searched(client) == [memory_id]
    assert client.list_pending_memories(REPO) == []
    (change,) = client.list_memory_history(REPO, memory_id)
    assert (change.action, change.changed_by, change.reason) == (
        *("approved", "ann", "true"),
    )
    assert change.after == {"state": "active"}
    assert all(check.is_ok for check in client.check_search(REPO))


def test_a_rejected_memory_stays_retired(client: Client) -> None:
    client.set_learning_policy("acme", ["member"])
    memory_id, _ = teach(client)
    assert client.reject_memories(REPO, [memory_id], "not what we do", "ann") == 1
    assert get(client, memory_id).retired_reason == "not what we do"
    assert teach(client, association="MEMBER", login="bob") == (memory_id, "retired")
    assert client.list_pending_memories(REPO) == []


def test_an_active_memory_only_loses_the_rejected_voices(client: Client) -> None:
    row = client.teach_memory(**lesson(voice="accepted"))
    client.set_learning_policy("acme", ["member"])
    teach(client, voice="thumbs_down")
    (waiting,) = client.list_pending_memories(None, owner="acme")
    assert waiting.state == "active"
    assert client.reject_memories(REPO, [row.memory_id or 0], "no") == 1
    assert state(client, row.memory_id) == ("active", "accepted")
    assert list(voices(client, row.memory_id)) == ["accepted"]
    (change,) = client.list_memory_history(REPO, row.memory_id or 0)
    assert (change.action, change.reason, change.after) == ("rejected", "no", {})


def test_voices_are_approved_once_nobody_rejected_them_for_long_enough(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    clock(NOW)
    client.set_learning_policy("acme", ["member"], approval_delay=timedelta(days=2))
    first, _ = teach(client)
    clock(NOW + timedelta(days=1))
    second, _ = teach(client, finding_text=f"{TEXT} twice")
    due = {m.memory_id: m.due_at for m in client.list_pending_memories(REPO)}
    assert due == {first: NOW + timedelta(days=2), second: NOW + timedelta(days=3)}
    assert client.approve_memories(REPO) == 0
    clock(NOW + timedelta(days=2))
    assert client.approve_memories(REPO) == 1
    assert searched(client) == [first]
    client.set_learning_policy("acme", ["member"])
    clock(NOW + timedelta(days=9))
    assert client.approve_memories(REPO) == 0


def test_restoring_what_only_awaits_approval_makes_it_pending(client: Client) -> None:
    client.set_learning_policy("acme", ["member"])
    memory_id, _ = teach(client)
    client.retire_memories(REPO, "no", [memory_id])
    assert client.restore_memories(REPO, [memory_id]) == 1
    assert state(client, memory_id)[0] == "pending"
    assert searched(client) == []


def test_reactions_of_untrusted_people_await_approval(client: Client) -> None:
    (finding_id,) = client.record_review(**review(findings=[posted(BIG)])).finding_ids
    row = client.teach_memory(**lesson(finding_id=finding_id, voice="accepted"))
    client.upsert_author(REPO, "ann", "core", "MEMBER")
    client.set_learning_policy("acme", ["member"])
    client.sync_feedback_reactions(
        finding_id, reactions(ann="-1", eve="+1", mallory="+1")
    )
    assert {
        login: voice["is_pending"]
        for login, voice in voices(client, row.memory_id).items()
    } == {"accepted": False, "ann": False, "eve": True, "mallory": True}
    assert state(client, row.memory_id) == ("active", "thumbs_down")
    client.set_learning_policy("acme", ["member"], untrusted="ignore")
    client.sync_feedback_reactions(finding_id, reactions(ann="-1", eve="+1", zoe="+1"))
    assert sorted(map(str, voices(client, row.memory_id))) == ["accepted", "ann", "eve"]


def test_pending_memories_are_listed_page_by_page(client: Client) -> None:
    client.set_learning_policy("acme", [])
    ids = [teach(client, finding_text=f"text {n}")[0] for n in range(5)]
    teach(client, finding_text="text", repo="corp/api")
    page = client.list_pending_memories(REPO, limit=3)
    assert [m.memory_id for m in page] == ids[:3]
    page = client.list_pending_memories(REPO, after_id=ids[2], limit=3)
    assert [m.memory_id for m in page] == ids[3:]
    assert client.list_pending_memories("acme/web") == []


# Audit


def test_an_audit_shows_bursts_shares_and_what_was_retired(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    day = NOW.replace(hour=0)
    ids = {}
    for login, texts, when in [
        ("ann", range(3), day),
        ("eve", range(3, 9), day + timedelta(days=1)),
        ("eve", range(9, 10), day + timedelta(days=2)),
    ]:
        clock(when)
        for n in texts:
            ids[n], _ = teach(
                client, login=login, finding_text=f"text {n}", association="MEMBER"
            )
    client.teach_memory(**lesson(repo="acme/web", login="zoe"))
    client.teach_memory(**lesson(voice="accepted"))
    client.retire_memories(REPO, "spam", [ids[n] for n in range(3, 6)])
    client.withdraw_voices(REPO, [ids[9]], login="eve")
    assert client.audit_teachers(REPO) == [
        Teacher(
            login="eve",
            association="MEMBER",
            voices=7,
            share=0.7,
            busiest_day=date(2026, 4, 1),
            busiest_day_voices=6,
            pending=0,
            withdrawn=1,
            retired=4,
            retired_share=4 / 7,
            last_said_at=day + timedelta(days=2),
        ),
        Teacher(
            login="ann",
            association="MEMBER",
            voices=3,
            share=0.3,
            busiest_day=date(2026, 3, 31),
            busiest_day_voices=3,
            pending=0,
            withdrawn=0,
            retired=0,
            retired_share=0,
            last_said_at=day,
        ),
    ]
    assert [t.login for t in client.audit_teachers(None, owner="acme")] == [
        *("eve", "ann", "zoe"),
    ]
    assert [t.voices for t in client.audit_teachers(REPO, days=1)] == [1]
    assert len(client.audit_teachers(REPO, limit=1)) == 1


# Errors


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"owner": "acme/api"}, "^owner: expected an owner name"),
        ({"repo": "corp/api"}, "^owner: expected"),
        ({"trusted_associations": [" "]}, "^trusted_associations: expected a name"),
        ({"untrusted": "trust"}, "^untrusted: expected pending or ignore"),
        ({"approval_delay": timedelta(seconds=1)}, "^approval_delay: expected 0, or"),
        ({"max_per_person_day": 0}, "^max_per_person_day: expected an integer"),
    ],
)
def test_bad_policies_are_rejected(
    client: Client, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue, match=message):
        client.set_learning_policy(
            **{"owner": "acme", "trusted_associations": ["member"]} | arguments
        )
