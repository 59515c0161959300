"""Whom libpq trusts, where a connection does not say."""

from __future__ import annotations

import os
from typing import Any

import certifi
from psycopg.conninfo import conninfo_to_dict

#: How the names of servers on Azure end, in virtual networks and sovereign clouds too.
AZURE = (
    ".postgres.database.azure.com",
    ".postgres.database.chinacloudapi.cn",
    ".postgres.database.usgovcloudapi.net",
)


#: What libpq reads in its environment, where the conninfo does not say.
ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "service": "PGSERVICE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def verify_azure(conninfo: str, **parameters: Any) -> dict[str, Any]:
    """Return the parameters, with those that verify a server of Azure.

    conninfo, parameters: as psycopg's connect() takes them. What they or libpq's
    environment say of TLS stays. What a service's file says is not known here.
    """
    known = _known(conninfo, parameters)
    hosts = known.get("host", "").lower().split(",")
    if all(host.endswith(AZURE) for host in hosts):
        return _verified(known, parameters)
    return parameters


def verify_network(conninfo: str, **parameters: Any) -> dict[str, Any]:
    """Do the same for any server but one behind a Unix socket.

    A service is verified too; for less, name sslmode beside it, as what its file says
    of TLS is not read.
    """
    known = _known(conninfo, parameters)
    hosts = known.get("host", "").split(",")
    # A service's host is in a file that libpq alone reads.
    is_network = bool({"hostaddr", "service"} & known.keys())
    if is_network or any(h and not h.startswith(("/", "@")) for h in hosts):
        return _verified(known, parameters)
    return parameters


def _known(conninfo: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return what libpq will know."""
    environment = {n: os.environ.get(variable) for n, variable in ENVIRONMENT.items()}
    said = environment | conninfo_to_dict(conninfo, **parameters)
    return {name: value for name, value in said.items() if value}


def _verified(known: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    mode = known.get("sslmode", "verify-full")
    if not mode.startswith("verify-"):
        return parameters
    # "system" is what the OpenSSL of libpq was built with: in the wheel psycopg-binary
    # a folder that no machine has.
    roots = known.get("sslrootcert") or certifi.where()
    return parameters | {"sslmode": mode, "sslrootcert": roots}
