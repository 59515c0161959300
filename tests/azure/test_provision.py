"""scripts/provision-postgres.sh with the real az, against a fake Azure."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import trustme

from tests import server, tls

from . import subscription
from .conftest import SCRIPT, Operator
from .standin import POSTGRES_TOKEN, USER, StandIn
from .subscription import Subscription

SERVER = "kodiai-0a1b2c3d"
PASSWORD = "Correct-Horse-2026"

NETWORK = "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network"

#: What a first run with defaults writes, in order.
WRITES = [
    "put group kodiai",
    f"put server {SERVER}",
    # Before the database, which it owns.
    f"put administrator {USER['id']}",
    "patch parameter azure.extensions",
    "patch parameter maintenance_work_mem",
    "patch parameter autovacuum_work_mem",
    "patch parameter idle_in_transaction_session_timeout",
    "patch parameter metrics.collector_database_activity",
    "patch parameter metrics.autovacuum_diagnostics",
    "put database kodiai",
]


def parameter(azure: Subscription, name: str, server: str = SERVER) -> str:
    value: str = azure.parts[server]["configurations"][name]["properties"]["value"]
    return value


def set_parameter(azure: Subscription, name: str, value: str) -> None:
    azure.parts[SERVER]["configurations"][name]["properties"] |= {
        "value": value,
        "source": "user-override",
    }


def test_a_first_run_creates_everything(
    operator: Operator, azure: Subscription
) -> None:
    done = operator.provision()
    assert (done.returncode, done.stderr) == (0, "")
    assert azure.writes == WRITES
    server = azure.servers[SERVER]
    assert server["location"] == "eastus"
    assert server["sku"] == {"name": "Standard_B1ms", "tier": "Burstable"}
    properties = server["properties"]
    assert properties["version"] == "17"
    assert properties["storage"]["storageSizeGB"] == 32
    assert properties["storage"]["autoGrow"] == "Enabled"
    assert properties["backup"]["backupRetentionDays"] == 14
    assert properties["backup"]["geoRedundantBackup"] == "Disabled"
    assert properties["highAvailability"]["mode"] == "Disabled"
    assert properties["network"]["publicNetworkAccess"] == "Disabled"
    assert properties["authConfig"] == {
        "activeDirectoryAuth": "Enabled",
        "passwordAuth": "Disabled",
    }
    parts = azure.parts[SERVER]
    [administrator] = parts["administrators"].values()
    assert administrator["properties"]["principalName"] == "ada@example.com"
    assert not parts["firewallRules"]
    assert parameter(azure, "azure.extensions") == "VECTOR"
    assert parameter(azure, "require_secure_transport") == "on"
    # A sixteenth of 2 GiB.
    assert parameter(azure, "maintenance_work_mem") == str(128 * 1024)
    assert f"Created or changed: {len(WRITES)}." in done.stdout
    assert f"Host: {SERVER}.postgres.database.azure.com" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    "option", ["--replica kodiai-reader", "--zone-redundancy Enabled", "--nodes 2"]
)
def test_the_default_size_supports_the_options(operator: Operator, option: str) -> None:
    done = operator.provision("--dry-run", *option.split())
    assert done.returncode == 0, done.stderr
    assert "--sku-name Standard_D2ds_v5" in done.stdout


def test_a_second_run_changes_nothing(operator: Operator, azure: Subscription) -> None:
    assert operator.provision().returncode == 0
    first = azure.snapshot()
    azure.writes.clear()
    done = operator.provision()
    assert (done.returncode, done.stderr) == (0, "")
    assert azure.writes == []
    assert azure.snapshot() == first
    assert "Created or changed: 0." in done.stdout
    assert "  + " not in done.stdout


@pytest.fixture(scope="session")
def complete(signed_in: tuple[Operator, StandIn]) -> dict[str, object]:
    """The state after an undisturbed run."""
    operator, stand_in = signed_in
    stand_in.azure = Subscription()
    assert operator.provision().returncode == 0
    return stand_in.azure.snapshot()


@pytest.mark.parametrize("step", range(len(WRITES)), ids=WRITES)
def test_the_next_run_continues_after_an_error_or_a_kill(
    complete: dict[str, object], operator: Operator, azure: Subscription, step: int
) -> None:
    # Azure fails at this step.
    azure.faults = {WRITES[step]: subscription.BROKEN}
    done = operator.provision()
    assert done.returncode == 1
    assert azure.writes == WRITES[:step]
    assert "An unexpected error occured." in done.stderr
    failed = re.search("stopped at: (.*)", done.stderr)
    assert failed
    assert WRITES[step].split()[-1].replace(USER["id"], "ada") in failed[1]
    existing = done.stderr.partition("Exists so far:\n")[2].count("\n    ") + 1
    assert ("Nothing was created" in done.stderr) if step == 0 else existing >= step
    assert "Run the same command again" in done.stderr
    # The next run gets past it, and is killed before az returns.
    azure.faults = {}
    process = operator.start()
    azure.on_write = lambda _: os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert azure.writes == WRITES[: step + 1]
    # The third run completes the rest.
    azure.on_write = lambda _: None
    done = operator.provision()
    assert (done.returncode, done.stderr) == (0, "")
    assert azure.writes == WRITES
    assert azure.snapshot() == complete


def test_a_server_is_created_in_the_location_of_its_group(
    operator: Operator, azure: Subscription
) -> None:
    azure.put_group("shared", {"location": "westeurope"})
    done = operator.provision("--resource-group", "shared")
    assert done.returncode == 0, done.stderr
    assert azure.servers[SERVER]["location"] == "westeurope"


def test_an_interruption_reports_what_exists(
    operator: Operator, azure: Subscription
) -> None:
    process = operator.start()

    def interrupt(number: int) -> None:
        if number == 2:
            # Like Ctrl-C, but background processes ignore SIGINT.
            os.killpg(process.pid, signal.SIGTERM)

    azure.on_write = interrupt
    _, errors = process.communicate()
    assert process.returncode == 130
    assert f"interrupted at: server {SERVER}" in errors
    assert "resource group kodiai" in errors
    assert "Run the same command again" in errors


def test_it_waits_for_a_server_that_is_being_created(
    operator: Operator, azure: Subscription
) -> None:
    azure.add_server(SERVER, state="Starting")
    done = operator.provision()
    assert done.returncode == 0, done.stderr
    assert "is Starting: waiting until it is ready" in done.stdout
    assert azure.writes[-1] == "put database kodiai"


class TestErrors:
    @pytest.mark.parametrize(
        ("write", "fault", "advice"),
        [
            ("put group kodiai", subscription.NOT_ALLOWED, "the role Contributor"),
            (f"put server {SERVER}", subscription.NOT_ALLOWED, "the role Contributor"),
            (f"put server {SERVER}", subscription.NO_QUOTA, "--sku or --location"),
            (f"put server {SERVER}", subscription.NOT_REGISTERED, "provider register"),
        ],
        ids=["group not allowed", "server not allowed", "no quota", "not registered"],
    )
    def test_an_azure_error_is_followed_by_advice(
        self,
        operator: Operator,
        azure: Subscription,
        write: str,
        fault: subscription.Fault,
        advice: str,
    ) -> None:
        azure.faults = {write: fault}
        done = operator.provision()
        assert done.returncode == 1
        assert fault.message[:60] in done.stderr
        assert advice in done.stderr
        assert SERVER not in azure.servers

    def test_a_taken_server_name_is_explained(self, operator: Operator) -> None:
        done = operator.provision("--server", "taken")
        assert done.returncode == 1
        assert "choose another --server" in done.stderr

    def test_an_unknown_size_is_rejected(
        self, operator: Operator, azure: Subscription
    ) -> None:
        done = operator.provision("--sku", "Standard_D3ds_v5")
        assert done.returncode == 1
        assert "Invalid value for --sku-name" in done.stderr
        assert not azure.servers

    def test_it_asks_to_sign_in(self, operator: Operator, tmp_path: Path) -> None:
        done = operator.provision(AZURE_CONFIG_DIR=str(tmp_path))
        assert done.returncode == 1
        assert "Sign in again first: az login" in done.stderr
        assert "Nothing was created." in done.stderr

    @pytest.mark.parametrize(
        ("error", "advice"),
        [
            ("unrecognized arguments: --zonal-resiliency Disabled", "az upgrade"),
            ("(OfferRestricted) The location is restricted", "another --location"),
            ("Authorization_RequestDenied: Insufficient privileges", "--admin-id"),
        ],
    )
    def test_an_az_error_is_followed_by_advice(
        self, operator: Operator, tmp_path: Path, error: str, advice: str
    ) -> None:
        az = tmp_path / "az"
        az.write_text(f"#!/bin/sh\necho 'ERROR: {error}' >&2\nexit 2\n")
        az.chmod(0o755)
        done = operator.provision(PATH=f"{tmp_path}:{os.environ['PATH']}")
        assert done.returncode == 1
        assert error in done.stderr
        assert advice in done.stderr

    @pytest.mark.parametrize(
        ("version", "is_new_enough"),
        [("2.86.9", False), ("2.9.0", False), ("2.87.0", True), ("3.0.0", True)],
    )
    def test_the_version_of_az_is_checked_first(
        self, operator: Operator, tmp_path: Path, version: str, is_new_enough: bool
    ) -> None:
        az = tmp_path / "az"
        az.write_text(
            f'#!/bin/sh\necho "$1" >> {tmp_path}/log\n'
            f'[ "$1" != version ] || exec echo {version}\nexit 1\n'
        )
        az.chmod(0o755)
        done = operator.provision(PATH=f"{tmp_path}:{os.environ['PATH']}")
        assert done.returncode == 1
        message = f"az {version} is too old: expected 2.87.0 or later; run az upgrade"
        assert (message in done.stderr) is not is_new_enough
        asked = ["version", "account"] if is_new_enough else ["version"]
        assert (tmp_path / "log").read_text().split() == asked

    def test_a_missing_az_is_reported(self, operator: Operator, tmp_path: Path) -> None:
        for name in ("bash", "tr", "dirname", "grep"):
            found = next(
                Path(folder, name)
                for folder in os.environ["PATH"].split(":")
                if Path(folder, name).exists()
            )
            (tmp_path / name).symlink_to(found)
        done = operator.provision(PATH=str(tmp_path))
        assert done.returncode == 1
        assert "az, the Azure CLI, is not installed" in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--sku"], "--sku: expected a value"),
            (["--size", "big"], "unknown option --size"),
            (["now"], "unexpected now"),
            (["--dry-run", "--destroy"], "expected one mode"),
            (["--destroy", "--deploy"], "expected one"),
            (["--postgres-version", "15"], "expected 16, 17 or 18"),
            (["--server", "Kodiai"], "expected 3 to 63 of a-z, 0-9 and -"),
            (["--sku", "D2ds_v5"], "expected a size such as Standard_D2ds_v5"),
            (["--storage", "64 GiB"], "expected a number of GiB"),
            (["--backup-days", "40"], "expected 7 to 35"),
            (["--geo-backup", "yes"], "expected Enabled or Disabled"),
            (["--zone", "a"], "expected the number of an availability zone"),
            (["--tags", "team"], "expected KEY=VALUE"),
            (["--tags", "team=a *"], "expected KEY=VALUE"),
            (["--auth", "none"], "expected entra or password"),
            (["--allow-ip", "0.0.0.0"], "admits all of Azure"),  # noqa: S104
            (["--allow-ip", "::1"], "expected an IPv4 address"),
            (
                ["--allow-ip", "me", "--subnet", "s", "--private-dns-zone", "z"],
                "no public",
            ),
            (["--subnet", "s"], "expected both"),
            (["--admin", "ada"], "expected both"),
            (["--auth", "password", "--admin-id", "1"], "only with --auth entra"),
            (["--auth", "password", "--admin", "a b"], "expected a login"),
            (["--nodes", "none"], "expected a number of nodes"),
            (["--replica", "reader", "--sku", "Standard_B2s"], "Burstable"),
            (["--zone-redundancy", "Enabled", "--sku", "Standard_B2s"], "Burstable"),
            (
                ["--replica", "reader", "--nodes", "2"],
                "no replica of an elastic cluster",
            ),
            (["--replica", "kodiai", "--server", "kodiai"], "another name"),
            (["--nodes", "2", "--auto-grow", "Enabled"], "does not grow"),
            (
                ["--nodes", "2", "--subnet", "s", "--private-dns-zone", "z"],
                "cannot be in a subnet",
            ),
            (["--allow-ip", "198.51.100.256"], "expected an IPv4 address"),
            (["--storage", "64\n128"], "expected a number of GiB"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_invalid_arguments_fail_before_az_runs(
        self, operator: Operator, arguments: list[str], message: str
    ) -> None:
        done = operator.provision(*arguments)
        assert done.returncode == 2
        assert message in done.stderr
        assert operator.log.read_text() == ""

    def test_the_environment_is_validated_too(self, operator: Operator) -> None:
        done = operator.provision(KODIAI_STORAGE="much")
        assert done.returncode == 2
        assert "--storage much: expected a number of GiB" in done.stderr


class TestExistingServer:
    def test_it_is_completed_and_keeps_its_settings(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER)
        azure.servers[SERVER]["sku"]["name"] = "Standard_D8ds_v5"
        set_parameter(azure, "azure.extensions", "PG_TRGM")
        set_parameter(azure, "maintenance_work_mem", "131072")
        set_parameter(azure, "max_parallel_maintenance_workers", "16")
        set_parameter(azure, "idle_in_transaction_session_timeout", "5000")
        set_parameter(azure, "require_secure_transport", "off")
        before = azure.snapshot()["servers"]
        done = operator.provision()
        assert done.returncode == 0, done.stderr
        # Still password authentication.
        assert azure.snapshot()["servers"] == before
        parts = azure.parts[SERVER]
        assert set(parts["databases"]) == {"postgres", "theirs", "kodiai"}
        assert not parts["administrators"]
        assert parameter(azure, "azure.extensions") == "PG_TRGM,VECTOR"
        assert parameter(azure, "require_secure_transport") == "on"
        # For its current size. Larger or user-set values stay.
        assert parameter(azure, "maintenance_work_mem") == "2097151"
        assert parameter(azure, "max_parallel_maintenance_workers") == "16"
        assert parameter(azure, "idle_in_transaction_session_timeout") == "5000"

    def test_its_database_is_found_among_many(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER)
        databases = azure.parts[SERVER]["databases"]
        databases["kodiai"] = {}
        # More than fits into a pipe: a reader that exits early would break it.
        databases |= {f"{n:063}": {} for n in range(2000)}
        assert operator.provision().returncode == 0
        assert "put database kodiai" not in azure.writes

    def test_a_smaller_size_lowers_maintenance_work_mem(
        self, operator: Operator, azure: Subscription
    ) -> None:
        assert operator.provision("--sku", "Standard_D8ds_v5").returncode == 0
        assert parameter(azure, "maintenance_work_mem") == "2097151"
        assert operator.provision("--sku", "Standard_D2ds_v5").returncode == 0
        assert parameter(azure, "maintenance_work_mem") == str(512 * 1024)
        # Unless it was set by the user.
        set_parameter(azure, "maintenance_work_mem", "1000000")
        assert operator.provision("--sku", "Standard_B2s").returncode == 0
        assert parameter(azure, "maintenance_work_mem") == "1000000"

    def test_a_same_zone_standby_can_be_removed(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER, highAvailability={"mode": "SameZone"})
        done = operator.provision("--zone-redundancy", "Disabled")
        assert done.returncode == 0, done.stderr
        mode = azure.servers[SERVER]["properties"]["highAvailability"]["mode"]
        assert mode == "Disabled"

    def test_a_replica_grows_before_its_source(
        self, operator: Operator, azure: Subscription
    ) -> None:
        start = ["--auto-grow", "Disabled", "--replica", "kodiai-reader"]
        assert operator.provision(*start).returncode == 0
        azure.writes.clear()
        larger = "--sku Standard_E4ds_v5 --storage 128 --auto-grow Enabled".split()
        done = operator.provision(*larger)
        assert done.returncode == 0, done.stderr
        patches = [w for w in azure.writes if w.startswith("patch server")]
        assert patches == 3 * ["patch server kodiai-reader"] + 3 * [
            f"patch server {SERVER}"
        ]
        for each in azure.servers.values():
            assert each["sku"]["name"] == "Standard_E4ds_v5"
            assert each["properties"]["storage"]["storageSizeGB"] == 128
            assert each["properties"]["storage"]["autoGrow"] == "Enabled"
        # A replica may be larger than its source, and does not shrink.
        azure.writes.clear()
        smaller = ["--sku", "Standard_D2ds_v5"]
        assert operator.provision(*smaller).returncode == 0
        assert f"patch server {SERVER}" in azure.writes
        assert "patch server kodiai-reader" not in azure.writes

    @pytest.mark.parametrize("allowed", ["vector", "PG_CRON,VECTOR", "pg_trgm, Vector"])
    def test_an_allowed_extension_is_not_added_again(
        self, operator: Operator, azure: Subscription, allowed: str
    ) -> None:
        azure.add_server(SERVER)
        set_parameter(azure, "azure.extensions", allowed)
        assert operator.provision().returncode == 0
        assert parameter(azure, "azure.extensions") == allowed

    def test_given_settings_are_changed(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER)
        arguments = "--sku Standard_E4ds_v5 --storage 256 --auto-grow Enabled"
        arguments += " --backup-days 30 --zone-redundancy Enabled --auth entra"
        done = operator.provision(*arguments.split())
        assert done.returncode == 0, done.stderr
        server = azure.servers[SERVER]
        assert server["sku"] == {"name": "Standard_E4ds_v5", "tier": "MemoryOptimized"}
        assert server["properties"]["storage"]["storageSizeGB"] == 256
        assert server["properties"]["storage"]["autoGrow"] == "Enabled"
        assert server["properties"]["backup"]["backupRetentionDays"] == 30
        assert server["properties"]["highAvailability"]["mode"] == "ZoneRedundant"
        authentication = server["properties"]["authConfig"]
        assert authentication["activeDirectoryAuth"] == "Enabled"
        assert authentication["passwordAuth"] == "Enabled"
        azure.writes.clear()
        done = operator.provision(*arguments.split())
        assert done.returncode == 0, done.stderr
        assert azure.writes == []

    def test_tags_are_added_to_those_it_has(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER)
        azure.servers[SERVER]["tags"] = {"team": "ops", "theirs": "1"}
        for writes in (["patch tags " + SERVER], []):
            azure.writes = []
            done = operator.provision("--tags", "team=review env=test")
            assert done.returncode == 0, done.stderr
            assert [w for w in azure.writes if "tags" in w] == writes
            tags = {"team": "review", "theirs": "1", "env": "test"}
            assert azure.servers[SERVER]["tags"] == tags

    def test_a_failover_may_have_changed_the_zone(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER, highAvailability={"mode": "ZoneRedundant"})
        done = operator.provision("--zone", "2", "--what-if")
        assert done.returncode == 0, done.stderr

    def test_pgbouncer_is_given_prepared_statements(
        self, operator: Operator, azure: Subscription
    ) -> None:
        name = "pgbouncer.max_prepared_statements"
        azure.add_server(SERVER)
        set_parameter(azure, "pgbouncer.enabled", "true")
        default = {"value": "0", "source": "system-default"}
        azure.parts[SERVER]["configurations"][name] = {"properties": default}
        assert operator.provision().returncode == 0
        assert parameter(azure, name) == "100"
        set_parameter(azure, name, "200")
        assert operator.provision().returncode == 0
        assert parameter(azure, name) == "200"

    def test_an_administrator_is_added_only_if_named(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER, authConfig={"activeDirectoryAuth": "Enabled"})
        theirs = {"properties": {"principalName": "team", "objectId": "77"}}
        azure.parts[SERVER]["administrators"]["77"] = theirs
        assert operator.provision().returncode == 0
        assert list(azure.parts[SERVER]["administrators"]) == ["77"]
        named = ["--admin", "deployers", "--admin-id", "88", "--admin-type", "Group"]
        assert operator.provision(*named).returncode == 0
        assert list(azure.parts[SERVER]["administrators"]) == ["77", "88"]

    @pytest.mark.parametrize(
        ("arguments", "server", "message"),
        [
            ("--storage 32", {"storage": {"storageSizeGB": 64}}, "never shrinks"),
            ("--postgres-version 18", {}, "the server has PostgreSQL 17"),
            ("", {"version": "15"}, "kodiai needs 16, 17 or 18"),
            ("", {"state": "Stopped"}, "az postgres flexible-server start"),
            ("", {"state": "Inaccessible"}, "the server is Inaccessible"),
            ("", {"replicationRole": "AsyncReplica"}, "this is a replica"),
            (f"--subnet {NETWORK}/s --private-dns-zone z", {}, "cannot move"),
            (
                f"--subnet {NETWORK}/s --private-dns-zone {NETWORK}/z",
                {
                    "network": {
                        "delegatedSubnetResourceId": f"{NETWORK}/S",
                        "privateDnsZoneArmResourceId": f"{NETWORK}/y",
                    }
                },
                "another zone",
            ),
            (
                "--allow-ip 198.51.100.7",
                {"network": {"delegatedSubnetResourceId": f"{NETWORK}/s"}},
                "the server is in a subnet",
            ),
            ("--location westeurope", {}, "the server is in eastus"),
            (
                "--zone-redundancy Enabled",
                {"highAvailability": {"mode": "SameZone"}},
                "a standby in its own zone",
            ),
            (
                "--geo-backup Enabled",
                {},
                "the server was created with Disabled, which\n  cannot change",
            ),
            ("--zone 2", {}, "the server is in zone 1 and cannot move"),
            (f"--replica {SERVER}", {}, "another name"),
            ("--nodes 2", {}, "not an elastic cluster"),
            (
                "",
                {"cluster": {"clusterSize": 2, "defaultDatabaseName": "acme"}},
                "this cluster's only database is acme",
            ),
            (
                "--auth password",
                {"authConfig": {"passwordAuth": "Disabled"}},
                "accepts no passwords",
            ),
            (
                "--auth password --admin eve",
                {
                    "administratorLogin": "kodiai_admin",
                    "authConfig": {"passwordAuth": "Enabled"},
                },
                "the administrator of this server is kodiai_admin",
            ),
        ],
    )
    def test_impossible_changes_fail(
        self,
        operator: Operator,
        azure: Subscription,
        arguments: str,
        server: dict[str, object],
        message: str,
    ) -> None:
        azure.add_server(SERVER, **server)
        done = operator.provision(*arguments.split(), KODIAI_ADMIN_PASSWORD=PASSWORD)
        assert done.returncode == 1
        assert message in done.stderr
        assert azure.writes == []


class TestWhatIf:
    def test_a_new_server_is_reported_but_not_created(
        self, operator: Operator, azure: Subscription
    ) -> None:
        done = operator.provision("--what-if")
        assert (done.returncode, done.stderr) == (0, "")
        assert azure.writes == []
        assert f"+ server {SERVER}: PostgreSQL 17, Standard_B1ms, 32 GiB" in done.stdout
        assert "+ database kodiai" in done.stdout

    def test_changes_to_a_server_are_reported_but_not_made(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER)
        done = operator.provision("--what-if", "--sku", "Standard_D4ds_v5", "--deploy")
        assert (done.returncode, done.stderr) == (0, "")
        assert azure.writes == []
        assert (
            "+ size (restarts it) Standard_D2ds_v5 -> Standard_D4ds_v5" in done.stdout
        )
        # For the new size.
        assert "+ parameter maintenance_work_mem 99328 -> 1048576" in done.stdout
        assert "= parameter require_secure_transport on" in done.stdout
        assert "~ kodiai, with sqitch deploy" in done.stdout

    def test_a_server_that_is_being_created_is_reported(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.add_server(SERVER, state="Starting")
        done = operator.provision("--what-if")
        assert (done.returncode, done.stderr) == (0, "")
        assert azure.writes == []
        assert "= server kodiai-0a1b2c3d: PostgreSQL 17" in done.stdout

    def test_a_complete_server_needs_no_changes(self, operator: Operator) -> None:
        assert operator.provision().returncode == 0
        done = operator.provision("--what-if")
        assert "Would create or change: 0." in done.stdout


CHOICES = {
    "defaults": [],
    "password": ["--auth", "password", "--admin", "boss"],
    "public": ["--allow-ip", "198.51.100.7", "--replica", "kodiai-reader"],
    "me": ["--allow-ip", "me"],
    "large": "--sku Standard_E4ds_v5 --storage 512 --backup-days 35 --location"
    " westeurope --zone-redundancy Enabled --postgres-version 18".split(),
    "at creation": [
        *("--geo-backup", "Enabled", "--zone", "2", "--tags", "team=review env=a/b"),
        *("--sku", "Standard_B2s"),
    ],
    "small": ["--sku", "Standard_B1ms", "--storage", "32", "--auto-grow", "Disabled"],
    "cluster": ["--nodes", "2", "--sku", "Standard_D4ds_v5"],
    "group": ["--admin", "Ada's $ team", "--admin-id", "9", "--admin-type", "Group"],
    "private": [
        "--subnet",
        f"{NETWORK}/virtualNetworks/hub/subnets/postgres",
        "--private-dns-zone",
        f"{NETWORK}/privateDnsZones/kodiai.private.postgres.database.azure.com",
    ],
}


def test_a_dry_run_quotes_paths(operator: Operator) -> None:
    roots = "/some roots/$ca.pem"
    printed = operator.provision("--dry-run", "--deploy", PGSSLROOTCERT=roots)
    assert printed.returncode == 0, printed.stderr
    [export] = re.findall("export PGSSLROOTCERT=.*", printed.stdout)
    pasted = operator.run(["bash", "-c", f"{export}; printenv PGSSLROOTCERT"])
    assert pasted.stdout == roots + "\n"


@pytest.mark.parametrize("choice", CHOICES)
def test_a_dry_run_prints_what_a_run_does(
    operator: Operator, azure: Subscription, choice: str
) -> None:
    operator.install("curl", "echo 198.51.100.7\n")
    arguments = CHOICES[choice]
    printed = operator.provision("--dry-run", *arguments)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert operator.log.read_text() == ""
    script = "set -eu\n" + printed.stdout
    done = operator.run(["bash", "-c", script], KODIAI_ADMIN_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    by_hand = azure.snapshot()
    azure.groups, azure.servers, azure.parts = {}, {}, {}
    done = operator.provision(*arguments, KODIAI_ADMIN_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    by_run = azure.snapshot()
    for state in (by_hand, by_run):
        for parts in state["parts"].values():
            for each in parts["configurations"].values():
                # A dry run does not know the defaults of a new server.
                each["properties"].pop("source")
    assert by_run == by_hand
    azure.writes.clear()
    done = operator.provision(*arguments, KODIAI_ADMIN_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert azure.writes == []


class TestPublicAccess:
    def test_the_firewall_rule_is_updated(
        self, operator: Operator, azure: Subscription
    ) -> None:
        assert operator.provision("--allow-ip", "198.51.100.7").returncode == 0
        assert operator.provision("--allow-ip", "198.51.100.8").returncode == 0
        [(name, rule)] = azure.parts[SERVER]["firewallRules"].items()
        assert name == "kodiai-operator"
        addresses = {"startIpAddress": "198.51.100.8", "endIpAddress": "198.51.100.8"}
        assert rule["properties"] == addresses
        # It stays if it is not given again.
        azure.writes.clear()
        assert operator.provision().returncode == 0
        assert azure.writes == []

    def test_public_access_can_be_enabled_later(
        self, operator: Operator, azure: Subscription
    ) -> None:
        assert operator.provision().returncode == 0
        assert operator.provision("--allow-ip", "198.51.100.7").returncode == 0
        network = azure.servers[SERVER]["properties"]["network"]
        assert network["publicNetworkAccess"] == "Enabled"
        assert "kodiai-operator" in azure.parts[SERVER]["firewallRules"]

    def test_an_unknown_own_address_is_an_error(
        self, operator: Operator, azure: Subscription
    ) -> None:
        operator.install("curl", "exit 6\n")
        done = operator.provision("--allow-ip", "me")
        assert done.returncode == 1
        assert "give the address itself" in done.stderr
        assert azure.writes == []


class TestPassword:
    ARGUMENTS = ("--auth", "password")

    def test_the_password_is_not_exposed(
        self, operator: Operator, azure: Subscription
    ) -> None:
        done = operator.provision(*self.ARGUMENTS, KODIAI_ADMIN_PASSWORD=PASSWORD)
        assert done.returncode == 0, done.stderr
        assert azure.passwords[SERVER] == PASSWORD
        properties = azure.servers[SERVER]["properties"]
        assert properties["administratorLogin"] == "kodiai_admin"
        assert properties["authConfig"]["activeDirectoryAuth"] == "Disabled"
        # It is not in arguments, which ps shows, in files or in the output.
        assert "--admin-password @-" in operator.log.read_text()
        files = [path for path in operator.home.rglob("*") if path.is_file()]
        assert not [f for f in files if PASSWORD.encode() in f.read_bytes()]
        assert PASSWORD not in done.stdout + done.stderr

    def test_child_processes_do_not_inherit_the_password(
        self, operator: Operator
    ) -> None:
        operator.install("curl", 'env > "$HOME/seen"; echo 198.51.100.7\n')
        arguments = (*self.ARGUMENTS, "--allow-ip", "me")
        # Bash exports a variable that it inherited.
        exported = {"password": "theirs", "KODIAI_ADMIN_PASSWORD": PASSWORD}
        operator.provision(*arguments, **exported)
        assert PASSWORD not in (operator.home / "seen").read_text()

    def test_the_password_is_not_printed_on_errors(
        self, operator: Operator, azure: Subscription
    ) -> None:
        azure.faults = {f"put server {SERVER}": subscription.NO_QUOTA}
        done = operator.provision(*self.ARGUMENTS, KODIAI_ADMIN_PASSWORD=PASSWORD)
        assert done.returncode == 1
        assert PASSWORD not in done.stdout + done.stderr

    def test_the_password_is_required_before_anything_is_created(
        self, operator: Operator, azure: Subscription
    ) -> None:
        done = operator.provision(*self.ARGUMENTS)
        assert done.returncode == 1
        assert "KODIAI_ADMIN_PASSWORD is missing: expected" in done.stderr
        assert azure.writes == []

    def test_a_second_run_needs_no_password(
        self, operator: Operator, azure: Subscription
    ) -> None:
        done = operator.provision(*self.ARGUMENTS, KODIAI_ADMIN_PASSWORD=PASSWORD)
        assert done.returncode == 0, done.stderr
        azure.writes.clear()
        done = operator.provision()
        assert done.returncode == 0, done.stderr
        assert azure.writes == []


class TestDeploy:
    """The test server takes the token as a password; a proxy adds TLS as the Azure host."""

    @pytest.fixture
    def admin(self, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
        """A superuser's connection to a database like Azure's, named provisioned.

        ada@example.com is the administrator, but not a superuser.
        """
        host = request.config.option.postgresql_host
        at = {"host": host, "user": "postgres", "autocommit": True}
        with psycopg.connect(**at, dbname="postgres") as postgres:
            postgres.execute('create role "ada@example.com" login createrole')
            postgres.execute('create database provisioned owner "ada@example.com"')
            server.ask_for_passwords(postgres)
            with psycopg.connect(**at, dbname="provisioned") as connection:
                connection.execute("create extension vector")
                yield connection
            postgres.execute("drop database provisioned with (force)")
            postgres.execute('drop role "ada@example.com"')

    @pytest.fixture
    def address(
        self, admin: psycopg.Connection, authority: trustme.CA, roots: Path
    ) -> Iterator[dict[str, str]]:
        """The address of the server, as environment variables of libpq."""
        name = f"{SERVER}.postgres.database.azure.com"
        with tls.listener(admin, authority, name) as port:
            yield {
                "PGHOSTADDR": "127.0.0.1",
                "PGPORT": str(port),
                "PGSSLROOTCERT": str(roots),
            }

    def test_sqitch_deploys_and_verifies(
        self, operator: Operator, admin: psycopg.Connection, address: dict[str, str]
    ) -> None:
        arguments = ["--database", "provisioned", "--deploy"]
        public_roots = {"PGSSLROOTCERT": "/etc/ssl/certs/ca-certificates.crt"}
        done = operator.provision(*arguments, **address | public_roots)
        assert done.returncode == 1
        assert "certificate verify failed" in done.stderr

        admin.execute("alter role \"ada@example.com\" password 'another'")
        done = operator.provision(*arguments, **address)
        assert done.returncode == 1
        assert "password authentication failed" in done.stderr
        assert "stopped at: sqitch deploy" in done.stderr
        assert "database provisioned" in done.stderr

        admin.execute(
            f"alter role \"ada@example.com\" password '{POSTGRES_TOKEN}'".encode()
        )
        done = operator.provision(*arguments, **address)
        assert done.returncode == 0, done.stderr
        assert "Verify successful" in done.stdout
        assert POSTGRES_TOKEN not in done.stdout + done.stderr
        done = operator.provision(*arguments, **address)
        assert done.returncode == 0, done.stderr
        assert "Nothing to deploy" in done.stdout
        called = admin.execute("select kodiai.has_memory('acme/api', 1, 'accepted')")
        assert called.fetchone() == (False,)

        user = {"user": "postgres", "dbname": "provisioned"}
        connection = {"host": admin.info.host, "port": admin.info.port} | user
        server.sqitch("revert", connection, "-y")

    @pytest.fixture
    def administrators(self, azure: Subscription) -> dict[str, subscription.Resource]:
        """The administrators of a server with Entra authentication; none yet."""
        azure.add_server(SERVER, authConfig={"activeDirectoryAuth": "Enabled"})
        return azure.parts[SERVER]["administrators"]

    @pytest.mark.parametrize(
        ("existing", "role"),
        [
            ({"1": ("team", "Group")}, "team"),
            ({"2": ("eve", "User"), "1": ("team", "Group")}, "team"),
            (
                {"1": ("team", "Group"), USER["id"]: ("Ada@example.com", "User")},
                "Ada@example.com",
            ),
        ],
        ids=["group", "group and another user", "user"],
    )
    def test_sqitch_signs_in_as_an_existing_administrator(
        self,
        operator: Operator,
        administrators: dict[str, subscription.Resource],
        existing: dict[str, tuple[str, str]],
        role: str,
    ) -> None:
        operator.install("sqitch", 'echo "as $PGUSER"\n')
        for identity, (name, kind) in existing.items():
            named = {"principalName": name, "principalType": kind}
            administrators[identity] = {"properties": named}
        done = operator.provision("--deploy")
        assert done.returncode == 0, done.stderr
        assert f"as {role}\n" in done.stdout
        assert len(administrators) == len(existing)

    def test_only_an_administrator_can_deploy(
        self,
        operator: Operator,
        azure: Subscription,
        administrators: dict[str, subscription.Resource],
    ) -> None:
        eve = {"principalName": "eve", "principalType": "User"}
        administrators["77"] = {"properties": eve}
        done = operator.provision("--deploy")
        assert done.returncode == 1
        assert "--deploy: ada@example.com is not an administrator" in done.stderr
        assert azure.writes == []

    def test_only_the_signed_in_user_can_deploy(
        self, operator: Operator, azure: Subscription
    ) -> None:
        eve = ["--admin", "eve@example.com", "--admin-id", "77"]
        done = operator.provision("--deploy", *eve)
        assert done.returncode == 1
        assert (
            "--deploy: eve@example.com is not the user signed in to az" in done.stderr
        )
        assert azure.writes == []
        # Without --deploy, she may become the administrator.
        assert operator.provision(*eve).returncode == 0

    def test_sqitch_is_installed_before_anything_is_created(
        self, operator: Operator, azure: Subscription
    ) -> None:
        # Sqitch is missing and cannot be installed.
        operator.install("perl", "exit 1\n")
        operator.install("apt-get", "exit 1\n")
        done = operator.provision("--deploy")
        assert done.returncode == 1
        assert "--deploy needs Sqitch" in done.stderr
        assert azure.writes == []

    @pytest.mark.parametrize(
        ("arguments", "called"),
        [
            ([], "deploy db:pg://{host}/kodiai"),
            (["--nodes", "2"], "deploy --set schema_sharding=on db:pg://{host}/kodiai"),
        ],
        ids=["server", "cluster"],
    )
    def test_sqitch_signs_in_with_a_password(
        self, operator: Operator, arguments: list[str], called: str
    ) -> None:
        operator.install("sqitch", 'echo "$PGUSER $PGPASSWORD $PGSSLMODE $*"\n')
        arguments = ["--auth", "password", "--admin", "boss", "--deploy", *arguments]
        done = operator.provision(*arguments, KODIAI_ADMIN_PASSWORD=PASSWORD)
        assert done.returncode == 0, done.stderr
        host = f"{SERVER}.postgres.database.azure.com"
        expected = called.format(host=host)
        assert f"boss {PASSWORD} verify-full {expected}\n" in done.stdout
        expected = expected.replace("deploy", "verify")
        assert f"boss {PASSWORD} verify-full {expected}\n" in done.stdout


class TestDestroy:
    def test_the_server_name_must_be_typed(
        self, operator: Operator, azure: Subscription
    ) -> None:
        assert operator.provision("--replica", "kodiai-reader").returncode == 0
        before = azure.snapshot()
        for answer in ("", "yes\n", "kodiai\n"):
            done = operator.provision("--destroy", answer=answer)
            assert done.returncode == 1
            assert "nothing was deleted" in done.stderr
        assert azure.snapshot() == before
        azure.writes.clear()
        done = operator.provision("--destroy", answer=f"{SERVER}\n")
        assert done.returncode == 0, done.stderr
        deleted = ["delete server kodiai-reader", f"delete server {SERVER}"]
        assert azure.writes == deleted
        assert list(azure.groups) == ["kodiai"]

    def test_an_elastic_cluster_is_deleted(
        self, operator: Operator, azure: Subscription
    ) -> None:
        cluster = {"clusterSize": 2, "defaultDatabaseName": "kodiai"}
        azure.add_server(SERVER, cluster=cluster)
        done = operator.provision("--destroy", answer=f"{SERVER}\n")
        assert done.returncode == 0, done.stderr
        assert not azure.servers

    def test_a_missing_server_is_no_error(self, operator: Operator) -> None:
        done = operator.provision("--destroy")
        assert done.returncode == 0, done.stderr
        assert "nothing to delete" in done.stdout

    def test_a_second_run_continues_after_an_error(
        self, operator: Operator, azure: Subscription
    ) -> None:
        assert operator.provision("--replica", "kodiai-reader").returncode == 0
        azure.faults = {f"delete server {SERVER}": subscription.BROKEN}
        done = operator.provision("--destroy", answer=f"{SERVER}\n")
        assert done.returncode == 1
        assert f"stopped at: delete server {SERVER}" in done.stderr
        assert "replica kodiai-reader" in done.stderr
        azure.faults = {}
        done = operator.provision("--destroy", answer=f"{SERVER}\n")
        assert done.returncode == 0, done.stderr
        assert not azure.servers


def test_the_help_names_every_option(operator: Operator) -> None:
    done = operator.provision("--help")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    declared = re.search('OPTIONS="(.*?)"', SCRIPT.read_text(), re.DOTALL)
    assert declared
    for option in declared[1].replace("\\", "").split():
        assert f"--{option} " in done.stdout


ADVICE = [
    "az role assignment create --role Contributor --assignee a --scope /subscriptions/b",
    "az postgres flexible-server list-skus --location eastus --output table",
    "az provider register --namespace Microsoft.DBforPostgreSQL --wait",
    "az postgres flexible-server start --resource-group kodiai --name kodiai",
]


def test_az_accepts_the_documented_commands(operator: Operator) -> None:
    """They may fail, but not with 2, the exit status of az for an unknown option."""
    page = (server.ROOT / "docs" / "guides" / "azure.md").read_text()
    page = page.replace("\\\n", " ")
    blocks = "".join(re.findall(r"(?s)```sh\n(.*?)```", page))
    documented = [
        each for each in re.findall(r"\baz [^|)\n]+", blocks) if each != "az login"
    ]
    assert len(documented) >= 7
    for command in documented + ADVICE:
        done = operator.run(shlex.split(command, comments=True))
        assert done.returncode != 2, done.stderr
