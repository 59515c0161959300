"""A review bot in one file: from the webhook to a memory that changes its mind.

The bot keeps all its state in the database. GitHub, the language model and the
embedding model are stubs of a few lines; everything else is what a real bot does.

Usage: eval "$(make -s up)"; .venv/bin/python examples/review_bot.py
"""

from __future__ import annotations

import argparse
import math
import os
import re
import textwrap
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from psycopg_pool import ConnectionPool

from kodiai import Client, Finding, FoundMemory, NewFinding, Voice

MODEL = "a-language-model"
EMBEDDING_MODEL = "hashed-words"
MIN_RELEVANCE = 0.1  # for this embedding; measure yours
MIN_SIMILARITY = 0.5  # too few memories here for calibrate_similarity
VOICES: dict[str, Voice] = {"+1": "thumbs_up", "-1": "thumbs_down"}
MAINTAINERS = {"OWNER", "MEMBER"}
REMEMBER = "@bot remember: "


@dataclass(frozen=True)
class Webhook:
    """What GitHub sends about a pull request. A delivery may arrive twice."""

    delivery_id: str
    repo: str
    pr_number: int
    author: str
    base_sha: str
    head_sha: str
    action: str
    diff: str

    @property
    def run_key(self) -> str:
        return f"{self.repo}#{self.pr_number}@{self.head_sha}"


@dataclass(frozen=True)
class Answer:
    """A reaction or a reply to a comment of the bot."""

    id: int
    login: str
    body: str
    created_at: datetime
    association: str | None = None  # GitHub reports that of replies only
    url: str | None = None


@dataclass
class GitHub:
    """Stand in for GitHub: the answers to each comment, by its id."""

    reactions: dict[int | None, list[Answer]] = field(default_factory=dict)
    replies: dict[int | None, list[Answer]] = field(default_factory=dict)

    def post_comment(self, webhook: Webhook, finding: NewFinding) -> int:
        say(
            f"comment on #{webhook.pr_number},"
            f" {finding['confidence']} %: {finding['title']}"
        )
        return comment_on(webhook.pr_number, finding["category"])

    def post_review(self, body: str) -> None:
        say(textwrap.fill(f"review: {body}", 78, subsequent_indent="    "))


