"""The knowledge functions: what reviews happened and what they found.

Each describes one SQL function; ``comment on function`` says what it does. Names,
arguments and defaults are those of SQL without ``p_``; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from .call import Call, Json, JsonLike, Objects, checked, many, maybe, one


@dataclass(frozen=True, slots=True)
class RecordedReview:
    """The review of record_review; inserted is false where it was there already."""

    review_id: int
    inserted: bool
    finding_ids: list[int]
    suppression_ids: list[int]


@dataclass(frozen=True, slots=True)
class RecordedFinding:
    """One finding of record_findings; ordinal is its place in the input, from 1."""

    ordinal: int
    finding_id: int


@dataclass(frozen=True, slots=True)
class RecordedSuppression:
    """One rule of record_suppressions; ordinal is its place in the input, from 1."""

    ordinal: int
    suppression_id: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class RecordedPattern:
    """The pattern of record_global_pattern, and how often it has been counted."""

    pattern_id: int
    total_count: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class RecordedReaction:
    """One reaction of record_feedback_reactions; ordinal is its place, from 1."""

    ordinal: int
    feedback_id: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, with repository, pull request and commit of its review."""

    finding_id: int
    review_id: int
    repo: str
    pr_number: int
    head_sha: str | None
    file_path: str
    start_line: int | None
    end_line: int | None
    severity: str
    category: str
    confidence: int
    title: str
    suppressed: bool
    suppression_pattern: str | None
    comment_id: int | None
    comment_surface: str | None
    review_output_key: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewedCommit:
    """The commit up to which a pull request has been reviewed."""

    head_sha: str | None
    review_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TopFile:
    """A file, and how many findings are about it."""

    file_path: str
    findings: int


@dataclass(frozen=True, slots=True)
class RepoStats:
    """Summary of the reviews of a repository."""

    reviews: int
    pull_requests: int
    findings: int
    findings_critical: int
    findings_major: int
    findings_medium: int
    findings_minor: int
    findings_suppressed: int
    avg_findings: float | None
    avg_confidence: float | None
    avg_files_analyzed: float | None
    avg_lines_changed: float | None
    avg_duration_ms: float | None
    last_review_at: datetime | None
    top_files: tuple[TopFile, ...]

    def __post_init__(self) -> None:
        # From the database they come as objects.
        files = tuple(
            TopFile(**file) if isinstance(file, Mapping) else file
            for file in self.top_files
        )
        object.__setattr__(self, "top_files", files)


@dataclass(frozen=True, slots=True)
class RepoDay:
    """The reviews of a repository on one day."""

    day: date
    reviews: int
    findings: int
    findings_critical: int
    findings_major: int
    findings_medium: int
    findings_minor: int
    findings_suppressed: int
    avg_duration_ms: float | None


@dataclass(frozen=True, slots=True)
class FeedbackPattern:
    """What reactions say about the findings of one title."""

    title: str
    thumbs_up: int
    thumbs_down: int
    reactors: int
    pull_requests: int
    last_reaction_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether a delivery may be processed, and why."""

    claimed: bool
    reason: str
    superseded_run_keys: list[str]


@dataclass(frozen=True, slots=True)
class CompletedRun:
    """What a run is now, and whether this call has completed it."""

    completed: bool
    status: str
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that was claimed and has not ended; created_at is when it was claimed."""

    run_key: str
    repo: str
    pr_number: int
    base_sha: str
    head_sha: str
    delivery_id: str
    action: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Author:
    """What is known of an author in a repository."""

    author_login: str
    tier: str
    author_association: str
    pr_count: int | None
    cached_at: datetime


