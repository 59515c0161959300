"""No statement combines a transition table with a table of the schema.

Citus plans such a statement as a distributed query, whose tasks do not see the transition
table ("could not find named tuplestore"). So triggers first collect arrays from the
transition table alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import psycopg
import pytest

TOKENS = re.compile(
    r"(?P<literal>'(?:[^']|'')*')|(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<end>;|\b(?:begin|declare|loop)\b)|\w+|.",
    re.DOTALL | re.IGNORECASE,
)
CONSTANT = re.compile(r"\s*(\w+)\s+constant\b[^:]*:=(.*)", re.DOTALL)


def statements(source: str) -> Iterator[str]:
    """Split the body of a function into statements, without comments."""
    statement = ""
    for token in TOKENS.finditer(source):
        if token["end"]:
            yield statement
            statement = ""
        else:
            statement += " " if token["comment"] else token[0]
    yield statement


def names(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def mixed(
    source: str, transition: set[str], ours: set[str], arguments: Sequence[str] = ()
) -> list[str]:
    """Return the statements that combine a transition table with an object in ours.

    Constants and trigger arguments are expanded into the statement. A literal may only name
    a transition table inside execute: elsewhere it is part of a statement that cannot be
    checked here.
    """
    for number, argument in enumerate(arguments):
        source = re.sub(rf"(?i)\btg_argv\[{number}\]", f" {argument} ", source)
    body = list(statements(source))
    constants = {c[1]: c[2] for s in body if (c := CONSTANT.fullmatch(s))}
    found = []
    for statement in body:
        read = names(statement)
        read |= names(" ".join(constants[name] for name in read & constants.keys()))
        literals = re.findall(r"'(?:[^']|'')*'", statement)
        is_text = any(names(literal) & transition for literal in literals)
        is_hidden = is_text and "execute" not in read
        if is_hidden or (read & transition and read & ours):
            found.append(" ".join(statement.split()))
    return found


def readers(functions: Mapping[str, str], tables: set[str]) -> set[str]:
    """Return the functions that name a table, directly or in a function they call."""
    found: set[str] = set()
    while True:
        more = {
            name
            for name, source in functions.items()
            if names("".join(statements(source))) & (tables | found)
        }
        if more == found:
            return found
        found = more


def test_no_trigger_statement_combines_a_transition_table_with_a_table(
    database: psycopg.Connection,
) -> None:
    tables = {
        name
        for (name,) in database.execute(
            "select relname::text from pg_class"
            " where relnamespace = 'kodiai'::regnamespace and relkind = 'r'"
        )
    }
    functions: dict[str, str] = dict(
        database.execute(
            "select proname::text, coalesce(pg_get_function_sqlbody(oid), prosrc)"
            " from pg_proc where pronamespace = 'kodiai'::regnamespace"
        ).fetchall()
    )
    triggers = database.execute(
        "select tgname::text, proname::text,"
        " array_remove(array[tgnewtable, tgoldtable], null)::text[], tgargs"
        " from pg_trigger inner join pg_proc as p on p.oid = tgfoid"
        " where pronamespace = 'kodiai'::regnamespace"
        " and (tgnewtable is not null or tgoldtable is not null)"
    ).fetchall()
    assert triggers
    ours = tables | readers(functions, tables)
    wrong = {
        trigger: found
        for trigger, function, transition, arguments in triggers
        if (
            found := mixed(
                functions[function],
                set(transition),
                ours,
                arguments.decode().split("\0")[:-1],
            )
        )
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("begin select array_agg(n.id) into v_ids from new_rows as n; end", 0),
        ("select from new_rows; insert into postings select from unnest(v_ids)", 0),
        ("select array_agg(_term(n.text)) from new_rows as n", 0),
        ("for r in select from new_rows loop delete from postings; end loop;", 0),
        ("execute format('select array_agg(%s) from new_rows', tg_argv[0])", 0),
        ("select ';' from postings -- ; not new_rows\n;", 0),
        ("insert into postings select from new_rows;", 1),
        ("insert into Postings /* ; */ select ';' from New_Rows;", 1),
        ("select _read(n.id) from new_rows as n;", 1),
        ("execute 'delete from postings using new_rows'", 1),
        ("execute format('delete from %I using new_rows', 'postings')", 1),
        ("declare v_rows text := 'new_rows'; begin execute v_rows;", 1),
        ("execute format('select array_agg(%s) from new_rows', tg_argv[1])", 1),
        ("c_sql constant text := tg_argv[1]; execute 'from new_rows' || c_sql", 1),
    ],
)
def test_statements_that_combine_both_are_detected(source: str, count: int) -> None:
    arguments = ["d.repo", "(select p.repo from postings as p)"]
    functions = {"_term": "select hashtext($1)", "_read": "select from postings"}
    ours = {"postings"} | readers(functions, {"postings"})
    assert len(mixed(source, {"new_rows"}, ours, arguments)) == count
