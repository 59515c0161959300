"""How memories change, as the comments of the functions say it, without a database.

A model stands for the memories of one repository. Its methods have the names and the
arguments of those of the client, and return or raise what these do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SIDES = {"accepted": 1, "thumbs_up": 1, "suppressed": -1, "thumbs_down": -1}
THUMBS = {"+1": "thumbs_up", "-1": "thumbs_down"}


class RefusedError(Exception):
    """What the database refuses, with a SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@dataclass
class Voice:
    voice: str
    said_at: datetime
    heard_at: datetime
    is_pending: bool
    rationale: str | None = None
    association: str | None = None
    finding_id: int | None = None
    withdrawn_at: datetime | None = None
    #: Increases in the order in which voices were first heard.
    number: int = 0

    @property
    def side(self) -> int:
        return SIDES.get(self.voice, 0)

    @property
    def awaits_approval(self) -> bool:
        return self.is_pending and self.withdrawn_at is None

    def is_reaction_to(self, finding_id: int) -> bool:
        return self.finding_id == finding_id and self.voice in THUMBS.values()


#: A login and an event, one of which is None.
Speaker = tuple[str | None, str | None]


@dataclass
class Memory:
    id: int
    finding_text: str
    outcome: str
    state: str
    finding_id: int | None
    has_embedding: bool
    severity: str = "major"
    stale: bool = False
    retired_at: datetime | None = None
    retired_reason: str | None = None
    superseded_by: int | None = None
    joined_finding_ids: list[int] = field(default_factory=list)
    voices: dict[Speaker, Voice] = field(default_factory=dict)
    history: list[Any] = field(default_factory=list)

    @property
    def finding_ids(self) -> list[int]:
        taught = [] if self.finding_id is None else [self.finding_id]
        return taught + self.joined_finding_ids

    @property
    def is_found(self) -> bool:
        return self.state == "active" and not self.stale

    def listed_voices(self) -> list[dict[str, Any]]:
        """Return what get_memory lists."""
        return [
            {
                "login": login,
                "event": event,
                "association": voice.association,
                "voice": voice.voice,
                "rationale": voice.rationale,
                "url": None,
                "finding_id": voice.finding_id,
                "said_at": voice.said_at,
                "withdrawn_at": voice.withdrawn_at,
                "is_pending": voice.is_pending,
            }
            for (login, event), voice in sorted(
                self.voices.items(), key=lambda item: item[1].said_at
            )
        ]


@dataclass
class Policy:
    trusted: set[str]
    untrusted: str
    approval_delay: timedelta | None
    maximum: int | None


@dataclass
class Reaction:
    id: int
    voice: str
    reacted_at: datetime | None
    recorded_at: datetime

    @property
    def said_at(self) -> datetime:
        return self.reacted_at or self.recorded_at

    def is_newer(self, other: Reaction) -> bool:
        if self.reacted_at and other.reacted_at and self.reacted_at != other.reacted_at:
            return self.reacted_at > other.reacted_at
        return self.id > other.id


