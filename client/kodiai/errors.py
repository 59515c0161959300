"""The errors that only this database raises: those of SQLSTATE class KB.

psycopg raises them of itself, because they are registered by their codes. All others
are psycopg's own: see docs/reference/errors.md.
"""

from __future__ import annotations

from psycopg import DatabaseError


class UnknownReviewError(DatabaseError, code="KB001"):
    """A review that a call refers to is not there."""


class UnknownFindingError(DatabaseError, code="KB002"):
    """A finding that a call refers to is not there."""


class UnknownRunError(DatabaseError, code="KB003"):
    """A run that a call refers to is not there."""


class UnknownCheckpointError(DatabaseError, code="KB004"):
    """A checkpoint that a call refers to is not there."""
