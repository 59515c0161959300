"""The command that takes memories along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from kodiai import Client
from tests.learning.corpus import memory, vector

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(conninfo: str) -> Run:
    def command(*arguments: str, given: str = "", **environment: str) -> Any:
        return subprocess.run(
            [sys.executable, "-m", "kodiai.transfer", *arguments],
            input=given,
            env=os.environ | {"DATABASE_URL": conninfo} | environment,
            check=False,
            capture_output=True,
            text=True,
        )

    return command


def test_memories_are_exported_and_imported(client: Client, run: Run) -> None:
    row = client.write_memory(**memory(finding_text="é\u2028\n", embedding=vector(0.5)))
    other = client.write_memory(**memory(repo="other/api", finding_id=3))
    done = run("export", "--owner", "Acme")
    assert (done.returncode, done.stderr) == (0, "1 exported\n")
    header, line, footer = map(json.loads, done.stdout.split("\n")[:-1])
    assert (
        header.items()
        >= {
            "format": "kodiai memories",
            "version": 1,
            "schema_version": client.get_info().schema_version,
            "embedding_dim": 8,
            "active_model": "test",
            "owner": "Acme",
            "count": 1,
        }.items()
    )
    assert line["finding_text"] == "é\u2028\n"
    assert line["embedding"] == vector(0.5)
    assert footer == {"end": True, "memories": 1}

    client.delete_memories("acme/api", [row.memory_id])
    for counts in ("1 inserted", "1 unchanged"):
        again = run("import", given=done.stdout)
        assert (again.returncode, again.stderr) == (0, f"{counts}\n")
    everything = run("export").stdout
    assert '"embedding":null' in everything
    client.delete_memories("other/api", [other.memory_id])
    again = run("import", "--without-findings", given=everything + done.stdout)
    assert (again.returncode, again.stderr) == (0, "1 inserted, 2 unchanged\n")
    (imported,) = client.list_memories("other/api")
    assert imported.finding_id is None


def test_what_cannot_be_imported_is_named(client: Client, run: Run) -> None:
    client.write_memories([memory(), memory(embedding=vector(1))])
    lines = run("export").stdout.splitlines(keepends=True)
    wrong = lines[2].replace('"major"', '"bad"')
    for given, message in (
        ("", "line 0: the file is incomplete"),
        ("".join(lines[:-1]), "line 3: the file is incomplete"),
        (
            "".join([*lines[:2], lines[-1]]),
            "line 3: expected 2 memories before it, got 1",
        ),
        ("".join(lines[1:]), "line 1: expected a header"),
        ('{"format": "x"}', "line 1: expected 'kodiai memories', version 1, got"),
        ("".join([*lines[:2], "{"]), "line 3: expected JSON: "),
        ("[]", "line 1: expected an object"),
        (
            "".join([lines[0], "\n", lines[1], wrong, lines[3]]),
            'line 4: severity: expected critical, major, medium or minor, got "bad"',
        ),
        (
            "".join([*lines[:2], lines[2].replace("[1,", "["), lines[3]]),
            "line 3: embedding: expected 8 dimensions, got 7",
        ),
        (lines[0].replace(":8,", ":9,"), "line 1: the embeddings have 9 dimensions"),
    ):
        done = run("import", given=given)
        assert done.returncode == 1
        assert done.stderr.startswith(f"error: {message}"), done.stderr
    assert len(client.list_memories("acme/api")) == 2


def test_the_command_says_what_is_wrong(run: Run) -> None:
    assert run().returncode == 2
    assert run("import", "--on-conflict", "other").returncode == 2
    assert run("import", "/nowhere").returncode == 2
    done = run("export", DATABASE_URL="")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no conninfo was given and DATABASE_URL")
    assert run("export", "--schema", "none").returncode == 1
    done = run("export", "--owner", "a/b")
    assert (done.returncode, done.stderr[:22]) == (1, "error: owner: expected")
    for command in ((), ("export",), ("import",), ("convert",)):
        for line in run(*command, "--help", COLUMNS="80").stdout.splitlines():
            assert len(line) <= 80


MEM0 = {
    "results": [
        {
            "id": "5a1c",
            "memory": "Tests of the importer are flaky on purpose",
            "hash": "x",
            "metadata": {"severity": "minor", "team": "data"},
            "created_at": "2026-01-05T01:30:36.275141-07:00",
            "updated_at": None,
            "user_id": "ann",
        }
    ]
}
HINDSIGHT = {
    "items": [
        {
            "id": "9f",
            "text": "Sessions never expire",
            "fact_type": "world",
            "mentioned_at": "2026-01-05T00:00:00+00:00",
            "state": "valid",
            "tags": ["auth"],
        },
        {
            "id": "9e",
            "text": "Sessions expire",
            "fact_type": "world",
            "mentioned_at": "2026-01-04T00:00:00+00:00",
            "state": "invalidated",
        },
    ],
    "total": 2,
}


def test_memories_of_other_systems_are_converted(client: Client, run: Run) -> None:
    defaults = (
        *("--repo", "Acme/API", "--severity", "major", "--category", "style"),
        *("--outcome", "accepted"),
    )
    for system, exported in (("mem0", MEM0), ("hindsight", HINDSIGHT)):
        given = json.dumps(exported)
        converted = run("convert", "--from", system, *defaults, given=given)
        assert converted.returncode == 0, converted.stderr
        for action in ("inserted", "unchanged"):
            done = run("import", given=converted.stdout)
            count = len(next(iter(exported.values())))  # type: ignore[arg-type]
            assert done.stderr == f"{count} {action}\n"
    first, second, third = client.list_memories("acme/api", state=None)
    assert (first.severity, first.category, first.file_path) == ("minor", "style", ".")
    assert first.metadata == {"mem0_id": "5a1c", "user_id": "ann", "team": "data"}
    assert (second.state, third.state) == ("active", "retired")
    assert second.metadata["tags"] == ["auth"]

    for given in ('{"a": 1}', '[{"id": 1}]', "no"):
        done = run("convert", "--from", "mem0", *defaults, given=given)
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
