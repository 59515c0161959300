"""The documentation matches the database and the repository."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

import kodiai.errors
from catalog import Function
from tests.server import ROOT

ERRORS = (ROOT / "docs" / "reference" / "errors.md").read_text()
SECTIONS = re.findall(r"(?m)^### (\w{5}) ", ERRORS)
NOTICES = re.findall(
    r"(?m)^### (\w{5}) ", re.findall(r"(?ms)^## Notices\n(.*?)^## ", ERRORS)[0]
)


def test_every_error_that_functions_raise_is_explained(
    functions: list[Function],
) -> None:
    codes = {code for function in functions for code in function.errors}
    assert codes <= set(SECTIONS)
    assert len(SECTIONS) == len(set(SECTIONS))


def test_every_notice_that_functions_raise_is_explained(
    database: psycopg.Connection, functions: list[Function]
) -> None:
    sources = database.execute(
        "select string_agg(prosrc, ';') from pg_proc"
        " where pronamespace = 'kodiai'::regnamespace"
    ).fetchone()
    raised = re.findall(
        r"raise notice using\s+errcode = '(\w+)'", str(sources and sources[0])
    )
    assert raised == NOTICES
    comments = " ".join(function.text for function in functions)
    assert set(NOTICES) <= set(re.findall(r"\w+", comments))


def test_every_code_is_one_of_postgres_or_kodiai() -> None:
    for code in re.findall(r"\b\d\d[\dA-Z]\d\d\b", ERRORS):
        assert psycopg.errors.lookup(code), code


def test_every_kb_error_has_a_python_class() -> None:
    codes = {
        error.sqlstate: name
        for name, error in vars(kodiai.errors).items()
        if isinstance(error, type)
        and issubclass(error, psycopg.Error)
        and error.__module__ == kodiai.errors.__name__
    }
    assert codes.keys() == {
        code for code in SECTIONS if code.startswith("KB") and code not in NOTICES
    }
    for name in codes.values():
        assert f"`{name}`" in ERRORS
        assert getattr(kodiai, name)


def without_code(page: Path) -> str:
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub derives from the headings of a page."""
    headings = re.findall(r"(?m)^#+ (.*)$", without_code(page))
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize(
    "page",
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_resolve(page: Path) -> None:
    for path, anchor in re.findall(
        r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", without_code(page)
    ):
        target = page.parent / path if path else page
        assert target.exists(), path
        if anchor:
            assert anchor in anchors(target), f"{path}#{anchor}"


def test_paths_in_code_and_comments_exist() -> None:
    """Such as docs/guides/operations.md in a comment on a function."""
    for folder in ("bench", "client", "deploy", "eval", "scripts", "tests"):
        for path in (ROOT / folder).rglob("*.*"):
            if path.suffix not in {".py", ".sh", ".sql"}:
                continue
            text = path.read_text(encoding="utf-8")
            for page in re.findall(r"(?<![\w\"/.])docs/[\w/-]+\.(?:md|svg)", text):
                assert (ROOT / page).exists(), f"{path}: {page}"


def test_diagrams_match_the_database(database: psycopg.Connection) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    diagrams = "".join(re.findall(r"(?ms)^```mermaid\n(.*?)^```", page))
    drawn = {
        (table, column)
        for table, columns in re.findall(r"(?ms)^  (\w+) \{\n(.*?)^  \}", diagrams)
        for column in re.findall(r"(?m)^    \w+ (\w+)", columns)
    }
    rows = database.execute(
        "select c.relname, a.attname from pg_class as c"
        " inner join pg_attribute as a on a.attrelid = c.oid"
        " where c.relkind = 'r' and c.relnamespace = 'kodiai'::regnamespace"
    ).fetchall()
    assert drawn <= set(rows)
    assert {table for table, _ in drawn} == {table for table, _ in rows}
    functions = database.execute(
        "select proname from pg_proc where pronamespace = 'kodiai'::regnamespace"
    ).fetchall()
    assert set(re.findall(r"(?<![\w*])_[a-z]\w+", diagrams)) <= {
        f for (f,) in functions
    }
