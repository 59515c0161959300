"""A limit without an order returns whichever rows the planner reads first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

TOKENS = re.compile(
    r"""
      --[^\n]* | /\*.*?\*/                       # comments
    | '(?:[^']|'')*' | "[^"]*" | \$\w*\$         # literals, names, quotes of a body
    | order\s+by\b | [a-z_]\w* | \S
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def limits_without_order(body: str) -> Iterator[str]:
    """Yield the text around each limit whose query level has no order by.

    A level is a statement, or what a pair of parentheses encloses in it. A string that
    contains a query counts as a separate statement: it is executed.
    """
    is_ordered = [False]
    for match in TOKENS.finditer(body):
        token = match[0].lower()
        if token.startswith("'") and "select" in token:
            yield from limits_without_order(token[1:-1].replace("''", "'"))
        elif token == "(":
            is_ordered.append(False)
        elif token == ")":
            is_ordered.pop()
        elif token in {";", "loop", "union", "intersect", "except"}:
            is_ordered[-1] = False
        elif re.fullmatch(r"order\s+by", token):
            is_ordered[-1] = True
        elif token in {"limit", "fetch"} and not is_ordered[-1]:
            yield body[max(match.start() - 60, 0) : match.end() + 20]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("select a from t order by a limit 1", 0),
        ("select a from t limit 1", 1),
        ("SELECT a FROM t LIMIT 1", 1),
        ("select a from t fetch first 3 rows only", 1),
        ("select a from (select a from t order by a) as u limit 1", 1),
        ("select a, rank() over (order by a) from t limit 1", 1),
        ("select array(select a from t order by case when a then 1 end limit 1)", 0),
        ("select array(select a from t limit 1) from t order by a limit 1", 1),
        ("select a from t order by a; select b from t limit 1;", 1),
        ("for a in select a from t order by a loop select a from t limit 1;", 1),
        ("(select a from t order by a limit 1) union all select a from t limit 1", 1),
        ("execute format('select a from %I limit $1', 't')", 1),
        ("execute format('select ''x'' from %I order by a limit $1', 't')", 0),
        ("select a from t -- order by a\nlimit 1", 1),
        ("-- no limit 1\nraise 'beyond the limit'", 0),
        ("select p_limit, v_limit, row_limit from t", 0),
    ],
)
def test_a_limit_without_order_is_recognized(body: str, count: int) -> None:
    assert len(list(limits_without_order(body))) == count


def test_every_limit_has_an_order(database: psycopg.Connection) -> None:
    bodies = database.execute(
        "select proname, coalesce(pg_get_function_sqlbody(oid), prosrc) from pg_proc"
        " where pronamespace = 'kodiai'::regnamespace"
    ).fetchall()
    found = [
        (name, where) for name, body in bodies for where in limits_without_order(body)
    ]
    assert found == []
    assert sum("limit" in body.lower() for _, body in bodies) > 10