class Model:
    def __init__(
        self, repo: str, now: datetime, finding_ids: Iterable[int], **authors: str
    ) -> None:
        self.repo = repo
        self.now = now
        #: The id of the memory that is inserted next.
        self.new_id = 0
        self.memories: dict[int, Memory] = {}
        self._authors = authors
        self._numbers = itertools.count()
        self._policies: dict[str | None, Policy] = {}
        self._reactions: dict[int, dict[str, Reaction]] = {n: {} for n in finding_ids}

    def _find(self, finding_id: int | None) -> Memory | None:
        """Return the memory that a finding taught, or else the one that it repeated."""
        if finding_id is None:
            return None
        taught = [m for m in self.memories.values() if m.finding_id == finding_id]
        joined = [
            m for m in self.memories.values() if finding_id in m.joined_finding_ids
        ]
        return next(iter(taught + joined), None)

    def _find_text(self, finding_text: str) -> Memory | None:
        """Return the memory that has a text, or had it before a correction."""
        memories = [memory for memory in self.memories.values() if not memory.stale]
        has = [memory for memory in memories if memory.finding_text == finding_text]
        had = [
            memory
            for memory in memories
            for change in memory.history
            if change["before"].get("finding_text") == finding_text
        ]
        has.sort(key=lambda memory: memory.state != "active")
        return next(iter(has + had[::-1]), None)

    def _select(
        self, memory_ids: list[int] | None, finding_ids: list[int] | None = None
    ) -> list[Memory]:
        if memory_ids is None and finding_ids is None:
            raise RefusedError("22004")
        if memory_ids is not None and finding_ids is not None:
            raise RefusedError("22023")
        found = [self._find(finding_id) for finding_id in finding_ids or []]
        found += [self.memories.get(memory_id) for memory_id in memory_ids or []]
        selected = {memory.id: memory for memory in found if memory}
        if None in found:
            raise RefusedError("KB006")
        return list(selected.values())

    def _change(
        self,
        memory: Memory,
        action: str,
        by: str | None,
        reason: str | None,
        **new: Any,
    ) -> bool:
        """Change attributes of a memory, and record those that differ."""
        old = {name: getattr(memory, name) for name in new}
        changed = {name for name in new if new[name] != old[name]}
        for name in changed:
            setattr(memory, name, new[name])
        if memory.state != "retired":
            memory.retired_at = None
        elif memory.retired_at is None:
            memory.retired_at = self.now
        if action == "taught" and "state" in changed and memory.state == "retired":
            action = "withdrawn"  # Reactions can take the last voice away.
        # Judged or withdrawn voices are recorded even if others outweigh them.
        if changed or action in {"approved", "rejected", "withdrawn"}:
            before, after = (
                {name: values[name] for name in changed} for values in (old, new)
            )
            memory.history.append(
                {
                    "action": action,
                    "changed_by": by,
                    "reason": reason,
                    "before": before,
                    "after": after,
                }
            )
        return bool(changed)

    def _settle(
        self,
        memory: Memory,
        action: str,
        by: str | None = None,
        reason: str | None = None,
    ) -> bool:
        """Let the outcome and the state of a memory follow its voices."""
        voices = [v for v in memory.voices.values() if v.withdrawn_at is None]
        counted = [voice for voice in voices if not voice.is_pending]
        state = "active" if counted else "pending" if voices else "retired"

        # What awaits approval counts only if nothing else does.
        verdicts = [voice for voice in counted or voices if voice.side]
        balance = sum(voice.side for voice in verdicts)
        outcome = "published" if voices else memory.outcome
        if verdicts:
            majority = [voice for voice in verdicts if voice.side * balance > 0]
            # Of those who spoke at the same time, whoever was first heard last.
            speakers = reversed(majority or verdicts)
            outcome = max(speakers, key=lambda voice: voice.said_at).voice

        retired_reason, superseded_by = memory.retired_reason, memory.superseded_by
        if action == "rejected" and state == "retired":
            retired_reason = retired_reason or reason
        if action == "restored":
            retired_reason = None
        if retired_reason is not None:
            state = "retired"
        if state != "retired":
            superseded_by = None
        return self._change(
            memory,
            action,
            by,
            reason,
            state=state,
            outcome=outcome,
            retired_reason=retired_reason,
            superseded_by=superseded_by,
        )

    def _association(self, login: str) -> str:
        """Return the association of a person as far as it is known."""
        voices = [voice for voice in self._voices(login) if voice.association]
        voices.sort(key=lambda voice: voice.said_at)
        known = voices[-1].association if voices else None
        return self._authors.get(login) or known or ""

    def _judge(
        self, login: str | None, association: str | None, memory: Memory | None
    ) -> str:
        """Return trusted, pending or ignore."""
        if login and login.endswith("[bot]"):
            return "ignore"
        policy = self._policies.get(self.repo) or self._policies.get(None)
        if policy is None or login is None:
            return "trusted"
        association = association or self._association(login)
        if association.upper() not in policy.trusted:
            return policy.untrusted
        known = memory.voices.get((login, None)) if memory else None
        if known and not known.is_pending and known.withdrawn_at is None:
            return "trusted"
        # Of the memories to which they first spoke on the same day, the first ones count.
        day = (known.heard_at if known else self.now).date()
        earlier = [
            voice
            for voice in self._voices(login)
            if voice.heard_at.date() == day
            and (known is None or voice.number < known.number)
        ]
        if policy.maximum and len(earlier) >= policy.maximum:
            return policy.untrusted
        return "trusted"

    def _voices(self, login: str) -> list[Voice]:
        """Return the voices of a person, in the order in which they were first heard."""
        spoken = [
            memory.voices[login, None]
            for memory in self.memories.values()
            if (login, None) in memory.voices
        ]
        return sorted(spoken, key=lambda voice: voice.number)

    def _speak(self, memory: Memory, speaker: Speaker, new: Voice) -> None:
        new.said_at = min(new.said_at, self.now)
        old = memory.voices.get(speaker)
        if old is None:
            new.number = next(self._numbers)
            memory.voices[speaker] = new
            return
        if new.said_at < max(old.said_at, old.withdrawn_at or old.said_at):
            return  # It arrived late.
        if old.side and not new.side and old.withdrawn_at is None:
            new.voice = old.voice  # Who only comments does not take a verdict back.
        is_same = new.voice == old.voice and old.withdrawn_at is None
        is_approved = old.is_pending and not new.is_pending
        has_reason = new.rationale not in {None, old.rationale}
        if is_same and not is_approved and not has_reason:
            return
        if new.voice == old.voice:
            new.rationale = new.rationale or old.rationale
        if is_same:
            new.said_at = old.said_at
            # What was trusted stays so.
            new.is_pending = new.is_pending and old.is_pending
        new.association = new.association or old.association
        new.finding_id = new.finding_id or old.finding_id
        new.heard_at, new.number = old.heard_at, old.number
        memory.voices[speaker] = new

    def _insert(self, **columns: Any) -> Memory:
        memory = Memory(self.new_id, **columns)
        self.memories[memory.id] = memory
        return memory

    def _embed(self, memory: Memory, finding_text: str, *, embedding: bool) -> None:
        if embedding and finding_text == memory.finding_text:
            memory.has_embedding = True

    def write_memory(
        self,
        *,
        finding_text: str,
        outcome: str,
        finding_id: int | None,
        embedding: bool,
        created_at: datetime | None,
    ) -> tuple[Any, ...]:
        memory = self._find(finding_id)
        is_new = memory is None
        if memory is None:
            memory = self._insert(
                finding_text=finding_text,
                outcome=outcome,
                state="active",
                finding_id=finding_id,
                has_embedding=embedding,
            )
        self._embed(memory, finding_text, embedding=embedding)
        if (None, outcome) not in memory.voices:
            said_at = min(created_at or self.now, self.now)
            memory.voices[None, outcome] = Voice(
                outcome, said_at, self.now, is_pending=False, finding_id=finding_id
            )
            if not is_new:
                self._settle(memory, "taught")
        return memory.id, is_new, memory.state, memory.stale

    def teach_memory(
        self,
        *,
        finding_text: str,
        voice: str,
        embedding: bool,
        finding_id: int | None,
        login: str | None,
        association: str | None,
        event: str | None,
        rationale: str | None,
        said_at: datetime | None,
        same_distance: float | None,
    ) -> tuple[Any, ...]:
        if login and event:
            raise RefusedError("22023")
        login = login and login.lower()
        memory, distance = self._find(finding_id), None
        if memory is None and same_distance is not None:
            memory = self._find_text(finding_text)
            distance = 0 if memory else None
        trust = self._judge(login, association, memory)
        if trust == "ignore":
            return None, False, False, None, "ignored", False
        is_new = memory is None
        if memory is None:
            memory = self._insert(
                finding_text=finding_text,
                outcome="published" if voice == "reply" else voice,
                state="pending" if trust == "pending" else "active",
                finding_id=finding_id,
                has_embedding=embedding,
            )
        elif finding_id not in {None, memory.finding_id, *memory.joined_finding_ids}:
            assert finding_id
            memory.joined_finding_ids.append(finding_id)
        self._embed(memory, finding_text, embedding=embedding)

        self._speak(
            memory,
            (login, None if login else event or voice),
            Voice(
                voice,
                said_at or self.now,
                self.now,
                trust == "pending",
                rationale,
                association and association.upper(),
                finding_id,
            ),
        )
        if not is_new:
            self._settle(memory, "taught", login, rationale)
        return memory.id, is_new, not is_new, distance, memory.state, memory.stale

    def withdraw_voices(
        self,
        *,
        memory_ids: list[int] | None,
        finding_ids: list[int] | None,
        login: str | None,
        event: str | None,
        reason: str | None,
        by: str | None,
    ) -> int:
        if login and event:
            raise RefusedError("22023")
        memories = list(self.memories.values())
        if memory_ids is not None or finding_ids is not None:
            memories = self._select(memory_ids, finding_ids)
        elif not (login or event):
            raise RefusedError("22004")
        withdrawn = 0
        for memory in memories:
            voices = [
                voice
                for speaker, voice in memory.voices.items()
                if voice.withdrawn_at is None
                and (not login or speaker[0] == login.lower())
                and (not event or speaker[1] == event)
            ]
            for voice in voices:
                voice.withdrawn_at = self.now
            if voices:
                self._settle(memory, "withdrawn", by, reason)
            withdrawn += len(voices)
        return withdrawn

    def sync_feedback_reactions(
        self, *, finding_id: int, reactions: list[dict[str, Any]]
    ) -> tuple[int, int]:
        if finding_id not in self._reactions:
            raise RefusedError("KB002")
        recorded = self._reactions[finding_id]
        memory = self._find(finding_id)
        logins = {reaction["reactor_login"].lower() for reaction in reactions}
        trusts = {
            login: self._judge(login, None, memory)
            for login in sorted(logins | self._latest(memory).keys())
        }
        given = {reaction["reaction_id"] for reaction in reactions}
        gone = [login for login, each in recorded.items() if each.id not in given]
        for login in gone:
            del recorded[login]
        known = dict(recorded)
        for reaction in reactions:
            login = reaction["reactor_login"].lower()
            new = Reaction(
                reaction["reaction_id"],
                THUMBS[reaction["reaction_content"]],
                reaction["reacted_at"],
                self.now,
            )
            if login not in recorded or new.is_newer(recorded[login]):
                recorded[login] = new
        news = sum(known.get(login) is not each for login, each in recorded.items())

        if memory:
            self._follow(memory, finding_id, trusts)
            self._settle(memory, "taught")
        return news, len(gone)

    def _latest(self, memory: Memory | None) -> dict[str, tuple[int, Reaction]]:
        """Return the latest reaction of each person, and the finding that got it."""
        given = [
            (finding_id, login, reaction)
            for finding_id in (memory.finding_ids if memory else [])
            for login, reaction in self._reactions.get(finding_id, {}).items()
        ]
        given.sort(key=lambda each: (each[2].said_at, each[2].id))
        return {login: (finding_id, reaction) for finding_id, login, reaction in given}

    def _follow(self, memory: Memory, finding_id: int, trusts: dict[str, str]) -> None:
        """Let each person speak as they reacted to the comments of the findings."""
        latest = self._latest(memory)
        reactions = {login: reaction for login, (_, reaction) in latest.items()}
        for (login, _), voice in memory.voices.items():
            reaction = reactions.get(login or "")
            is_current = reaction and (
                reaction.voice == voice.voice or trusts[login or ""] != "ignore"
            )
            if voice.is_reaction_to(finding_id) and not is_current:
                voice.withdrawn_at = voice.withdrawn_at or self.now
        for login, reaction in sorted(reactions.items()):
            said_at, old = reaction.said_at, memory.voices.get((login, None))
            if old and old.withdrawn_at:
                # Given again before the last call saw that it had been taken back.
                said_at = max(said_at, reaction.recorded_at)
            elif old and old.is_reaction_to(finding_id):
                # If a later reaction was taken back, the earlier one counts again.
                said_at = max(said_at, old.said_at)
            if trusts[login] != "ignore":
                new = Voice(
                    reaction.voice, said_at, self.now, trusts[login] == "pending"
                )
                new.finding_id = latest[login][0]
                self._speak(memory, (login, None), new)

    def retire_memories(
        self,
        *,
        reason: str,
        memory_ids: list[int] | None,
        finding_ids: list[int] | None,
        by: str | None,
        superseded_by: int | None,
    ) -> int:
        memories = self._select(memory_ids, finding_ids)
        if superseded_by is not None:
            successor = self.memories.get(superseded_by)
            if successor is None:
                raise RefusedError("KB006")
            if successor in memories or successor.state != "active":
                raise RefusedError("KB007")
        return sum(
            self._change(
                memory,
                "retired",
                by,
                reason,
                state="retired",
                retired_reason=reason,
                superseded_by=superseded_by,
            )
            for memory in memories
        )

    def restore_memories(
        self,
        *,
        memory_ids: list[int] | None,
        finding_ids: list[int] | None,
        reason: str | None,
        by: str | None,
    ) -> int:
        restored = 0
        for memory in self._select(memory_ids, finding_ids):
            if memory.state != "retired":
                continue
            if all(voice.withdrawn_at for voice in memory.voices.values()):
                speaker = (by, None if by else "restored")
                new = Voice(
                    memory.outcome,
                    self.now,
                    self.now,
                    is_pending=False,
                    rationale=reason,
                )
                self._speak(memory, speaker, new)
            restored += self._settle(memory, "restored", by, reason)
        return restored

    def correct_memory(
        self,
        *,
        memory_id: int,
        finding_text: str | None,
        embedding: bool,
        severity: str | None,
        reason: str | None,
        by: str | None,
    ) -> tuple[bool, str, bool]:
        (memory,) = self._select([memory_id])
        had_embedding = memory.has_embedding
        new = {
            "finding_text": finding_text or memory.finding_text,
            "severity": severity or memory.severity,
        }
        is_same_text = new["finding_text"] == memory.finding_text
        memory.has_embedding = embedding or (had_embedding and is_same_text)
        corrected = self._change(memory, "corrected", by, reason, **new)
        corrected = corrected or memory.has_embedding != had_embedding
        return corrected, memory.state, not memory.has_embedding

    def delete_memories(self, *, memory_ids: list[int]) -> int:
        memories = self._select(memory_ids)
        self._delete(memories)
        return len(memories)

    def _delete(self, memories: list[Memory]) -> None:
        for memory in memories:
            del self.memories[memory.id]
        for memory in self.memories.values():
            if memory.superseded_by not in self.memories:
                memory.superseded_by = None

    def purge_retired_memories(self, *, older_than: timedelta) -> int:
        old = [
            memory
            for memory in self.memories.values()
            if memory.retired_at and memory.retired_at < self.now - older_than
        ]
        self._delete(old)
        return len(old)

    def mark_stale_memories(self, *, memory_ids: list[int]) -> int:
        marked = {
            memory.id
            for memory in self.memories.values()
            if memory.id in memory_ids and not memory.stale
        }
        for memory_id in marked:
            self.memories[memory_id].stale = True
        return len(marked)

    def approve_memories(
        self, *, memory_ids: list[int] | None, by: str | None, reason: str | None
    ) -> int:
        waited = timedelta(0)
        memories = list(self.memories.values())
        if memory_ids is not None:
            memories = self._select(memory_ids)
        else:
            policy = self._policies.get(self.repo) or self._policies.get(None)
            if policy is None or policy.approval_delay is None:
                return 0
            waited = policy.approval_delay
        approved = 0
        for memory in memories:
            due = [
                voice
                for voice in memory.voices.values()
                if voice.awaits_approval
                and max(voice.heard_at, voice.said_at) <= self.now - waited
            ]
            for voice in due:
                voice.is_pending = False
            if due:
                self._settle(memory, "approved", by, reason)
            approved += len(due)
        return approved

    def reject_memories(
        self, *, memory_ids: list[int], reason: str, by: str | None
    ) -> int:
        rejected = 0
        for memory in self._select(memory_ids):
            voices = [v for v in memory.voices.values() if v.awaits_approval]
            for voice in voices:
                voice.withdrawn_at = self.now
            if voices:
                self._settle(memory, "rejected", by, reason)
            rejected += len(voices)
        return rejected

    def set_learning_policy(
        self,
        *,
        trusted_associations: list[str] | None,
        repo: str | None,
        untrusted: str,
        approval_delay: timedelta | None,
        max_per_person_day: int | None,
    ) -> bool:
        existed = repo in self._policies
        if trusted_associations is None:
            self._policies.pop(repo, None)
        else:
            self._policies[repo] = Policy(
                {each.upper() for each in trusted_associations},
                untrusted,
                approval_delay,
                max_per_person_day,
            )
        return existed
