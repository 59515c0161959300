"""The resources of one subscription, in the format of the Resource Manager."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

TENANT = "11111111-1111-1111-1111-111111111111"
ID = "0a1b2c3d-2222-2222-2222-222222222222"

Resource = dict[str, Any]

#: Some parameters of a new server with 2 GiB, and their defaults.
PARAMETERS = {
    "azure.extensions": "",
    "azure.fabric_mirror_enabled": "off",
    "autovacuum_work_mem": "-1",
    "idle_in_transaction_session_timeout": "0",
    "maintenance_work_mem": "99328",
    "max_parallel_maintenance_workers": "2",
    "metrics.autovacuum_diagnostics": "off",
    "metrics.collector_database_activity": "off",
    "pgbouncer.enabled": "false",
    "require_secure_transport": "on",
}

SKUS = {
    "Burstable": ["Standard_B1ms", "Standard_B2s", "Standard_B2ms"],
    "GeneralPurpose": ["Standard_D2ds_v5", "Standard_D4ds_v5", "Standard_D8ds_v5"],
    "MemoryOptimized": ["Standard_E2ds_v5", "Standard_E4ds_v5"],
}

#: The names of the parts of a server in the list of writes.
PARTS = {
    "configurations": "parameter",
    "databases": "database",
    "firewallRules": "firewall rule",
    "administrators": "administrator",
}


@dataclass(frozen=True)
class Fault:
    """An error response. If is_late, the operation starts and then fails."""

    status: int
    code: str
    message: str
    is_late: bool = False


NOT_ALLOWED = Fault(
    403,
    "AuthorizationFailed",
    "The client 'ada@example.com' does not have authorization to perform action "
    "'Microsoft.DBforPostgreSQL/flexibleServers/write'.",
)
NO_QUOTA = Fault(
    400,
    "QuotaExceeded",
    "Operation could not be completed as it results in exceeding approved "
    "standardDDSv5Family Cores quota. Additional Required: 2.",
    is_late=True,
)
NOT_REGISTERED = Fault(
    409,
    "MissingSubscriptionRegistration",
    "The subscription is not registered to use namespace 'Microsoft.DBforPostgreSQL'.",
)
BROKEN = Fault(400, "InternalServerError", "An unexpected error occured.")


class AzureError(Exception):
    """Carries the fault to answer with."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


