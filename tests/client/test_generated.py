"""The generated files are what `make client` and `make reference` would write now."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg

import write_client
import write_reference
from kodiai import AsyncClient
from tests.server import ROOT


def test_the_client_is_up_to_date(database: psycopg.Connection, tmp_path: Path) -> None:
    package = tmp_path / "kodiai"
    shutil.copytree(
        ROOT / "client" / "kodiai",
        package,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.rmtree(package / "_sync")
    write_client.write(database, package)
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        committed = (ROOT / "client" / "kodiai" / name).read_text()
        assert committed == path.read_text(), f"{name}: run make client"


def test_the_reference_is_up_to_date(database: psycopg.Connection) -> None:
    for name, page in write_reference.pages(database).items():
        committed = (ROOT / "docs" / "reference" / name).read_text()
        assert committed == page, f"{name}: run make reference"


def test_the_client_has_every_public_function_and_no_other(
    database: psycopg.Connection,
) -> None:
    rows = database.execute(
        "select proname from pg_proc"
        " where pronamespace = 'kodiai'::regnamespace and proname !~ '^_'"
    )
    public = {name for name in dir(AsyncClient) if not name.startswith("_")}
    assert public == {name for (name,) in rows} | {"connect", "close"}