@dataclass(frozen=True, slots=True)
class UpsertedAuthor:
    """The entry of upsert_author; inserted is false where there was one."""

    author_id: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class RecordedMerge:
    """The merge of record_dep_bump_merge; inserted is false where it was there."""

    merge_id: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class SavedCheckpoint:
    """The checkpoint of save_checkpoint; inserted is false where there was one."""

    checkpoint_id: int
    inserted: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far an unfinished review has come."""

    checkpoint_id: int
    repo: str
    pr_number: int
    checkpoint_data: Any
    partial_comment_id: int | None
    created_at: datetime
    updated_at: datetime


@checked
def record_review(
    repo: str,
    pr_number: int,
    head_sha: str | None = None,
    delivery_id: str | None = None,
    findings: Iterable[Mapping[str, Any]] = (),
    suppressions: Iterable[Mapping[str, Any]] = (),
    files_analyzed: int = 0,
    lines_changed: int = 0,
    duration_ms: int | None = None,
    model: str | None = None,
    conclusion: str = "unknown",
    config_snapshot: Mapping[str, Any] | None = None,
) -> Call[RecordedReview]:
    """Record a review with its findings and suppressions, all or nothing."""
    arguments = locals() | {
        "findings": Objects(findings),
        "suppressions": Objects(suppressions),
        "config_snapshot": Json(config_snapshot),
    }
    return one("record_review", arguments, RecordedReview)


@checked
def record_findings(
    review_id: int,
    findings: Iterable[Mapping[str, Any]],
) -> Call[list[RecordedFinding]]:
    """Add findings to a review, all or none."""
    arguments = locals() | {"findings": Objects(findings)}
    return many("record_findings", arguments, RecordedFinding)


@checked
def record_suppressions(
    review_id: int,
    suppressions: Iterable[Mapping[str, Any]],
) -> Call[list[RecordedSuppression]]:
    """Record the rules that a review applied, all or none."""
    arguments = locals() | {"suppressions": Objects(suppressions)}
    return many("record_suppressions", arguments, RecordedSuppression)


@checked
def record_global_pattern(
    severity: str,
    category: str,
    confidence_band: str,
    pattern_fingerprint: str,
    count: int = 1,
) -> Call[RecordedPattern]:
    """Count findings of one kind, over all repositories."""
    return one("record_global_pattern", locals(), RecordedPattern)


@checked
def record_feedback_reactions(
    reactions: Iterable[Mapping[str, Any]],
) -> Call[list[RecordedReaction]]:
    """Record the thumbs that people gave to comments, all or none."""
    arguments = locals() | {"reactions": Objects(reactions)}
    return many("record_feedback_reactions", arguments, RecordedReaction)


@checked
def list_finding_comments(
    repo: str,
    days: int = 30,
    limit: int = 100,
) -> Call[list[Finding]]:
    """List recent findings with a comment, newest reviews first."""
    return many("list_finding_comments", locals(), Finding)


@checked
def get_finding_by_comment(
    repo: str,
    comment_id: int,
    comment_surface: str | None = None,
) -> Call[Finding | None]:
    """Read the finding that a comment was posted for, if any."""
    return maybe("get_finding_by_comment", locals(), Finding)


@checked
def list_prior_findings(
    repo: str,
    pr_number: int,
) -> Call[list[Finding]]:
    """List what the last completed review of a pull request found."""
    return many("list_prior_findings", locals(), Finding)


@checked
def get_last_reviewed_sha(
    repo: str,
    pr_number: int,
) -> Call[ReviewedCommit | None]:
    """Read up to which commit a pull request has been reviewed, if ever."""
    return maybe("get_last_reviewed_sha", locals(), ReviewedCommit)


@checked
def get_repo_stats(
    repo: str,
    days: int = 30,
    top_files: int = 10,
) -> Call[RepoStats]:
    """Summarize the reviews of a repository."""
    return one("get_repo_stats", locals(), RepoStats)


@checked
def list_repo_trends(
    repo: str,
    days: int = 30,
) -> Call[list[RepoDay]]:
    """List the reviews of a repository by day, oldest first."""
    return many("list_repo_trends", locals(), RepoDay)


@checked
def list_feedback_patterns(
    repo: str,
    days: int = 365,
    min_reactions: int = 1,
    limit: int = 100,
) -> Call[list[FeedbackPattern]]:
    """List what reactions say about findings of each title."""
    return many("list_feedback_patterns", locals(), FeedbackPattern)


@checked
def claim_run(
    run_key: str,
    repo: str,
    pr_number: int,
    base_sha: str,
    head_sha: str,
    delivery_id: str,
    action: str,
) -> Call[Claim]:
    """Ask whether this delivery may be processed, and take the run if so."""
    return one("claim_run", locals(), Claim)


@checked
def complete_run(run_key: str, delivery_id: str | None = None) -> Call[CompletedRun]:
    """End a run that was claimed."""
    return one("complete_run", locals(), CompletedRun)


@checked
def release_run(run_key: str, delivery_id: str | None = None) -> Call[bool]:
    """Give up a run, so that it can be claimed again; returns whether it was open."""
    return one("release_run", locals(), bool)


@checked
def list_open_runs(
    older_than: timedelta = timedelta(hours=1), limit: int = 100
) -> Call[list[OpenRun]]:
    """List runs that were claimed and have not ended, oldest first."""
    return many("list_open_runs", locals(), OpenRun)


@checked
def set_finding_comment(
    finding_id: int, comment_id: int, comment_surface: str
) -> Call[bool]:
    """Note which comment a finding was posted as; False where it was noted already."""
    return one("set_finding_comment", locals(), bool)


@checked
def purge_runs(
    older_than: timedelta,
    limit: int = 1000,
) -> Call[int]:
    """Delete a batch of the oldest runs; returns how many."""
    return one("purge_runs", locals(), int)


@checked
def get_author(
    repo: str,
    author_login: str,
    max_age: timedelta = timedelta(days=1),
) -> Call[Author | None]:
    """Read what is known of an author, unless it is too old."""
    return maybe("get_author", locals(), Author)


@checked
def upsert_author(
    repo: str,
    author_login: str,
    tier: str,
    author_association: str,
    pr_count: int | None = None,
) -> Call[UpsertedAuthor]:
    """Note what is known of an author."""
    return one("upsert_author", locals(), UpsertedAuthor)


@checked
def purge_authors(
    older_than: timedelta,
    limit: int = 1000,
) -> Call[int]:
    """Delete a batch of what is known of authors and oldest; returns how many."""
    return one("purge_authors", locals(), int)


@checked
def record_dep_bump_merge(
    repo: str,
    pr_number: int,
    merged_at: datetime | None = None,
    delivery_id: str | None = None,
    source: str | None = None,
    signals: JsonLike | None = None,
    package_name: str | None = None,
    old_version: str | None = None,
    new_version: str | None = None,
    semver_bump_type: str | None = None,
    merge_confidence_level: str | None = None,
    merge_confidence_rationale: JsonLike | None = None,
    advisory_status: str | None = None,
    advisory_max_severity: str | None = None,
    is_security_bump: bool | None = None,
) -> Call[RecordedMerge]:
    """Record that a dependency bump was merged."""
    arguments = locals() | {
        "signals": Json(signals),
        "merge_confidence_rationale": Json(merge_confidence_rationale),
    }
    return one("record_dep_bump_merge", arguments, RecordedMerge)


@checked
def save_checkpoint(
    review_output_key: str,
    repo: str,
    pr_number: int,
    checkpoint_data: Mapping[str, Any],
    partial_comment_id: int | None = None,
) -> Call[SavedCheckpoint]:
    """Save how far an unfinished review has come."""
    arguments = locals() | {"checkpoint_data": Json(checkpoint_data)}
    return one("save_checkpoint", arguments, SavedCheckpoint)


@checked
def get_checkpoint(
    review_output_key: str,
) -> Call[Checkpoint | None]:
    """Read how far an unfinished review has come, if it is known."""
    return maybe("get_checkpoint", locals(), Checkpoint)


@checked
def set_checkpoint_comment(
    review_output_key: str,
    partial_comment_id: int,
) -> Call[int]:
    """Note the comment with the partial result; returns the checkpoint."""
    return one("set_checkpoint_comment", locals(), int)


@checked
def delete_checkpoint(
    review_output_key: str,
) -> Call[bool]:
    """Delete a checkpoint; returns whether it was there."""
    return one("delete_checkpoint", locals(), bool)