@dataclass
class Subscription:
    """Groups and servers by name, and the parts of servers by kind and name."""

    groups: dict[str, Resource] = field(default_factory=dict)
    servers: dict[str, Resource] = field(default_factory=dict)
    parts: dict[str, dict[str, dict[str, Resource]]] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    #: The writes so far, such as "patch parameter azure.extensions".
    writes: list[str] = field(default_factory=list)
    #: Faults by the write that they break.
    faults: dict[str, Fault] = field(default_factory=dict)
    #: Called after each write with the number of writes.
    on_write: Callable[[int], None] = lambda _: None
    #: The outcome of each long-running operation.
    operations: list[Fault | None] = field(default_factory=list)
    #: How many reads see a server as Starting, unless the caller waits for it.
    looks: int = 2

    def snapshot(self) -> dict[str, Any]:
        """Return a copy of the state for comparison."""
        return {
            "groups": deepcopy(self.groups),
            "servers": deepcopy(self.servers),
            "parts": deepcopy(self.parts),
        }

    def add_server(self, name: str, **properties: Any) -> None:
        """Add a server that the script did not create, with a database."""
        self.put_group("kodiai", {"location": "eastus"})
        self.put_server("kodiai", name, {"location": "eastus"})
        self.servers[name]["properties"] |= {"state": "Ready"} | properties
        self.parts[name]["databases"]["theirs"] = {}

    def write(self, method: str, path: list[str], body: Resource) -> Resource:
        """Handle a PUT, PATCH or DELETE, and append its operation."""
        act: Callable[[], Resource]
        match path:
            case [group]:
                label = f"{method} group {group}"
                act = partial(self.put_group, group, body)
            case [group, server]:
                label = f"{method} server {server}"
                act = {
                    "put": partial(self.put_server, group, server, body),
                    "patch": partial(self._patch_server, server, body),
                    "delete": partial(self._delete_server, server),
                }[method]
            case [_, server, "providers", "Microsoft.Resources", "tags", "default"]:
                label = f"{method} tags {server}"
                act = partial(self._merge_tags, server, body)
            case [_, server, kind, name]:
                label = f"{method} {PARTS[kind]} {name}"
                act = partial(self._put_part, server, kind, name, body)
            case _:
                raise missing("/".join(path))
        fault = self.faults.get(label)
        if fault and not fault.is_late:
            raise AzureError(fault)
        self.operations.append(fault)
        if fault:
            return {"name": path[-1]}
        answer = act()
        self.writes.append(label)
        self.on_write(len(self.writes))
        return answer

    def read(self, path: list[str]) -> Resource:
        """Handle a GET of a group, a server, or parts of a server."""
        match path:
            case [group]:
                if group not in self.groups:
                    raise missing(group)
                return self.groups[group]
            case [_, server]:
                return self._look(server)
            case [_, server, "replicas"]:
                servers = self.servers.values()
                return {"value": [s for s in servers if s.get("source") == server]}
            case [_, server, kind]:
                self._server(server)
                names = self.parts[server][kind]
                return {"value": [self._part(server, kind, name) for name in names]}
            case [_, server, kind, name]:
                return self._part(server, kind, name)
            case [_, server, "providers", "Microsoft.Resources", "tags", "default"]:
                return {"properties": {"tags": self._server(server)["tags"]}}
        raise missing("/".join(path))

    def _complete(self) -> None:
        """Finish the creation of servers."""
        for server in self.servers.values():
            if server["properties"]["state"] == "Starting":
                server["properties"]["state"] = "Ready"

    def ended(self, number: int) -> Fault | None:
        """Return the outcome of an operation that the caller has waited for."""
        fault = self.operations[number]
        if fault is None:
            self._complete()
        return fault

    def _look(self, name: str) -> Resource:
        shown = deepcopy(self._server(name))
        if shown["properties"]["state"] == "Starting":
            # Its properties are not visible yet.
            shown["properties"] = {"state": "Starting"}
            self.looks -= 1
            if self.looks == 0:
                self._complete()
        return shown

    def put_group(self, name: str, body: Resource) -> Resource:
        self.groups[name] = {
            "id": f"/subscriptions/{ID}/resourceGroups/{name}",
            "name": name,
            "location": body["location"],
            "properties": {"provisioningState": "Succeeded"},
        }
        return self.groups[name]

    def put_server(self, group: str, name: str, body: Resource) -> Resource:
        if group not in self.groups:
            raise missing(group)
        given = deepcopy(body.get("properties", {}))
        source = given.pop("sourceServerResourceId", "").split("/")[-1]
        self.passwords[name] = given.pop("administratorLoginPassword", "")
        properties: Resource = {
            "version": "17",
            "state": "Starting",
            "fullyQualifiedDomainName": f"{name}.postgres.database.azure.com",
            "storage": {"storageSizeGB": 32, "autoGrow": "Disabled"},
            "backup": {"backupRetentionDays": 7, "geoRedundantBackup": "Disabled"},
            "network": {"publicNetworkAccess": "Enabled"},
            "highAvailability": {"mode": "Disabled"},
            "authConfig": {
                "activeDirectoryAuth": "Disabled",
                "passwordAuth": "Enabled",
            },
            "replicationRole": "AsyncReplica" if source else "Primary",
            "availabilityZone": "1",
        }
        _merge(properties, given)
        self.servers[name] = {
            "id": f"/subscriptions/{ID}/resourceGroups/{group}/providers"
            f"/Microsoft.DBforPostgreSQL/flexibleServers/{name}",
            "name": name,
            "type": "Microsoft.DBforPostgreSQL/flexibleServers",
            "location": body["location"],
            "sku": {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
            "tags": body.get("tags") or {},
            "properties": properties,
        }
        _merge(self.servers[name], {"sku": body.get("sku") or {}})
        if source:
            self.servers[name]["source"] = source
        cluster = properties.get("cluster", {})
        self.parts[name] = {
            "configurations": {
                parameter: {"properties": {"value": value, "source": "system-default"}}
                for parameter, value in PARAMETERS.items()
            },
            "databases": {cluster.get("defaultDatabaseName", "postgres"): {}},
            "firewallRules": {},
            "administrators": {},
        }
        return self.servers[name]

    def _patch_server(self, name: str, body: Resource) -> Resource:
        server = self._server(name)
        _merge(server["properties"], body.get("properties", {}))
        _merge(server, {"sku": body.get("sku") or {}})
        return server

    def _merge_tags(self, name: str, body: Resource) -> Resource:
        assert body["operation"] == "Merge"
        self._server(name)["tags"] |= body["properties"]["tags"]
        return {"properties": {"tags": self._server(name)["tags"]}}

    def _delete_server(self, name: str) -> Resource:
        self._server(name)
        del self.servers[name], self.parts[name]
        return {}

    def _put_part(self, server: str, kind: str, name: str, body: Resource) -> Resource:
        self._server(server)
        if kind == "configurations":
            self._part(server, kind, name)
        _merge(self.parts[server][kind].setdefault(name, {}), body)
        return self._part(server, kind, name)

    def _server(self, name: str) -> Resource:
        if name not in self.servers:
            raise missing(name)
        return self.servers[name]

    def _part(self, server: str, kind: str, name: str) -> Resource:
        parts = self.parts[server][kind]
        if name not in parts:
            raise missing(f"{server}/{kind}/{name}")
        path = f"{self.servers[server]['id']}/{kind}/{name}"
        return {"id": path, "name": name} | parts[name]


def missing(what: str) -> AzureError:
    return AzureError(
        Fault(404, "ResourceNotFound", f"The Resource '{what}' was not found.")
    )


def _merge(old: Resource, new: Resource) -> None:
    """Merge recursively and ignore nulls, as PATCH does."""
    for name, value in new.items():
        if isinstance(value, dict):
            _merge(old.setdefault(name, {}), value)
        elif value is not None:
            old[name] = value


def capabilities() -> Resource:
    """Return the capabilities of a location."""
    sizes = [32, 64, 128, 256, 512, 1024]
    storage = [{"storageSizeMb": s * 1024, "supportedIopsTiers": []} for s in sizes]
    on, off = {"status": "Enabled"}, {"status": "Disabled"}
    return {
        "supportedFeatures": [
            {"name": "OfferRestricted"} | off,
            {"name": "ZoneRedundantHa"} | on,
            {"name": "GeoBackup"} | on,
        ],
        "supportedServerEditions": [
            {
                "name": tier,
                "defaultSkuName": skus[0],
                # With three zones, az would pick any of them for a replica.
                "supportedServerSkus": [
                    {"name": sku, "supportedZones": ["1", "2"]} for sku in skus
                ],
                "supportedStorageEditions": [
                    {"name": "ManagedDisk", "supportedStorageMb": storage}
                ],
            }
            for tier, skus in SKUS.items()
        ],
        "supportedServerVersions": [
            {"name": version, "supportedVersionsToUpgrade": []}
            for version in ("16", "17", "18")
        ],
    }
