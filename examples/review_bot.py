"""A review bot in one file: a pull request, from the webhook to a learned memory.

The bot keeps all its state in the database. GitHub, the language model and the
embedding model are stubs of a few lines; everything else is what a real bot does.

Usage: eval "$(make -s up)"; .venv/bin/python examples/review_bot.py
"""

from __future__ import annotations

import argparse
import math
import os
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg_pool import ConnectionPool

from kodiai import Client, Finding, FoundMemory, NewFinding, NewReaction, Outcome

MODEL = "a-language-model"
EMBEDDING_MODEL = "hashed-words"
MIN_RELEVANCE = 0.1  # for this embedding; measure yours
OUTCOMES: dict[str, Outcome] = {"+1": "thumbs_up", "-1": "thumbs_down"}


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


class Bot:
    """Reviews pull requests, and learns from the reactions to its comments."""

    def __init__(self, memory: Client, embedding_dim: int) -> None:
        self.memory = memory
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
        findings = ask_model(webhook.diff, recalled)
        for finding in findings:
            finding["comment_id"] = post_comment(webhook, finding)
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
        for hit in found:
            say(f"recalled ({hit.outcome}): {hit.finding_text}")
        return found

    def learn(self, repo: str) -> int:
        """Poll the reactions to recent comments; return the number of new memories.

        What to learn depends on which memories exist, not on which reactions are new:
        if the bot dies between the two calls, the next poll catches up.
        """
        findings = {f.finding_id: f for f in self.memory.list_finding_comments(repo)}
        reactions = [r for f in findings.values() for r in get_reactions(f)]
        self.memory.record_feedback_reactions(reactions)
        learned = [
            (findings[r["finding_id"]], OUTCOMES[r["reaction_content"]])
            for r in reactions
        ]
        learned = [
            (finding, outcome)
            for finding, outcome in learned
            if not self.memory.has_memory(repo, finding.finding_id, outcome)
        ]
        written = self.memory.write_memories(
            [
                {
                    "repo": repo,
                    "finding_id": finding.finding_id,
                    "review_id": finding.review_id,
                    "finding_text": finding.title,
                    "severity": finding.severity,
                    "category": finding.category,
                    "file_path": finding.file_path,
                    "language": "python",
                    "outcome": outcome,
                    "embedding_model": EMBEDDING_MODEL,
                }
                for finding, outcome in learned
            ],
            [self.embed(finding.title) for finding, _ in learned],
        )
        return sum(row.inserted for row in written)

    def embed(self, text: str) -> list[float]:
        """Stand in for an embedding model: hash the words into a vector."""
        vector = [0.0] * self.embedding_dim
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % self.embedding_dim] += 1
        length = math.hypot(*vector)
        return [value / length for value in vector]


def ask_model(diff: str, recalled: list[FoundMemory]) -> list[NewFinding]:
    """Stand in for a language model whose prompt includes what the team taught."""
    if "eval(" not in diff:
        return []
    taught = {hit.outcome for hit in recalled if "eval" in hit.finding_text}
    return [
        {
            "file_path": "src/rules.py",
            "start_line": 3,
            "end_line": 3,
            "severity": "critical",
            "category": "security",
            "confidence": 95 if "thumbs_up" in taught else 70,
            "title": "User input reaches eval, which runs it as code",
        }
    ]


def post_comment(webhook: Webhook, finding: NewFinding) -> int:
    """Stand in for GitHub, which returns the comment id."""
    say(
        f"comment on #{webhook.pr_number},"
        f" {finding['confidence']} %: {finding['title']}"
    )
    return 3_000_000_000 + webhook.pr_number


def get_reactions(finding: Finding) -> list[NewReaction]:
    """Stand in for GitHub, where the author gave the comment a thumbs up."""
    return [
        {
            "finding_id": finding.finding_id,
            "reaction_id": 5_000_000_000 + finding.pr_number,
            "reaction_content": "+1",
            "reactor_login": "ann",
            "reacted_at": datetime.now(UTC),
        }
    ]


def say(text: str) -> None:
    print(f"  {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description="A review bot in one file.")
    parser.add_argument(
        "--embedding-dim", type=int, default=1024, help="as deployed (1024)"
    )
    arguments = parser.parse_args()
    diff = "+ def load(rule):\n+     # users write the rules\n+     eval(rule)\n"
    first = Webhook("d-1", "acme/api", 7, "ann", "b0", "c1", "opened", diff)
    later = Webhook("d-2", "acme/web", 8, "bob", "b1", "c2", "opened", diff)
    url, check = os.environ["DATABASE_URL"], ConnectionPool.check_connection
    # A bot runs for long: check replaces connections that the server closed meanwhile.
    with ConnectionPool(url, check=check) as pool:
        memory = Client(pool)
        bot = Bot(memory, arguments.embedding_dim)
        for webhook in (first, first, later):
            print(f"Webhook {webhook.delivery_id} for {webhook.run_key}")
            say(bot.review(webhook))
            print(f"Reactions in {webhook.repo}")
            say(f"{bot.learn(webhook.repo)} new memories")
        stats = memory.get_repo_stats("acme/api")
        costs = memory.list_cost_by_model()
    print(f"acme/api: {stats.reviews} review(s), {stats.findings} finding(s)")
    for cost in costs:
        print(f"{cost.model}: {cost.events} runs, {cost.cost_usd} US dollars")


if __name__ == "__main__":
    main()
