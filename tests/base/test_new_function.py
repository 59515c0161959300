"""`make new-function` creates a function that deploys, verifies and reverts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import server
from tests.server import ROOT

from . import test_plan
from .test_catalog import CONVENTIONS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the files that the script reads and changes."""
    for name in ("sqitch.plan", "sqitch.conf"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(test_plan, "ROOT", tmp_path)
    return tmp_path


def new_function(area: str, name: str) -> None:
    script = ROOT / "scripts" / "new_function.py"
    subprocess.run([sys.executable, script, area, name], check=True)


@pytest.mark.parametrize("name", ["list_things", "record_thing"])
def test_a_new_function_follows_the_conventions(
    database: psycopg.Connection,
    project: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = (project / "sqitch.plan").read_text().splitlines()
    new_function("knowledge", name)
    after = (project / "sqitch.plan").read_text()
    (line,) = set(after.splitlines()) - set(before)
    assert after.index(line) < after.index("# telemetry")
    assert [line for line in after.splitlines() if name not in line] == before

    change = f"knowledge/functions/{name}"
    monkeypatch.setattr(test_plan, "PLAN", after)
    test_plan.test_note_is_a_sentence(change)
    test_plan.test_scripts_follow_the_conventions(change)

    def run(tree: str) -> None:
        variables = [f"{name}={value}" for name, value in server.VARIABLES.items()]
        script = project / tree / f"{change}.sql"
        options = [word for variable in variables for word in ("-v", variable)]
        server.run(
            ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", *options, "-f", str(script)],
            server.connection_of(database),
        )

    run("deploy")
    run("verify")
    for statement in CONVENTIONS.values():
        broken = database.execute(statement.encode()).fetchall()
        assert name not in str(broken)
    run("revert")
    found = database.execute("select to_regproc(%s)", (name,)).fetchone()
    assert found == (None,)


def test_a_change_after_a_tag_stays_last_in_the_plan(project: Path) -> None:
    plan = project / "sqitch.plan"
    tag = "@v1 2026-12-24T09:00:00Z kodiai <kodiai@example.com> # Release 1.\n"
    plan.write_text(plan.read_text() + tag)
    new_function("telemetry", "get_thing")
    *_, tagged, new = plan.read_text().splitlines()
    assert tagged.startswith("@v1 ")
    assert new.startswith("telemetry/functions/get_thing ")
