"""teach_memory, withdraw_voices, sync_feedback_reactions and get_memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import errors

from kodiai import Client, MemoryVoice, MemoryWithVoices, UnknownMemoryError
from tests.knowledge.calls import BIG, posted, reaction, review

from .corpus import memory, vector

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
REPO = "acme/api"
#: 20 words, of which REWORDED has 18.
TEXT = (
    "the connection pool leaks a socket whenever the retry loop swallows a timeout"
    " because nobody closes the transport before the next attempt begins"
)
REWORDED = TEXT.replace("nobody", "nothing").replace("begins", "starts")


def lesson(**columns: Any) -> Any:
    """Arguments of teach_memory; no model is active unless one is named."""
    columns = memory(finding_text=TEXT) | columns
    columns["voice"] = columns.pop("voice", columns.pop("outcome"))
    columns.pop("outcome", None)
    return columns


def get(client: Client, memory_id: int | None) -> MemoryWithVoices:
    assert memory_id
    found = client.get_memory(REPO, memory_id)
    assert found
    return found


def voices(client: Client, memory_id: int | None) -> dict[str | None, MemoryVoice]:
    """Return the voices that were not withdrawn, by person or event."""
    return {
        voice["login"] or voice["event"]: voice
        for voice in get(client, memory_id).voices
        if not voice["withdrawn_at"]
    }


def state(client: Client, memory_id: int | None) -> tuple[str, str]:
    found = get(client, memory_id)
    return found.state, found.outcome


def searched(client: Client, text: str = "connection pool") -> list[int]:
    return [hit.memory_id for hit in client.search_memories(REPO, text)]


# Joining


def test_a_new_text_is_a_new_memory(client: Client) -> None:
    row = client.teach_memory(
        **lesson(voice="thumbs_up", login="Ann", association="member", finding_id=7),
        embedding=vector(1),
        rationale="it bit us twice",
        url="https://github.com/acme/api/pull/7#discussion_r1",
        said_at=NOW,
    )
    assert (row.inserted, row.joined, row.distance) == (True, False, None)
    assert row.state == "active"
    found = get(client, row.memory_id)
    assert (found.finding_text, found.outcome, found.finding_id) == (
        *(TEXT, "thumbs_up", 7),
    )
    assert found.joined_finding_ids == []
    assert found.voices == [
        {
            "login": "ann",
            "event": None,
            "association": "MEMBER",
            "voice": "thumbs_up",
            "rationale": "it bit us twice",
            "url": "https://github.com/acme/api/pull/7#discussion_r1",
            "finding_id": 7,
            "said_at": "2026-03-31T12:00:00+00:00",
            "withdrawn_at": None,
            "is_pending": False,
        }
    ]


def test_a_repeat_joins_the_memory_of_its_finding(client: Client) -> None:
    first = client.teach_memory(**lesson(finding_id=7))
    second = client.teach_memory(
        **lesson(finding_id=7, finding_text="other words", login="ann")
    )
    assert (second.memory_id, second.inserted, second.joined, second.distance) == (
        *(first.memory_id, False, True, None),
    )
    assert get(client, first.memory_id).finding_text == TEXT


@pytest.mark.parametrize("outcome", ["accepted", "suppressed"])
def test_a_repeat_joins_a_memory_that_is_near_in_both_arms(
    client: Client, outcome: str
) -> None:
    first = client.teach_memory(**lesson(finding_id=7), embedding=vector(1))
    near = vector(1, 0.5)  # at a distance of .106
    second = client.teach_memory(
        **lesson(finding_id=8, finding_text=REWORDED, voice=outcome), embedding=near
    )
    assert (second.memory_id, second.joined) == (first.memory_id, True)
    assert second.distance == pytest.approx(0.10557, abs=1e-4)
    assert get(client, first.memory_id).joined_finding_ids == [8]


@pytest.mark.parametrize(
    ("columns", "embedding", "distance"),
    [
        ({"finding_text": REWORDED}, vector(1, 1), 0.2),  # far
        ({"finding_text": REWORDED}, vector(1, 0.5), 0.1),
        ({"finding_text": REWORDED}, vector(1), None),
        ({"finding_text": "the session cookie is not secure"}, vector(1), 0.2),
        ({"finding_text": REWORDED}, None, 0.2),
        ({"repo": "acme/web"}, vector(1), 0.2),
    ],
)
def test_anything_else_is_a_new_memory(
    client: Client,
    columns: dict[str, Any],
    embedding: list[float] | None,
    distance: float | None,
) -> None:
    client.teach_memory(**lesson(finding_id=7), embedding=vector(1))
    row = client.teach_memory(
        **lesson(finding_id=8, **columns),
        embedding=embedding,
        same_distance=distance,
    )
    assert row.inserted


def test_short_texts_that_differ_in_one_word_stay_apart(client: Client) -> None:
    for n, language in enumerate(["thai", "tibetan", "thai"]):
        row = client.teach_memory(
            **lesson(finding_id=n, finding_text=f"typo in the {language} locale"),
            embedding=vector(1, 0.01 * n),
        )
        assert row.inserted == (n < 2)


def test_an_equal_text_needs_no_embedding(client: Client) -> None:
    first = client.teach_memory(**lesson())
    second = client.teach_memory(**lesson(voice="suppressed"))
    assert (second.memory_id, second.distance) == (first.memory_id, 0)
    assert client.teach_memory(**lesson(), same_distance=None).inserted


def test_a_stale_memory_is_not_repeated(client: Client) -> None:
    first = client.teach_memory(**lesson(), embedding=vector(1))
    client.mark_stale_memories(REPO, [first.memory_id or 0])
    assert client.teach_memory(**lesson(), embedding=vector(1)).inserted


def test_what_is_said_about_a_joined_finding_reaches_the_memory(client: Client) -> None:
    first = client.teach_memory(**lesson(finding_id=7))
    client.teach_memory(**lesson(finding_id=8, login="ann"))
    client.teach_memory(**lesson(finding_id=9, login="ann"))
    written = client.write_memory(**memory(finding_id=8, outcome="suppressed"))
    assert (written.memory_id, written.inserted) == (first.memory_id, False)
    assert client.withdraw_voices(REPO, finding_ids=[9], login="ann") == 1
    assert get(client, first.memory_id).joined_finding_ids == [8, 9]


def test_a_joined_memory_gets_the_embedding_that_it_lacks(client: Client) -> None:
    first = client.teach_memory(**lesson())
    client.teach_memory(**lesson(), embedding=vector(2))
    embedding = get(client, first.memory_id).embedding
    assert embedding
    assert embedding.to_list() == vector(2)


# Voices and outcome


def test_a_change_of_mind_replaces_what_the_person_said(client: Client) -> None:
    row = client.teach_memory(**lesson(voice="thumbs_up", login="ann"))
    client.teach_memory(**lesson(voice="thumbs_down", login="ANN", rationale="no"))
    assert state(client, row.memory_id) == ("active", "thumbs_down")
    (voice,) = voices(client, row.memory_id).values()
    assert (voice["voice"], voice["rationale"]) == ("thumbs_down", "no")
    (hit,) = client.search_memories(REPO, "connection pool")
    assert hit.outcome == "thumbs_down"


def test_the_outcome_is_that_of_the_side_with_more_voices(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    said = [
        ("ann", "thumbs_up", "thumbs_up"),
        ("bob", "thumbs_down", "thumbs_down"),  # a tie: whoever spoke last
        ("carla", "accepted", "accepted"),
        ("dan", "suppressed", "suppressed"),
        ("eve", "suppressed", "suppressed"),
        ("frank", "thumbs_up", "thumbs_up"),
        ("grace", "published", "thumbs_up"),  # no verdict
        ("heidi", "reply", "thumbs_up"),
        ("eve", "accepted", "accepted"),  # 4 to 2
        ("bob", "thumbs_down", "accepted"),
    ]
    for n, (login, voice, outcome) in enumerate(said):
        clock(NOW + timedelta(hours=n))
        row = client.teach_memory(**lesson(voice=voice, login=login))
        assert get(client, row.memory_id).outcome == outcome, (n, login)


def test_without_a_verdict_a_memory_is_published(client: Client) -> None:
    row = client.teach_memory(**lesson(voice="reply", login="ann"))
    assert state(client, row.memory_id) == ("active", "published")
    client.teach_memory(**lesson(voice="accepted"))
    assert state(client, row.memory_id) == ("active", "accepted")
    client.withdraw_voices(REPO, [row.memory_id or 0], event="accepted")
    assert state(client, row.memory_id) == ("active", "published")


def test_a_delivery_that_arrives_again_changes_nothing(client: Client) -> None:
    first = {"voice": "thumbs_up", "said_at": NOW}
    second = {"voice": "thumbs_down", "said_at": NOW + timedelta(minutes=1)}
    row = client.teach_memory(**lesson(login="ann", **first))
    client.teach_memory(**lesson(login="ann", **second))
    expected = get(client, row.memory_id)
    for said in (first, second, first):
        client.teach_memory(**lesson(login="ann", **said))
        assert get(client, row.memory_id) == expected
    client.withdraw_voices(REPO, [row.memory_id or 0], login="ann")
    for said in (first, second):
        again = client.teach_memory(**lesson(login="ann", **said))
        assert again.state == "retired"
    assert client.teach_memory(**lesson(login="ann")).state == "active"


def test_a_clock_that_is_fast_does_not_win_forever(client: Client) -> None:
    fast = datetime.now(UTC) + timedelta(days=1)
    row = client.teach_memory(**lesson(voice="thumbs_up", login="ann", said_at=fast))
    client.teach_memory(**lesson(voice="thumbs_down", login="ann"))
    assert state(client, row.memory_id) == ("active", "thumbs_down")


def test_bots_are_no_voices(client: Client) -> None:
    row = client.teach_memory(**lesson(login="dependabot[bot]"))
    assert (row.memory_id, row.inserted, row.joined, row.state) == (
        *(None, False, False, "ignored"),
    )
    assert client.count_memories(REPO).memories == 0


# withdraw_voices


def test_a_memory_without_a_voice_is_retired_until_somebody_speaks(
    client: Client,
) -> None:
    row = client.teach_memory(**lesson(voice="thumbs_up", login="ann"))
    assert searched(client) == [row.memory_id]
    assert client.withdraw_voices(REPO, [row.memory_id or 0]) == 1
    assert state(client, row.memory_id) == ("retired", "thumbs_up")
    assert searched(client) == []
    assert client.withdraw_voices(REPO, [row.memory_id or 0]) == 0
    again = client.teach_memory(**lesson(voice="thumbs_down", login="bob"))
    assert (again.memory_id, again.state) == (row.memory_id, "active")
    assert state(client, row.memory_id) == ("active", "thumbs_down")


def test_all_voices_of_a_person_are_withdrawn_from_a_repo(client: Client) -> None:
    rows = [
        client.teach_memory(**lesson(finding_text=f"{TEXT} {n}", login="ann"))
        for n in range(3)
    ]
    client.teach_memory(**lesson(finding_text=f"{TEXT} 0", login="bob"))
    elsewhere = client.teach_memory(**lesson(repo="acme/web", login="ann"))
    withdrawn = client.withdraw_voices(REPO, login="Ann", reason="spam", by="Root")
    assert withdrawn == 3
    assert searched(client) == [rows[0].memory_id]
    (change,) = client.list_memory_history(REPO, rows[1].memory_id or 0)
    assert (change.action, change.changed_by, change.reason) == (
        *("withdrawn", "root", "spam"),
    )
    assert (change.before, change.after) == ({"state": "active"}, {"state": "retired"})
    other = client.get_memory("acme/web", elsewhere.memory_id or 0)
    assert other
    assert other.state == "active"


# sync_feedback_reactions


def commented(client: Client) -> int:
    """Record a finding that was posted as a comment; return its id."""
    (finding_id,) = client.record_review(**review(findings=[posted(BIG)])).finding_ids
    return finding_id


def reactions(**content: str) -> list[Any]:
    rows = [
        reaction(
            0,
            reaction_id=int.from_bytes(login[:4].encode()),
            reactor_login=login,
            reaction_content=given,
        )
        for login, given in content.items()
    ]
    for row in rows:
        del row["finding_id"]
    return rows


def test_voices_follow_the_reactions_to_the_comment(client: Client) -> None:
    finding_id = commented(client)
    row = client.teach_memory(
        **lesson(finding_id=finding_id, voice="thumbs_up", login="ann")
    )
    client.teach_memory(**lesson(finding_id=finding_id, voice="reply", login="carla"))
    client.sync_feedback_reactions(finding_id, reactions(bob="-1", dan="-1"))
    assert {
        login: v["voice"] for login, v in voices(client, row.memory_id).items()
    } == {
        "carla": "reply",
        "bob": "thumbs_down",
        "dan": "thumbs_down",
    }
    assert state(client, row.memory_id) == ("active", "thumbs_down")
    client.sync_feedback_reactions(finding_id, [])
    assert state(client, row.memory_id) == ("active", "published")


def test_the_last_reaction_taken_back_retires_the_memory(client: Client) -> None:
    finding_id = commented(client)
    row = client.write_memory(**memory(finding_id=finding_id, outcome="thumbs_up"))
    client.sync_feedback_reactions(finding_id, reactions(ann="+1"))
    assert list(voices(client, row.memory_id)) == ["ann"]
    client.sync_feedback_reactions(finding_id, [])
    assert state(client, row.memory_id) == ("retired", "thumbs_up")
    client.sync_feedback_reactions(finding_id, reactions(ann="+1"))
    assert state(client, row.memory_id) == ("active", "thumbs_up")


def test_reactions_to_a_joined_finding_reach_the_memory(client: Client) -> None:
    row = client.teach_memory(**lesson(voice="accepted"))
    finding_id = commented(client)
    client.teach_memory(**lesson(finding_id=finding_id, voice="published"))
    client.sync_feedback_reactions(finding_id, reactions(ann="-1", bob="-1"))
    assert state(client, row.memory_id) == ("active", "thumbs_down")


def test_a_reaction_taken_back_leaves_the_one_to_another_finding(
    client: Client,
) -> None:
    first, second = client.record_review(
        **review(
            findings=[
                posted(BIG),
                posted(BIG + 1, file_path="src/b.py"),
            ]
        )
    ).finding_ids
    row = client.teach_memory(**lesson(finding_id=first, voice="published"))
    client.teach_memory(**lesson(finding_id=second, voice="published"))
    client.sync_feedback_reactions(first, reactions(ann="+1"))
    client.sync_feedback_reactions(second, reactions(annie="-1", ann="-1"))
    assert voices(client, row.memory_id)["ann"]["voice"] == "thumbs_down"
    client.sync_feedback_reactions(second, reactions(annie="-1"))
    assert voices(client, row.memory_id)["ann"]["voice"] == "thumbs_up"
    client.sync_feedback_reactions(first, [])
    assert "ann" not in voices(client, row.memory_id)


def test_reactions_reach_all_memories_of_a_comment(client: Client) -> None:
    first, second = client.record_review(
        **review(findings=[posted(BIG), posted(BIG, file_path="src/b.py")])
    ).finding_ids
    ids = [
        client.teach_memory(**lesson(finding_id=first, voice="published")).memory_id,
        client.teach_memory(
            **lesson(finding_id=second, finding_text="other", voice="published")
        ).memory_id,
    ]
    client.sync_feedback_reactions(first, reactions(ann="-1"))
    assert {state(client, id_) for id_ in ids} == {("active", "thumbs_down")}
    client.sync_feedback_reactions(second, reactions(ann="-1"))
    assert {state(client, id_) for id_ in ids} == {("active", "thumbs_down")}
    client.sync_feedback_reactions(second, [])
    assert {state(client, id_) for id_ in ids} == {("active", "published")}


def test_syncing_again_changes_nothing(client: Client) -> None:
    finding_id = commented(client)
    row = client.teach_memory(**lesson(finding_id=finding_id))
    client.sync_feedback_reactions(finding_id, reactions(ann="-1", bob="+1"))
    expected = get(client, row.memory_id)
    client.sync_feedback_reactions(finding_id, reactions(ann="-1", bob="+1"))
    assert get(client, row.memory_id) == expected


def test_a_voice_that_was_withdrawn_stays_so_when_reactions_are_synced(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    clock(NOW)
    finding_id = commented(client)
    row = client.teach_memory(**lesson(finding_id=finding_id))
    client.sync_feedback_reactions(finding_id, reactions(troll="-1"))
    clock(NOW + timedelta(hours=1))
    client.withdraw_voices(REPO, login="troll")
    clock(NOW + timedelta(hours=2))
    client.sync_feedback_reactions(finding_id, reactions(troll="-1"))
    assert "troll" not in voices(client, row.memory_id)


def test_bots_that_react_are_no_voices(client: Client) -> None:
    finding_id = commented(client)
    row = client.teach_memory(**lesson(finding_id=finding_id))
    client.sync_feedback_reactions(finding_id, reactions(**{"ci[bot]": "-1"}))
    assert state(client, row.memory_id) == ("active", "accepted")


# Errors


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"voice": "no"}, "^voice: expected published, accepted"),
        ({"login": " "}, "^login: expected a name"),
        ({"event": ""}, "^event: expected a name"),
        ({"login": "ann", "event": "x"}, "^event: expected null, because login"),
        ({"association": " "}, "^association: expected a name"),
        ({"rationale": " "}, "^rationale: expected text"),
        ({"url": "x" * 501}, "^url: expected text"),
        ({"same_distance": 2.1}, "^same_distance: expected a number from 0 to 2"),
        ({"repo": "api"}, "^repo: expected owner/name"),
        ({"finding_text": " "}, "^finding_text: expected text"),
        ({"metadata": [1]}, "^metadata: expected a JSON object"),
        ({"metadata": {"a": "x" * 10000}}, "^metadata: expected a JSON object of at"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_bad_arguments_are_named(
    client: Client, columns: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue, match=message):
        client.teach_memory(**lesson() | columns)


@pytest.mark.usefixtures("unchanged")
def test_a_voice_to_be_withdrawn_must_be_named(client: Client) -> None:
    with pytest.raises(errors.NullValueNotAllowed, match="^memory_ids, finding_ids,"):
        client.withdraw_voices(REPO)
    with pytest.raises(
        UnknownMemoryError, match=r"^memory_ids\[1\]: memory 1 does not"
    ):
        client.withdraw_voices(REPO, [1])
    with pytest.raises(UnknownMemoryError, match=r"^finding_ids\[1\]: memory of find"):
        client.withdraw_voices(REPO, finding_ids=[2, 1])


def test_a_memory_of_another_repo_is_not_shown(client: Client) -> None:
    row = client.teach_memory(**lesson())
    assert client.get_memory("acme/web", row.memory_id or 0) is None
