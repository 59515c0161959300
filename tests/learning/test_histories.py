"""Random histories of memories, compared with a model (model.py)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from kodiai import Client
from tests.knowledge.calls import posted, review

from .corpus import ids, memory, unique_word, vector
from .model import Model, RefusedError
from .test_voices import REPO, commented, lesson, state

pytestmark = pytest.mark.slow

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HALF_A_DAY = timedelta(minutes=1), timedelta(hours=12)
TEXTS = [f"The cache is never invalidated: {unique_word(n)}" for n in range(3)]
FINDINGS = 2
PEOPLE = ["Ann", "bob", "cyd", "kodiai[bot]"]
#: Their associations, as far as the author cache knows them.
AUTHORS = {"cyd": "MEMBER", "bob": "NONE"}
#: Stands for a memory of another repository.
FOREIGN = -1

# Of some values there are more, so that calls often meet.
texts = st.sampled_from([TEXTS[0], *TEXTS])
# The n-th memory of the history, which may be deleted, or not exist at all.
memory_ids = st.integers(FOREIGN, 4)
some_memory_ids = st.lists(st.integers(0, 3), min_size=1, max_size=3) | st.lists(
    memory_ids, max_size=3
)
# The n-th finding; the last one does not exist.
finding_ids = st.integers(0, FINDINGS)
people = st.sampled_from([None, "Ann", "Ann", *PEOPLE])
admins = st.sampled_from([None, "ann", "eve"])
events = st.sampled_from([None, None, None, "merge of #1"])
reasons = st.sampled_from([None, "because", "on second thought"])
required_reasons = st.sampled_from(["wrong", "replaced"])
associations = st.sampled_from([None, None, "member", "NONE"])
# Relative to the call; None means now.
times = st.sampled_from([None, None, -MINUTE, -2 * MINUTE, -2 * HALF_A_DAY, HALF_A_DAY])
voices = st.sampled_from(
    ["thumbs_up", "thumbs_down"] * 2 + ["accepted", "suppressed", "published", "reply"]
)
outcomes = st.sampled_from(["accepted", "suppressed", "published", "thumbs_down"])


def reaction(login: str, content: str, number: int) -> Any:
    """Return a reaction; those that are made later have larger ids."""
    reacted_at = START + timedelta(minutes=number, seconds=PEOPLE.index(login))
    return {
        "reaction_id": 1 + 100 * number + 10 * PEOPLE.index(login) + (content == "-1"),
        "reaction_content": content,
        "reactor_login": login,
        "reacted_at": None if login == "cyd" else reacted_at,
    }


reacted = st.builds(
    reaction,
    st.sampled_from(PEOPLE),
    st.sampled_from(["+1", "-1"]),
    st.sampled_from([0, 1, 5, 20, 200]),
)


def selections(**others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Arguments of calls that take ids of memories or of findings."""
    nothing = st.none()
    some_finding_ids = st.lists(finding_ids, max_size=2)
    return st.one_of(
        st.fixed_dictionaries(
            {"memory_ids": some_memory_ids, "finding_ids": nothing} | others
        ),
        st.fixed_dictionaries(
            {"memory_ids": nothing | some_memory_ids, "finding_ids": some_finding_ids}
            | others
        ),
    )