class Bot:
    """Reviews pull requests, and learns from what people say about its comments."""

    def __init__(self, memory: Client, github: GitHub, embedding_dim: int) -> None:
        self.memory = memory
        self.github = github
        self.embedding_dim = embedding_dim

    def review(self, webhook: Webhook) -> str:
        """Handle a delivery; return its outcome."""
        claim = self.memory.claim_run(
            webhook.run_key,
            webhook.repo,
            webhook.pr_number,
            webhook.base_sha,
            webhook.head_sha,
            webhook.delivery_id,
            webhook.action,
        )
        if not claim.claimed:
            return claim.reason

        self.cache_author(webhook)
        recalled = self.recall(webhook)
        findings = self.show(webhook, ask_model(webhook.diff, recalled))
        for finding in findings:
            finding["comment_id"] = self.github.post_comment(webhook, finding)
            finding["comment_surface"] = "pull_request_review_comment"
        reviewed = self.memory.record_review(
            webhook.repo,
            webhook.pr_number,
            webhook.head_sha,
            webhook.delivery_id,
            findings,
            files_analyzed=1,
            lines_changed=webhook.diff.count("\n"),
            duration_ms=4200,
            model=MODEL,
            conclusion="success",
        )
        self.memory.record_telemetry_event(
            webhook.repo,
            "review",
            MODEL,
            "success",
            delivery_id=webhook.delivery_id,
            session_id=webhook.run_key,
            pr_number=webhook.pr_number,
            pr_author=webhook.author,
            input_tokens=1800,
            output_tokens=240,
            duration_ms=4200,
            cost_usd=0.009,
        )
        run = self.memory.complete_run(webhook.run_key, webhook.delivery_id)
        if not run.completed:
            return f"{run.status}, by another delivery"
        return f"{claim.reason}, {len(reviewed.finding_ids)} finding(s)"

    def show(self, webhook: Webhook, findings: list[NewFinding]) -> list[NewFinding]:
        """Keep silent what the team does not want; say so in the review."""
        assessed = self.memory.assess_findings(
            webhook.repo,
            [
                {
                    "finding_text": finding["title"],
                    "severity": finding["severity"],
                    "category": finding["category"],
                    "file_path": finding["file_path"],
                }
                for finding in findings
            ],
            [self.embed(finding["title"]) for finding in findings],
            owner=webhook.repo.split("/")[0],
            min_similarity=MIN_SIMILARITY,
            half_life=None,  # so that the odds are the same every day
            embedding_model=EMBEDDING_MODEL,
        )
        shown = []
        for finding, found in zip(findings, assessed, strict=True):
            recorded = self.memory.record_assessment(
                webhook.repo,
                webhook.delivery_id,
                finding["title"],
                finding["severity"],
                finding["category"],
                found.verdict,
                found.confidence,
                found.reason,
                found.memory_ids,
                found.memory_weights,
                finding["file_path"],
                webhook.pr_number,
            )
            if recorded.act == "show":
                shown.append(finding)
        for silent in self.memory.list_suppressed_findings(
            webhook.repo, webhook.pr_number
        ):
            self.github.post_review(
                f"kept silent: {silent.finding_text}. {silent.reason}"
            )
        return shown

    def cache_author(self, webhook: Webhook) -> None:
        """Ask GitHub about the author unless a record exists."""
        if self.memory.get_author(webhook.repo, webhook.author) is None:
            self.memory.upsert_author(
                webhook.repo, webhook.author, "regular", "CONTRIBUTOR", 12
            )

    def recall(self, webhook: Webhook) -> list[FoundMemory]:
        """Search what the team taught about similar code; record the quality."""
        owner = webhook.repo.split("/")[0]
        found = self.memory.search_memories(
            webhook.repo,
            webhook.diff,
            self.embed(webhook.diff),
            owner=owner,
            embedding_model=EMBEDDING_MODEL,
            limit=5,
            min_relevance=MIN_RELEVANCE,
        )
        distances = [hit.distance for hit in found if hit.distance is not None]
        self.memory.record_retrieval_quality_event(
            webhook.repo,
            "review",
            len(found),
            webhook.delivery_id,
            webhook.pr_number,
            top_k=5,
            avg_distance=sum(distances) / len(distances) if distances else None,
        )
        for hit in sorted(found, key=lambda hit: hit.memory_id):
            say(f"recalled ({hit.outcome}): {hit.finding_text}")
        if not found:
            say("recalled nothing")
        return found

    def learn(self, repo: str) -> None:
        """Poll the answers to recent comments.

        Every call can be repeated: if the bot dies in between, the next poll catches
        up.
        """
        for finding in self.memory.list_finding_comments(repo):
            reactions = self.github.reactions.get(finding.comment_id, [])
            for reaction in reactions:
                self.teach(finding, VOICES[reaction.body], reaction)
            # Withdraws the voices of those who took their reaction back.
            synced = self.memory.sync_feedback_reactions(
                finding.finding_id,
                [
                    {
                        "reaction_id": reaction.id,
                        "reaction_content": "+1" if reaction.body == "+1" else "-1",
                        "reactor_login": reaction.login,
                        "reacted_at": reaction.created_at,
                    }
                    for reaction in reactions
                ],
            )
            if synced.removed:
                say(f"{synced.removed} reaction(s) withdrawn")
            for reply in self.github.replies.get(finding.comment_id, []):
                if reply.body.startswith(REMEMBER) and reply.association in MAINTAINERS:
                    self.correct(finding, reply)

    def teach(self, finding: Finding, voice: Voice, answer: Answer) -> int | None:
        """Say what somebody thinks of a finding; return the id of its memory."""
        taught = self.memory.teach_memory(
            finding.repo,
            finding.title,
            finding.severity,
            finding.category,
            finding.file_path,
            voice,
            self.embed(finding.title),
            finding.finding_id,
            login=answer.login,
            association=answer.association,
            url=answer.url,
            said_at=answer.created_at,
            review_id=finding.review_id,
            language="python",
            embedding_model=EMBEDDING_MODEL,
        )
        say(f"{voice} by {answer.login}: {taught.state} memory")
        return taught.memory_id

    def correct(self, finding: Finding, reply: Answer) -> None:
        """Let a maintainer put the memory of a finding right."""
        memory_id = self.teach(finding, "accepted", reply)
        text = reply.body.removeprefix(REMEMBER)
        if memory_id is not None:  # bots teach nothing
            self.memory.correct_memory(
                finding.repo,
                memory_id,
                text,
                self.embed(text),
                embedding_model=EMBEDDING_MODEL,
                by=reply.login,
            )

    def embed(self, text: str) -> list[float]:
        """Stand in for an embedding model: hash the words into a vector."""
        vector = [0.0] * self.embedding_dim
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % self.embedding_dim] += 1
        length = math.hypot(*vector)
        return [value / length for value in vector]


