"""The comment of each public function describes its call completely."""

from __future__ import annotations

import re
from contextlib import suppress

import psycopg
import pytest

from catalog import EMBEDDING, Comment, CommentError, Function, Item
from kodiai.errors import (
    EmbeddingModelError,
    UnknownCheckpointError,
    UnknownFindingError,
    UnknownMemoryError,
    UnknownReviewError,
    UnknownRunError,
)
from tests.learning.corpus import vector

#: Raised by examples that refer to rows that an empty database does not have.
STATES = (
    EmbeddingModelError,
    UnknownCheckpointError,
    UnknownFindingError,
    UnknownMemoryError,
    UnknownReviewError,
    UnknownRunError,
)

COMMENT = """\
Count the reactions to a finding.

Arguments:
  p_finding_id: 1 or more; finding id
  p_content: +1 | -1; which reactions; null for both

Result: one row, a ReactionCount.
  reactions: number of reactions; null if the finding
    does not exist

Errors:
  22004: p_finding_id is null
  22023: an argument is invalid

Example:
  p_finding_id => 7"""


def parse(comment: str) -> tuple[list[Item], list[Item]]:
    parts = Comment("count_reactions", comment)
    parts.result(is_table=True)
    assert parts.errors().keys() == {"22004", "22023"}
    names = ["p_finding_id", "p_content"]
    parts.example(names)
    arguments = parts.items("Arguments", names, ["bigint", "text"])
    return list(arguments), list(parts.items("Result", ["reactions"], ["bigint"]))


def test_a_comment_adds_values_and_nullability_to_the_signature() -> None:
    (finding, content), (reactions,) = parse(COMMENT)
    assert content.words == ["+1", "-1"]
    assert content.meaning == "which reactions; null for both"
    assert content.is_nullable
    assert not finding.is_nullable
    assert reactions.text == "number of reactions; null if the finding does not exist"
    assert reactions.is_nullable


@pytest.mark.parametrize(
    ("good", "bad", "part"),
    [
        ("Count the", "count the", "summary"),
        ("finding.\n\nA", f"finding {'x' * 77}.\n\nA", "summary"),
        ("  p_finding_id: 1 or more; finding id\n", "", "Arguments"),
        ("p_content: ", "p_contents: ", "Arguments"),
        ("finding id\n", "finding id.\n", "p_finding_id"),
        ("  reactions: number of reactions; ", "  reaction: ", "Result"),
        ("Result: one row, a ReactionCount.", "Result: a count.", "Result"),
        ("Result", "Returns", "Result"),
        ("Errors", "Raises", "Errors"),
        ("22004: p", "22004 p", "Errors"),
        ("Example:\n  p_finding_id => 7", "Example:\n  finding_id => 7", "Example"),
        ("\nExample:\n  p_finding_id => 7", "", "Example"),
    ],
)
def test_a_malformed_comment_is_rejected(good: str, bad: str, part: str) -> None:
    assert COMMENT.count(good) == 1
    with pytest.raises(CommentError, match=part):
        parse(COMMENT.replace(good, bad))


def test_the_comment_of_every_public_function_can_be_parsed(
    functions: list[Function],
) -> None:
    assert functions
    for function in functions:
        assert function.summary
        assert function.errors or not function.arguments, function.name


def test_every_code_that_a_function_can_raise_is_listed(
    database: psycopg.Connection, functions: list[Function]
) -> None:
    rows = database.execute(
        "select proname, prosrc || coalesce(pg_get_function_sqlbody(oid), '')"
        " from pg_proc where pronamespace = 'kodiai'::regnamespace"
    )
    sources = {str(name): str(source) for name, source in rows}
    wrong = {}
    for function in functions:
        # Checks raise one of these two, depending on the value: test_bad_arguments.
        raised = codes(sources, function.name) - {"22004", "22023"}
        missing = raised - function.errors.keys()
        if missing:
            wrong[function.name] = missing
    assert wrong == {}


#: SQLSTATEs of the condition names used in PL/pgSQL; other errcodes are SQLSTATEs.
CONDITIONS = {
    "invalid_parameter_value": "22023",
    "serialization_failure": "40001",
    "null_value_not_allowed": "22004",
}


def codes(sources: dict[str, str], function: str) -> set[str]:
    """Return the errors raised by a function and by the helpers that it calls."""
    seen, next_ = set(), {function}
    while next_:
        seen |= next_
        called = {
            c for each in next_ for c in re.findall(r"\b_\w+(?=\()", sources[each])
        }
        next_ = called & sources.keys() - seen
    raised = {
        code
        for each in seen
        for notice, code in re.findall(
            r"(raise notice using\s+)?errcode = '(\w+)'", sources[each]
        )
        if not notice
    }
    return {CONDITIONS.get(code, code) for code in raised}


def test_every_example_is_accepted(
    database: psycopg.Connection, functions: list[Function]
) -> None:
    for function in functions:
        (role, *_) = function.roles or ("kodiai_owner",)
        database.execute(f"set role {role}".encode())
        arguments = ", ".join(
            f"{n} => {sql}" for n, (sql, _) in function.example.items()
        )
        statement = f"select * from kodiai.{function.name}({arguments})"
        statement = statement.replace(EMBEDDING, f"'{vector(1)}'")
        with suppress(*STATES):
            database.execute(statement.encode())
