"""Repositories, owners and logins are the same in any letter case, as on GitHub."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest

from catalog import Function
from kodiai import Client, EmbeddingModelError
from tests.concurrency import sessions, wait_for_lock
from tests.examples import python_arguments
from tests.knowledge.calls import posted, reaction, review, run
from tests.learning.corpus import memory
from tests.server import connection_of, deploy

pytestmark = pytest.mark.slow

#: Arguments, keys and columns that are names.
NAME = re.compile(
    r"(p_)?((\w+_)?repos?|(new_)?owner|(\w+_)?login|pr_author|(changed_)?by)$"
)
WRITES = ("record_", "write_", "upsert_", "claim_", "save_")
OTHERS = {"owner": "acme", "new_owner": "corp"}
NAMES = [
    "acme/api",
    "org/étude",
    "ομάδα/έργο",
    "группа/проект",
    "group/sub group/project",
    "o/n",
    "org/it's [1]",
]

CATALOG = """
select relname, attname, atttypid::regtype::text from pg_attribute
inner join pg_class as c on c.oid = attrelid
where relnamespace = 'kodiai'::regnamespace and relkind = 'r' and attnum > 0
"""


def respell_names(value: Any) -> Any:
    """Return a value with the names in it in another letter case."""
    if isinstance(value, list):
        return [respell_names(each) for each in value]
    if isinstance(value, dict):
        return {
            k: respell(v) if NAME.match(k) else respell_names(v)
            for k, v in value.items()
        }
    return value


def respell(name: Any) -> Any:
    if isinstance(name, list):
        return [respell(each) for each in name]
    return name and name.upper()


def contents(database: psycopg.Connection) -> dict[str, list[Any]]:
    """Return all rows of all tables."""
    tables = database.execute(
        "select relname from pg_class where relkind = 'r'"
        " and relnamespace = 'kodiai'::regnamespace"
    ).fetchall()
    return {
        table: sorted(
            database.execute(f"select t::text from {table} as t".encode()).fetchall()
        )
        for (table,) in tables
    }


@contextmanager
def undone(database: psycopg.Connection) -> Iterator[None]:
    """Undo what the block does, including the ids that it draws."""
    with database.transaction(force_rollback=True):
        for (sequence,) in database.execute(
            "select relname from pg_class where relkind = 'S'"
            " and relnamespace = 'kodiai'::regnamespace"
        ).fetchall():
            restart = f"alter sequence {sequence} restart with 1000"
            database.execute(restart.encode())
        yield


def test_every_function_treats_two_spellings_alike(
    database: psycopg.Connection, functions: list[Function]
) -> None:
    """Results and the contents of all tables are the same, after the same calls."""
    database.execute("set kodiai.now = '2026-03-31T12:00Z'")
    client = Client(database)
    given = {function.name: python_arguments(function) for function in functions}
    given["record_review"]["findings"] = [posted(1)]
    named = {"repo": "acme/web", "owner": "acme", "source_repo": "a/b"}
    given["write_memories"]["memories"][0] |= named
    for function in functions:  # name what the examples leave out
        for argument in function.arguments:
            if NAME.match(argument.name):
                name = argument.name.removeprefix("p_")
                example = "acme/api" if "repo" in name else OTHERS.get(name, "ann")
                given[function.name].setdefault(
                    name, ["acme/web"] if argument.is_array else example
                )

    given["verify_forgotten"] = {"owner": "acme"}  # takes one name

    client.write_memory(**memory(finding_id=1))
    for function in sorted(functions, key=lambda f: f.name != "record_review"):
        if function.name.startswith(WRITES):
            with suppress(EmbeddingModelError):
                getattr(client, function.name)(**given[function.name])

    differ = []
    for function in functions:
        outcomes = []
        arguments = given[function.name]
        respelled = respell_names(arguments)
        if respelled == arguments:
            continue
        for spelled in (arguments, respelled):
            with undone(database):
                result = getattr(client, function.name)(**spelled)
                outcomes.append((result, contents(database)))
        if outcomes[0] != outcomes[1]:
            differ.append(function.name)
    assert differ == []


def test_no_table_can_hold_two_spellings_of_a_name(
    database: psycopg.Connection,
) -> None:
    columns = [row for row in database.execute(CATALOG) if NAME.match(row[1])]
    assert len(columns) > 15
    for table, column, domain in columns:
        value = "acme/API" if "repo" in column else "Ann"
        call = "select pg_input_is_valid(%s, %s), pg_input_is_valid(lower(%s), %s)"
        row = database.execute(call, (value, domain, value, domain)).fetchone()
        assert row == (False, True), (table, column)


def test_a_memory_is_found_under_another_spelling(client: Client) -> None:
    written = client.write_memory(**memory(repo="Acme/API", source_repo="ACME/Web"))
    (found,) = client.search_memories("acme/api", "cache")
    assert found.memory_id == written.memory_id
    assert (found.repo, found.owner) == ("acme/api", "acme")
    assert found.source_repo == "acme/web"
    assert client.search_memories(None, "cache", owner="ACME") == [found]
    (found,) = client.search_memories("aCME/aPI", "cache", owner="Acme")
    assert found.memory_id == written.memory_id


def test_a_pull_request_has_one_open_run_under_both_spellings(client: Client) -> None:
    client.claim_run(**run(repo="Acme/API", run_key="first"))
    claim = client.claim_run(**run(repo="acme/api", run_key="second"))
    assert (claim.reason, claim.superseded_run_keys) == ("superseded-prior", ["first"])
    again = client.claim_run(**run(repo="ACME/API", run_key="second"))
    assert again.reason == "duplicate"


def test_claims_under_two_spellings_wait_for_each_other(
    conninfo: str, database: psycopg.Connection
) -> None:
    with sessions(conninfo, 2) as (first, second):
        first.client.claim_run(**run(repo="Acme/API", run_key="first"))
        second.start(lambda c: c.claim_run(**run(repo="acme/api", run_key="second")))
        wait_for_lock(database, second.process)
        first.connection.commit()
        assert second.result().superseded_run_keys == ["first"]


def test_a_delivery_is_one_under_both_spellings(client: Client) -> None:
    first = client.record_review(**review(repo="Acme/API", delivery_id="d1"))
    again = client.record_review(**review(repo="acme/api", delivery_id="d1"))
    assert (again.review_id, again.inserted) == (first.review_id, False)


def test_a_person_has_one_cache_entry_and_one_reaction(client: Client) -> None:
    first = client.upsert_author("Acme/API", "Ann", "core", "OWNER")
    again = client.upsert_author("acme/api", "ANN", "regular", "MEMBER")
    assert (again.author_id, again.inserted) == (first.author_id, False)
    author = client.get_author("ACME/api", "aNN")
    assert author
    assert (author.author_login, author.tier) == ("ann", "regular")

    recorded = client.record_review(**review(findings=[posted(1)]))
    (finding,) = recorded.finding_ids
    client.record_feedback_reactions([reaction(finding, reactor_login="Ann")])
    changed = reaction(
        finding, reaction_id=2**50, reaction_content="-1", reactor_login="ANN"
    )
    client.record_feedback_reactions([changed])
    (pattern,) = client.list_feedback_patterns("Acme/Api", min_reactions=1)
    assert (pattern.thumbs_up, pattern.thumbs_down, pattern.reactors) == (0, 1, 1)


def test_an_error_shows_what_the_caller_passed(client: Client) -> None:
    for call in (
        lambda: client.list_repo_trends("Acme"),
        lambda: client.write_memory(**memory(repo="Acme")),
        lambda: client.search_memories("x/y", "x", owner="Acme"),
        lambda: client.write_memory(**memory(repo="x/y"), owner="Acme"),
    ):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match='got "Acme"$'):
            call()


def test_folding_a_folded_name_changes_nothing(database: psycopg.Connection) -> None:
    """For every character, and for letters in front of an accent."""
    changed = database.execute(
        "select n from generate_series(1, 1114111) as n"
        " cross join (values (''), (U&'\\0301'), (U&'\\0331')) as accent (mark)"
        " cross join lateral (select _fold_name(chr(n) || mark) as name) as f"
        " where (n < 12000 or mark = '') and n not between 55296 and 57343"
        " and _fold_name(name) <> name"
    ).fetchall()
    assert changed == []


@pytest.mark.parametrize("name", NAMES)
def test_names_are_in_lower_case_and_nfc(client: Client, name: str) -> None:
    client.write_memory(**memory(repo=name.upper()))
    (found,) = client.search_memories(name, "cache")
    assert (found.repo, found.owner) == (name, name.split("/", maxsplit=1)[0])
    assert client.search_memories(None, "cache", owner=found.owner) == [found]


def test_the_unicode_form_of_a_name_does_not_matter(client: Client) -> None:
    name = "acme/café"
    client.write_memory(**memory(repo=unicodedata.normalize("NFD", name)))
    (found,) = client.search_memories(unicodedata.normalize("NFC", name), "cache")
    assert found.repo == name


def folded(connection: psycopg.Connection) -> dict[str, str]:
    """Return letters beyond ASCII, and how they are folded."""
    blocks = [(0xC0, 0x17F), (0x386, 0x3CE), (0x400, 0x52F), (0x531, 0x587)]
    letters = [
        chr(code)
        for first, last in [*blocks, (0x1E00, 0x1EFF)]
        for code in range(first, last + 1)
    ]
    call = "select l, kodiai._fold_name(l) from unnest(%s::text[]) as l"
    return dict(connection.execute(call, (letters,)).fetchall())


def test_letters_beyond_ascii_are_folded(database: psycopg.Connection) -> None:
    """As Python does it, but Turkish İ is left alone, and the final sigma is a sigma."""
    found = folded(database)
    lower = {each: unicodedata.normalize("NFC", each.lower()) for each in found}
    assert found == lower | {"İ": "İ", "ς": "\u03c3"}


@pytest.mark.slow
def test_the_locale_of_the_database_does_not_matter(
    database: psycopg.Connection,
) -> None:
    info = connection_of(database) | {"dbname": "of_locale_c"}
    create = "create database of_locale_c template template0 locale 'C'"
    database.execute(create)
    try:
        deploy(**info)
        with psycopg.connect(**info) as other:
            assert folded(other) == folded(database)
    finally:
        database.execute("drop database of_locale_c")