def ask_model(diff: str, recalled: list[FoundMemory]) -> list[NewFinding]:
    """Stand in for a language model whose prompt includes what the team taught."""
    title = "User input reaches eval, which runs it as code"
    taught = [
        hit.finding_text
        for hit in recalled
        if hit.outcome in {"accepted", "thumbs_up"} and "eval" in hit.finding_text
    ]
    nit: NewFinding = {
        "file_path": "src/rules.py",
        "start_line": 2,
        "end_line": 2,
        "severity": "minor",
        "category": "style",
        "confidence": 60,
        "title": "The name tmp says nothing about the value",
    }
    return [
        *([nit] if "tmp" in diff else []),
        {
            "file_path": "src/rules.py",
            "start_line": 3,
            "end_line": 3,
            "severity": "critical",
            "category": "security",
            "confidence": 95 if taught else 70,
            "title": taught[0] if taught else title,
        },
    ]


def comment_on(pr_number: int, category: str) -> int:
    """Stand in for the ids of comments: one of each category on a pull request."""
    return 3_000_000_000 + 10 * pr_number + (category == "style")


def say(text: str) -> None:
    print(f"  {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description="A review bot in one file.")
    parser.add_argument(
        "--embedding-dim", type=int, default=1024, help="as deployed (1024)"
    )
    arguments = parser.parse_args()
    diff = "+ def load(rule):\n+     tmp = rule  # of a user\n+     eval(tmp)\n"
    first = Webhook("d-1", "acme/api", 7, "ann", "b0", "c1", "opened", diff)
    later = [
        Webhook(f"d-{n}", "acme/web", 6 + n, "bob", "b1", f"c{n}", "opened", diff)
        for n in (2, 3, 4)
    ]
    comment = comment_on(7, "security")
    noon = datetime(2026, 3, 20, 12, tzinfo=UTC)
    thumb = Answer(5_000_000_007, "ann", "+1", noon)
    reply = Answer(
        3_000_000_011,
        "carol",
        f"{REMEMBER}Rules of users go through ast.literal_eval, not through eval",
        noon + timedelta(hours=2),
        "MEMBER",
        "https://github.com/acme/api/pull/7#discussion_r3000000011",
    )
    github = GitHub()
    url, check = os.environ["DATABASE_URL"], ConnectionPool.check_connection
    # A bot runs for long: check replaces connections that the server closed meanwhile.
    with ConnectionPool(url, check=check) as pool:
        memory = Client(pool)
        bot = Bot(memory, github, arguments.embedding_dim)

        def receive(webhook: Webhook) -> None:
            print(f"Webhook {webhook.delivery_id} for {webhook.run_key}")
            say(bot.review(webhook))

        receive(first)
        receive(first)
        print("Ann gives the comment on #7 a thumbs up")
        github.reactions[comment] = [thumb]
        bot.learn(first.repo)
        receive(later[0])
        print("Four people give the comments on the name a thumbs down")
        for webhook, logins in ((first, ("ann", "bob")), (later[0], ("carol", "dan"))):
            github.reactions[comment_on(webhook.pr_number, "style")] = [
                Answer(5_000_000_020 + n, login, "-1", noon)
                for n, login in enumerate(logins)
            ]
            bot.learn(webhook.repo)
        print("Ann takes her thumbs up back")
        github.reactions[comment] = []
        bot.learn(first.repo)
        receive(later[1])
        print("Carol, a maintainer, answers the comment on #7")
        github.replies[comment] = [reply]
        bot.learn(first.repo)
        receive(later[2])

        stats = memory.get_repo_stats("acme/api")
        costs = memory.list_cost_by_model()
    print(f"acme/api: {stats.reviews} review(s), {stats.findings} finding(s)")
    for cost in costs:
        print(f"{cost.model}: {cost.events} runs, {cost.cost_usd} US dollars")


if __name__ == "__main__":
    main()
