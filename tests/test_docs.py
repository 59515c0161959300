"""The documentation says what the database says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import psycopg
import pytest

import kodiai.errors
from tests.server import ROOT

ERRORS = (ROOT / "docs" / "reference" / "errors.md").read_text()
SECTIONS = re.findall(r"(?m)^### (\w{5}) ", ERRORS)
SCRIPTS = [path.read_text() for path in ROOT.glob("deploy/**/*.sql")]

# By their names in PL/pgSQL; a code stands for itself.
CONDITIONS = {
    "null_value_not_allowed": "22004",
    "invalid_parameter_value": "22023",
    "serialization_failure": "40001",
}


def test_the_reference_is_up_to_date(database: psycopg.Connection) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "write_reference.py"))
    page = (ROOT / "docs" / "reference" / "README.md").read_text()
    assert page == script["reference"](database), "run make reference"


def test_every_error_that_functions_raise_is_explained() -> None:
    raised = {
        CONDITIONS.get(code, code)
        for script in SCRIPTS
        for code in re.findall(r"errcode = '(\w+)'", script)
    }
    comments = "".join(
        errors
        for script in SCRIPTS
        for comment in re.findall(
            r"(?s)comment on function [a-z]\w* is\n'(.*?)';", script
        )
        for errors in re.findall(r"(?s)\nErrors: (.*)", comment)
    )
    told = set(re.findall(r"\b(?:\d\d\w{3}|KB\d{3})\b", comments))
    assert raised <= told
    assert told <= set(SECTIONS)
    assert len(SECTIONS) == len(set(SECTIONS))


def test_our_own_errors_have_classes_in_python() -> None:
    codes = {
        error.sqlstate: name
        for name, error in vars(kodiai.errors).items()
        if isinstance(error, type)
        and issubclass(error, psycopg.Error)
        and error.__module__ == kodiai.errors.__name__
    }
    assert codes.keys() == {code for code in SECTIONS if code.startswith("KB")}
    for name in codes.values():
        assert f"`{name}`" in ERRORS
        assert getattr(kodiai, name)


def without_code(page: Path) -> str:
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return what GitHub makes of the headings of a page."""
    headings = re.findall(r"(?m)^#+ (.*)$", without_code(page))
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize(
    "page",
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_lead_somewhere(page: Path) -> None:
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


def test_the_pictures_show_what_exists(database: psycopg.Connection) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    pictures = "".join(re.findall(r"(?ms)^```mermaid\n(.*?)^```", page))
    drawn = {
        (table, column)
        for table, columns in re.findall(r"(?ms)^  (\w+) \{\n(.*?)^  \}", pictures)
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
    assert set(re.findall(r"(?<![\w*])_[a-z]\w+", pictures)) <= {
        f for (f,) in functions
    }