teaching = st.fixed_dictionaries(
    {
        "finding_text": texts,
        "voice": voices,
        "embedding": st.booleans(),
        "finding_id": st.none() | finding_ids,
        "login": people,
        "association": associations,
        "event": events,
        "rationale": reasons,
        "said_at": times,
        "same_distance": st.sampled_from([0.2, 0.2, None]),
    }
)
CALLS: dict[str, st.SearchStrategy[Any]] = {
    "write_memory": st.fixed_dictionaries(
        {
            "finding_text": texts,
            "outcome": outcomes,
            "finding_id": st.none() | finding_ids,
            "embedding": st.booleans(),
            "created_at": times,
        }
    ),
    "teach_memory": teaching,
    "withdraw_voices": selections(login=people, event=events, reason=reasons, by=admins)
    | st.fixed_dictionaries(
        {
            "memory_ids": st.none(),
            "finding_ids": st.none(),
            "login": people,
            "event": st.sampled_from([None, "merge of #1", "accepted"]),
            "reason": reasons,
            "by": admins,
        }
    ),
    "sync_feedback_reactions": st.fixed_dictionaries(
        {
            "finding_id": finding_ids,
            "reactions": st.lists(reacted, max_size=4, unique_by=str),
        }
    ),
    "retire_memories": selections(
        reason=required_reasons, by=admins, superseded_by=st.none() | memory_ids
    ),
    "restore_memories": selections(reason=reasons, by=admins),
    "correct_memory": st.fixed_dictionaries(
        {
            "memory_id": memory_ids,
            "finding_text": st.none() | texts,
            "embedding": st.booleans(),
            "severity": st.sampled_from([None, "minor"]),
            "reason": reasons,
            "by": admins,
        }
    ),
    "delete_memories": st.fixed_dictionaries({"memory_ids": some_memory_ids}),
    "purge_retired_memories": st.fixed_dictionaries(
        {"older_than": st.sampled_from([timedelta(0), HALF_A_DAY])}
    ),
    "mark_stale_memories": st.fixed_dictionaries({"memory_ids": some_memory_ids}),
    "approve_memories": st.fixed_dictionaries(
        {"memory_ids": st.none() | some_memory_ids, "by": admins, "reason": reasons}
    ),
    "reject_memories": st.fixed_dictionaries(
        {"memory_ids": some_memory_ids, "reason": required_reasons, "by": admins}
    ),
    "set_learning_policy": st.fixed_dictionaries(
        {
            "trusted_associations": st.sampled_from([["member"], ["member"], [], None]),
            # Whether it is that of the repository, or of its owner.
            "repo": st.booleans(),
            "untrusted": st.sampled_from(["pending", "pending", "ignore"]),
            "approval_delay": st.sampled_from([None, timedelta(0), HALF_A_DAY]),
            "max_per_person_day": st.sampled_from([None, None, 1, 2]),
        }
    ),
}
# Teaching comes first and more often: the other calls need memories.
names = st.sampled_from(
    [*CALLS, *["teach_memory"] * 8, "sync_feedback_reactions", "set_learning_policy"]
)
pauses = st.sampled_from([MINUTE, MINUTE, MINUTE, HALF_A_DAY])


def step(name: str) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(name), CALLS[name], pauses)


steps = names.flatmap(step)
# Policies first, because what was taught before stays.
histories = st.tuples(
    st.lists(step("set_learning_policy"), max_size=1),
    st.lists(step("teach_memory"), min_size=1, max_size=3),
    # A list has five elements on average.
    *[st.lists(steps, max_size=20)] * 3,
).map(lambda parts: [*itertools.chain(*parts)])
numbers = itertools.count()


