"""The snippets of README.md and docs/ run.

Blocks with no-run after the language are skipped. The Python blocks of a page share
their names, among them memory, a client, and embed, an embedding model; they may await.
SQL blocks run as a superuser, in one transaction per page that is rolled back.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import zlib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from kodiai import Client

from .server import DIMENSIONS, ROOT

pytestmark = pytest.mark.slow

#: Written by make reference, with examples that its own test runs.
GENERATED = {
    "README.md",
    *("knowledge.md", "telemetry.md", "learning.md", "search.md", "tables.md"),
}
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(
        page
        for page in sorted(ROOT.glob("docs/**/*.md"))
        if not (page.parent.name == "reference" and page.name in GENERATED)
    ),
]
FENCE = re.compile(r"(?ms)^( *)```(\w+)([^\n]*)\n(.*?)^ *```$")


def snippets(page: Path, language: str) -> list[str]:
    """Return the blocks that run, with blank lines before them for line numbers."""
    text = page.read_text(encoding="utf-8")
    return [
        "\n" * text[: match.start(4)].count("\n")
        + re.sub(rf"(?m)^{match[1]}", "", match[4])
        for match in FENCE.finditer(text)
        if match[2] == language and match[3].strip() != "no-run"
    ]


def pages_with(language: str) -> list[Any]:
    return [
        pytest.param(page, id=str(page.relative_to(ROOT)))
        for page in PAGES
        if snippets(page, language)
    ]


def embed(text: str) -> list[float]:
    """Stand in for an embedding model."""
    return [1 + zlib.crc32(f"{text} {n}".encode()) % 100 for n in range(DIMENSIONS)]


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_snippets_run(
    page: Path, client: Client, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", conninfo)
    names: dict[str, Any] = {"memory": client, "embed": embed}
    for snippet in snippets(page, "python"):
        code = compile(snippet, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        done = eval(code, names)  # noqa: S307
        if inspect.iscoroutine(done):
            asyncio.run(done)


@pytest.mark.parametrize("page", pages_with("sql"))
def test_sql_snippets_run(page: Path, database: psycopg.Connection) -> None:
    name = sql.Identifier(database.info.dbname).as_string(database)
    with database.transaction(force_rollback=True):
        for snippet in snippets(page, "sql"):
            database.execute(
                snippet.replace("database kodiai", f"database {name}").encode()
            )


@pytest.mark.parametrize("page", pages_with("sh"))
def test_shell_snippets_name_existing_targets_and_scripts(page: Path) -> None:
    """Targets of make, and scripts of this repository."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    for snippet in snippets(page, "sh"):
        assert set(re.findall(r"\bmake (?:-s )?([a-z][a-z-]*)", snippet)) <= targets
        for path in re.findall(
            r"(?<![\w./-])(?:scripts|examples|bench|eval|demo|tests|deploy)/[\w./-]+",
            snippet,
        ):
            assert (ROOT / path).exists(), path
