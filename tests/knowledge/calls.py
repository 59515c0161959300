"""Valid arguments for the knowledge calls."""

from __future__ import annotations

from typing import Any

REPO = "acme/api"
BIG = 2**40  # beyond 32 bits, like GitHub ids


def finding(**columns: Any) -> Any:
    return {
        "file_path": "src/cache.py",
        "severity": "major",
        "category": "correctness",
        "confidence": 80,
        "title": "The cache is never invalidated",
    } | columns


def posted(comment_id: int, **columns: Any) -> Any:
    """A finding that was posted as a comment."""
    return finding(comment_id=comment_id, comment_surface="review", **columns)


def review(**arguments: Any) -> Any:
    return {"repo": REPO, "pr_number": 7, "head_sha": "a1"} | arguments


def run(**arguments: Any) -> Any:
    return {
        "run_key": "acme/api#7@a1",
        "repo": REPO,
        "pr_number": 7,
        "base_sha": "b0",
        "head_sha": "a1",
        "delivery_id": "d1",
        "action": "opened",
    } | arguments


def reaction(finding_id: int, **columns: Any) -> Any:
    return {
        "finding_id": finding_id,
        "reaction_id": BIG + 1,
        "reaction_content": "+1",
        "reactor_login": "ann",
    } | columns
