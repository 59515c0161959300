from __future__ import annotations

import shlex
import subprocess
from queue import Queue

import pytest

from .conftest import AZ, Operator
from .subscription import Subscription


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("version", 0),
        ("account show --query user", 0),
        ("group list", 3),
        ("group show --name shared --output tsv", 0),
        ("group show --name missing", 3),
        ("postgres flexible-server list --size 2", 2),
        ("postgres flexible-server --help", 0),
        ("postgres flexible-server parameter list --server-name a -g missing", 3),
    ],
)
def test_it_differs_from_az_only_in_speed(
    operator: Operator, azure: Subscription, command: str, status: int
) -> None:
    azure.put_group("shared", {"location": "eastus"})
    words = shlex.split(command)
    expected, done = operator.run([str(AZ), *words]), operator.run(["az", *words])
    assert expected.returncode == status
    assert (done.returncode, done.stdout, done.stderr) == (
        expected.returncode,
        expected.stdout,
        expected.stderr,
    )


def test_az_reads_its_input(operator: Operator) -> None:
    done = operator.run(["az", "group", "show", "--name", "@-"], answer="missing")
    assert "The Resource 'missing' was not found." in done.stderr


def test_az_ends_with_its_client(operator: Operator, azure: Subscription) -> None:
    outputs: Queue[tuple[str, str]] = Queue()

    def kill(_: int) -> None:
        process.kill()
        # They end when az has ended, which waits for the answer to its request.
        outputs.put(process.communicate(timeout=10))

    azure.on_write = kill
    process = subprocess.Popen(
        ["az", "group", "create", "--name", "kodiai", "--location", "eastus"],
        env=operator.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert outputs.get(timeout=20) == ("", "")
