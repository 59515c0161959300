"""Verify server certificates by default, which libpq does not."""

from __future__ import annotations

import os
from typing import Any

import certifi
from psycopg.conninfo import conninfo_to_dict

#: Domains of servers on Azure, including virtual networks and sovereign clouds.
AZURE = (
    ".postgres.database.azure.com",
    ".postgres.database.chinacloudapi.cn",
    ".postgres.database.usgovcloudapi.net",
)

#: Parameters that libpq reads from PGHOST and so on if the conninfo lacks them.
ENVIRONMENT = ("host", "hostaddr", "service", "sslmode", "sslrootcert")


def verify_azure(conninfo: str, **parameters: Any) -> dict[str, Any]:
    """Return the parameters, with verification added if the server is on Azure.

    conninfo, parameters: as for psycopg's connect(). TLS settings in them or in libpq's
    environment take precedence. Service files are not read.
    """
    known = _known(conninfo, parameters)
    hosts = known.get("host", "").lower().split(",")
    is_azure = all(host.endswith(AZURE) for host in hosts)
    return _verified(known, parameters) if is_azure else parameters


def verify_network(conninfo: str, **parameters: Any) -> dict[str, Any]:
    """Do the same for every server that is not reached through a Unix socket.

    A service is verified too: its file, which may set sslmode, is not read.
    """
    known = _known(conninfo, parameters)
    hosts = known.get("host", "").split(",")
    is_network = bool({"hostaddr", "service"} & known.keys())
    if is_network or any(h and not h.startswith(("/", "@")) for h in hosts):
        return _verified(known, parameters)
    return parameters


def _known(conninfo: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that libpq will use."""
    environment = {name: os.environ.get(f"PG{name.upper()}") for name in ENVIRONMENT}
    merged = environment | conninfo_to_dict(conninfo, **parameters)
    return {name: value for name, value in merged.items() if value}


def _verified(known: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    mode = known.get("sslmode", "verify-full")
    if not mode.startswith("verify-"):
        return parameters
    # Not "system": the folder built into psycopg-binary exists on no user's machine.
    roots = known.get("sslrootcert") or certifi.where()
    return parameters | {"sslmode": mode, "sslrootcert": roots}
