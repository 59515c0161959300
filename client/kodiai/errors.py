"""The errors that only this database raises: those of SQLSTATE class KB.

psycopg raises them by itself, because they are registered by SQLSTATE. All others are
psycopg's own: see docs/reference/errors.md.
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


def reword(error: Error, arguments: Iterable[str]) -> None:
    """Make the text of an error one line that names arguments as Python does.

    What the server said, word for word and with its context, stays in error.diag.
    """
    message = error.diag.message_primary or " ".join(str(error).split())
    # What follows "got" is the caller's own value.
    said, got, value = message.partition(", got ")
    names = "|".join(arguments)
    error.args = (re.sub(rf"\bp_({names})\b", r"\1", said) + got + value,)
