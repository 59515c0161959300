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


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]*)", page.read_text()):
        assert (page.parent / target).exists(), target
