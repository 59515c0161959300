"""The errors that only kodiai raises: those of SQLSTATE class KB.

Each class registers its SQLSTATE, so that psycopg itself raises it. All other errors
are psycopg's own: see docs/reference/errors.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from psycopg import DatabaseError, Error


class UnknownReviewError(DatabaseError, code="KB001"):
    """A review that a call refers to does not exist."""


class UnknownFindingError(DatabaseError, code="KB002"):
    """A finding that a call refers to does not exist."""


class UnknownRunError(DatabaseError, code="KB003"):
    """A run that a call refers to does not exist."""


class UnknownCheckpointError(DatabaseError, code="KB004"):
    """A checkpoint that a call refers to does not exist."""


class UnknownMemoryError(DatabaseError, code="KB006"):
    """A memory that a call refers to does not exist in the repository."""


class SupersedingError(DatabaseError, code="KB007"):
    """A memory cannot supersede others: it is not active, or would supersede itself."""


class UnknownAssessmentError(DatabaseError, code="KB008"):
    """An assessment that a call refers to does not exist."""


class EmbeddingModelError(DatabaseError, code="KB009"):
    """The embedding models are not in the state that a call needs."""


def argument_of(error: Error) -> str | None:
    """Return what the call was refused for, such as limit or findings[2].severity."""
    name = error.diag.column_name or ""
    return name[2:] if name.startswith("p_") else None


def reword(error: Error, arguments: Iterable[str]) -> None:
    """Shorten an error to one line that names arguments as Python does.

    The original message and its context stay in error.diag.
    """
    message = error.diag.message_primary or " ".join(str(error).split())
    # Keep the value after "got", which is the caller's, unchanged.
    text, got, value = message.partition(", got ")
    names = "|".join(arguments)
    error.args = (re.sub(rf"\bp_({names})\b", r"\1", text) + got + value,)
