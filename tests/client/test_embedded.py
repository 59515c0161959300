"""The embedded server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kodiai import embedded


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the module as a command."""
    return subprocess.run(
        [sys.executable, "-m", "kodiai.embedded", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kodiai-") as name:
        yield Path(name) / "new" / "data"
        embedded.stop(Path(name) / "new" / "data")


def test_data_persists_and_nothing_listens_on_tcp(folder: Path) -> None:
    url = embedded.start(folder, "memory")
    assert embedded.is_running(folder)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create extension vector")
        connection.execute("create table kept as select 1 as one")
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert embedded.start(folder, "memory") == url

    assert embedded.stop(folder)
    assert not embedded.is_running(folder)
    assert not embedded.stop(folder)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)

    with (
        embedded.running(folder, "memory") as again,
        psycopg.connect(again) as connection,
    ):
        assert connection.execute("select one from kept").fetchone() == (1,)
    assert not embedded.is_running(folder)


@pytest.mark.parametrize("is_same_process", [True, False])
def test_a_killed_server_starts_again_with_its_data(
    folder: Path, is_same_process: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    if is_same_process:
        url = embedded.start(folder, "memory")
    else:
        url = run("start", str(folder), "memory").stdout.strip()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table kept as select 1 as one")
    # Its first line is the process id of the server.
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)

    assert run("start", str(folder), "memory").stderr == ""
    assert embedded.start(folder, "memory") == url
    assert embedded.is_running(folder)
    with psycopg.connect(url) as connection:
        assert connection.execute("select one from kept").fetchone() == (1,)
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "left", ["", f"{os.getpid()}\n"], ids=["cut off", "id of another process"]
)
def test_a_stale_file_of_a_killed_server_is_ignored(folder: Path, left: str) -> None:
    url = embedded.start(folder, "memory")
    embedded.stop(folder)
    (folder / "postmaster.pid").write_text(left)
    assert not embedded.is_running(folder)
    assert embedded.start(folder, "memory") == url
    assert embedded.is_running(folder)


def test_running_keeps_a_server_that_was_already_running(folder: Path) -> None:
    embedded.start(folder, "memory")
    with embedded.running(folder, "other"):
        pass
    assert embedded.is_running(folder)


def test_a_server_outlives_the_command_that_starts_it(folder: Path) -> None:
    command = [sys.executable, "-m", "kodiai.embedded"]
    start = subprocess.run(
        [*command, "start", str(folder), "memory"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    with psycopg.connect(start.stdout.strip()) as connection:
        assert connection.info.dbname == "memory"
    subprocess.run([*command, "stop", str(folder)], check=True)
    assert not embedded.is_running(folder)
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1


def test_a_path_with_white_space_is_rejected() -> None:
    with pytest.raises(ValueError, match="white space"):
        embedded.start("/tmp/a folder", "memory")  # noqa: S108
