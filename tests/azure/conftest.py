"""The real az, signed in to a fake Azure."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.server import ROOT

from . import fork_server
from .standin import StandIn
from .subscription import Subscription

AZ = ROOT / ".venv-azure" / "bin" / "az"
PYTHON = AZ.with_name("python")
CLIENT = Path(__file__).with_name("fork_client.py")
SCRIPT = ROOT / "scripts" / "provision-postgres.sh"


class Operator:
    """A user at a shell, with az on the path and signed in."""

    def __init__(self, home: Path, stand_in: StandIn, roots: Path) -> None:
        self.home = home
        self.log = home / "az.log"
        self._stand_in = stand_in
        self._folder = home / "bin"
        self._folder.mkdir()
        self.socket = home / "az.sock"
        self._install_az()
        self.environment = {
            "PATH": f"{self._folder}:{os.environ['PATH']}",
            "HOME": str(home),
            "AZURE_CONFIG_DIR": str(home / "azure"),
            "AZURE_CORE_COLLECT_TELEMETRY": "no",
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "REQUESTS_CA_BUNDLE": str(roots),
            "LANG": "C.UTF-8",
        }
        self._sign_in()

    @property
    def azure(self) -> Subscription:
        return self._stand_in.azure

    def install(self, name: str, text: str) -> None:
        """Add a command to the path."""
        path = self._folder / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)

    def _install_az(self) -> None:
        client = shlex.join([str(PYTHON), "-I", "-S", str(CLIENT), str(self.socket)])
        # az reads AZURE_CONFIG_DIR while it is imported: the fork server has only one.
        self.install(
            "az",
            f"printf '%s\\n' \"$*\" >> {shlex.quote(str(self.log))}\n"
            f'[ "$AZURE_CONFIG_DIR" = {shlex.quote(str(self.home / "azure"))} ] ||\n'
            f'  exec {shlex.quote(str(AZ))} "$@"\n'
            f'exec {client} "$@"\n',
        )

    def uninstall(self) -> None:
        """Remove the commands that a test has added."""
        for path in self._folder.iterdir():
            if path.name != "az":
                path.unlink()

    def _sign_in(self) -> None:
        url = self._stand_in.url
        # As an ADFS user: for any other, MSAL looks up the realm on port 443.
        endpoints = {
            "activeDirectory": f"{url}/adfs",
            "activeDirectoryResourceId": url,
            "management": url,
            "microsoftGraphResourceId": url,
            "ossrdbmsResourceId": "https://ossrdbms-aad.database.windows.net",
            "resourceManager": url,
        }
        suffixes = {"postgresqlServerEndpoint": ".postgres.database.azure.com"}
        cloud = json.dumps({"endpoints": endpoints, "suffixes": suffixes})
        new = ["--cloud-config", cloud, "--skip-endpoint-discovery"]
        for words in (
            ["cloud", "register", "--name", "standin", *new],
            ["cloud", "set", "--name", "standin"],
            ["login", "--username", "ada@example.com", "--password", "secret"],
        ):
            done = self.run([str(AZ), *words])
            assert done.returncode == 0, done.stderr

    def run(
        self, command: list[str], *, answer: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command with the answer as its input."""
        return subprocess.run(
            command,
            env=self.environment | environment,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    def provision(
        self, *arguments: str, answer: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the script, and log every call of az."""
        self.log.write_text("")
        return self.run([str(SCRIPT), *arguments], answer=answer, **environment)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the script in a new process group."""
        return subprocess.Popen(
            [str(SCRIPT), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture(scope="session")
def signed_in(
    authority: trustme.CA,
    roots: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Operator, StandIn]]:
    assert AZ.exists(), "az is missing: run make test-azure"
    stand_in = StandIn(authority)
    home = tmp_path_factory.mktemp("home")
    operator = Operator(home, stand_in, roots)
    with fork_server.running(PYTHON, operator.socket, operator.environment):
        yield operator, stand_in
    stand_in.shutdown()
    stand_in.server_close()


@pytest.fixture
def operator(signed_in: tuple[Operator, StandIn]) -> Iterator[Operator]:
    """An operator with an empty subscription."""
    operator, stand_in = signed_in
    stand_in.azure = Subscription()
    yield operator
    operator.uninstall()


@pytest.fixture
def azure(operator: Operator) -> Subscription:
    return operator.azure