class Comparison:
    """Makes the same calls in the database and in the model, in a repository of its own."""

    def __init__(self, client: Client, clock: Callable[[datetime], None]) -> None:
        self._client, self._clock = client, clock
        owner = f"o{next(numbers)}"
        self._repo = f"{owner}/api"
        self._now = START
        clock(START)
        self._finding_ids = client.record_review(
            **review(
                repo=self._repo, findings=[posted(n) for n in range(1, FINDINGS + 1)]
            )
        ).finding_ids
        for login, association in AUTHORS.items():
            client.upsert_author(self._repo, login, "core", association)
        written = client.write_memory(**memory(repo=f"{owner}/web"))
        self._foreign_id = written.memory_id
        self._memory_ids: list[int] = []
        self._model = Model(self._repo, START, self._finding_ids, **AUTHORS)

    def _memory_id(self, number: int) -> int:
        if number == FOREIGN:
            return self._foreign_id
        if number < len(self._memory_ids):
            return self._memory_ids[number]
        return 2**60 + number

    def _finding_id(self, number: int) -> int:
        return (*self._finding_ids, 2**60)[number]

    def _arguments(self, values: dict[str, Any]) -> dict[str, Any]:
        """Replace what stands for ids and times."""
        values = dict(values)
        for key, value in values.items():
            if value is None:
                continue
            if key in {"memory_id", "superseded_by"}:
                values[key] = self._memory_id(value)
            elif key == "memory_ids":
                values[key] = [self._memory_id(number) for number in value]
            elif key == "finding_id":
                values[key] = self._finding_id(value)
            elif key == "finding_ids":
                values[key] = [self._finding_id(number) for number in value]
            elif key in {"said_at", "created_at"}:
                values[key] = self._now + value
            elif key == "repo":
                values[key] = self._repo if value else None
        return values

    def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call the database; return what the model returns."""
        arguments = dict(arguments)
        if name != "sync_feedback_reactions":
            arguments.setdefault("repo", self._repo)
        if name == "set_learning_policy":
            arguments["owner"] = self._repo.partition("/")[0]
        if name in {"write_memory", "teach_memory"}:
            arguments |= {
                "severity": "major",
                "category": "correctness",
                "file_path": "src/cache.py",
            }
        if name in {"write_memory", "teach_memory", "correct_memory"}:
            if arguments["embedding"]:
                arguments["embedding"] = self._embedding(arguments)
            else:
                arguments["embedding"] = None
            arguments["embedding_model"] = "test"
        try:
            result = getattr(self._client, name)(**arguments)
        except psycopg.DatabaseError as error:
            return error.sqlstate
        if isinstance(result, bool | int):
            return result
        result = tuple(getattr(result, field) for field in result.__match_args__)
        if name in {"write_memory", "teach_memory"} and result[1]:
            self._memory_ids.append(result[0])
            self._model.new_id = result[0]
        return result

    def _embedding(self, arguments: dict[str, Any]) -> list[float]:
        """Return the embedding of a text; those of two texts are orthogonal."""
        text = arguments["finding_text"]
        if text is None:
            changed = self._model.memories.get(arguments["memory_id"])
            text = changed.finding_text if changed else TEXTS[0]
        return vector(*(text == each for each in TEXTS))

    def step(self, name: str, values: dict[str, Any], pause: timedelta) -> None:
        self._now += pause
        self._clock(self._now)
        self._model.now = self._now
        arguments = self._arguments(values)
        result = self._call(name, arguments)
        try:
            expected = getattr(self._model, name)(**arguments)
        except RefusedError as error:
            expected = error.sqlstate
        assert result == expected, name

    def compare(self) -> None:
        """Compare all that can be read."""
        expected = self._model.memories
        listed = self._client.list_memories(self._repo, is_stale=None, state=None)
        assert [row.memory_id for row in listed] == sorted(expected)
        for memory_id in expected:
            self._compare_memory(memory_id)

        found = {m.id: m for m in expected.values() if m.is_found}
        for text in TEXTS:
            rows = self._client.search_memories(
                self._repo, text.split()[-1], limit=100, duplicate_distance=None
            )
            assert sorted(ids(rows)) == sorted(
                m.id for m in found.values() if m.finding_text == text
            )
        rows = self._client.search_memories(
            self._repo,
            None,
            vector(1, 1, 1),
            limit=100,
            duplicate_distance=None,
        )
        assert sorted(ids(rows)) == sorted(
            m.id for m in found.values() if m.has_embedding
        )
        pending = self._client.list_pending_memories(self._repo)
        assert [row.memory_id for row in pending] == sorted(
            m.id
            for m in expected.values()
            if any(voice.awaits_approval for voice in m.voices.values())
        )

    def _compare_memory(self, memory_id: int) -> None:
        expected = self._model.memories[memory_id]
        got = self._client.get_memory(self._repo, memory_id)
        assert got
        columns = asdict(expected)
        for name in ("id", "has_embedding", "voices", "history", "joined_finding_ids"):
            del columns[name]
        assert {name: getattr(got, name) for name in columns} == columns
        assert (got.embedding is not None) == expected.has_embedding
        assert sorted(got.joined_finding_ids) == sorted(expected.joined_finding_ids)
        assert [
            voice
            | {
                "said_at": time(voice["said_at"]),
                "withdrawn_at": time(voice["withdrawn_at"]),
            }
            for voice in got.voices
        ] == expected.listed_voices()
        history = self._client.list_memory_history(self._repo, memory_id)
        assert [
            {
                name: getattr(row, name)
                for name in ("action", "changed_by", "reason", "before", "after")
            }
            for row in history
        ] == expected.history


def time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@pytest.mark.parametrize("part", range(4))
def test_a_history_of_calls_has_the_results_that_the_rules_say(
    client: Client, clock: Callable[[datetime], None], part: int
) -> None:
    @seed(part)
    @settings(max_examples=250, deadline=None, database=None, print_blob=False)
    @given(histories)
    def compare(history: list[Any]) -> None:
        comparison = Comparison(client, clock)
        for each in history:
            comparison.step(*each)
        comparison.compare()

    compare()


# The smallest of the histories that once had other results.


def test_the_outcome_of_a_pending_memory_is_what_awaits_approval(
    client: Client,
) -> None:
    client.set_learning_policy("acme", [])
    row = client.teach_memory(**lesson(login="ann", voice="thumbs_up"))
    client.teach_memory(**lesson(login="ann", voice="thumbs_down"))
    assert state(client, row.memory_id) == ("pending", "thumbs_down")
    client.teach_memory(**lesson(event="merge of #1", voice="reply"))
    assert state(client, row.memory_id) == ("active", "published")


@pytest.mark.parametrize("is_rejected", [True, False])
def test_a_change_of_mind_awaits_approval_from_then_on(
    client: Client, clock: Callable[[datetime], None], is_rejected: bool
) -> None:
    clock(START)
    if is_rejected:
        client.set_learning_policy("acme", [])
    row = client.teach_memory(**lesson(login="ann", voice="thumbs_up"))
    assert row.memory_id
    if is_rejected:
        client.reject_memories(REPO, [row.memory_id], "wrong")
    client.set_learning_policy("acme", [], approval_delay=2 * HALF_A_DAY)

    clock(START + 2 * HALF_A_DAY)
    client.teach_memory(**lesson(login="ann", voice="thumbs_down"))
    (pending,) = client.list_pending_memories(REPO)
    assert pending.waiting_since == START + 2 * HALF_A_DAY
    assert pending.due_at == START + 4 * HALF_A_DAY
    assert client.approve_memories(REPO) == 0
    clock(START + 4 * HALF_A_DAY)
    assert client.approve_memories(REPO) == 1


def test_the_earlier_of_two_reactions_counts_when_the_later_is_taken_back(
    client: Client,
) -> None:
    finding_id = commented(client)
    row = client.write_memory(**memory(finding_id=finding_id))
    earlier, later = reaction("bob", "-1", 0), reaction("bob", "+1", 1)
    client.sync_feedback_reactions(finding_id, [earlier, later])
    client.sync_feedback_reactions(finding_id, [earlier])
    found = client.get_memory(REPO, row.memory_id)
    assert found
    assert {each["login"]: each["voice"] for each in found.voices} == {
        None: "accepted",
        "bob": "thumbs_down",
    }


def test_what_is_said_about_a_retired_memory_withdraws_nothing(client: Client) -> None:
    row = client.teach_memory(**lesson(voice="thumbs_up"))
    assert row.memory_id
    client.retire_memories(REPO, "wrong", [row.memory_id])
    client.teach_memory(**lesson(voice="thumbs_down"))
    history = client.list_memory_history(REPO, row.memory_id)
    assert [change.action for change in history] == ["retired", "taught"]


def test_an_equal_text_that_may_not_join_counts_toward_the_daily_maximum(
    client: Client,
) -> None:
    client.set_learning_policy("acme", ["member"], max_per_person_day=1)
    ann: Any = {"login": "ann", "association": "MEMBER"}
    assert client.teach_memory(**lesson(**ann)).state == "active"
    assert client.teach_memory(**lesson(**ann)).joined
    again = client.teach_memory(**lesson(**ann, same_distance=None))
    assert (again.inserted, again.state) == (True, "pending")


def test_what_is_beyond_the_daily_maximum_does_not_count_when_it_is_said_again(
    client: Client, clock: Callable[[datetime], None]
) -> None:
    clock(START)
    client.set_learning_policy("acme", ["member"], max_per_person_day=1)
    client.upsert_author(REPO, "bob", "core", "MEMBER")
    client.teach_memory(**lesson(login="bob"))
    finding_id = commented(client)
    row = client.teach_memory(**lesson(finding_text="other", finding_id=finding_id))
    for days in (0, 0, 1):
        clock(START + timedelta(days=days))
        client.sync_feedback_reactions(finding_id, [reaction("bob", "-1", 0)])
        assert state(client, row.memory_id) == ("active", "accepted")
    client.teach_memory(**lesson(finding_id=finding_id, login="bob", voice="thumbs_up"))
    (pending,) = client.list_pending_memories(REPO)
    assert (pending.logins, pending.verdicts) == (["bob"], ["thumbs_up"])


def test_an_unknown_association_is_that_with_which_the_person_last_spoke(
    client: Client,
) -> None:
    client.set_learning_policy("acme", ["member"])
    client.teach_memory(**lesson(finding_id=1, login="ann", association="NONE"))
    client.teach_memory(
        **lesson(finding_text="other", login="ann", association="MEMBER")
    )
    client.teach_memory(
        **lesson(finding_id=1, login="ann", association="NONE", voice="thumbs_down")
    )
    assert client.teach_memory(**lesson(finding_text="third", login="ann")).state == (
        "pending"
    )
