"""Which server certificates libpq trusts if a connection does not say."""

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


#: What libpq reads from its environment if the conninfo does not say.
ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "service": "PGSERVICE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def verify_azure(conninfo: str, **parameters: Any) -> dict[str, Any]:
    """Return the parameters, plus those that verify a server on Azure.

    conninfo, parameters: those of psycopg's connect(). TLS settings in them or in
    libpq's environment take precedence. Service files are not read.
    """
    known = _known(conninfo, parameters)
    hosts = known.get("host", "").lower().split(",")
    if all(host.endswith(AZURE) for host in hosts):
        return _verified(known, parameters)
    return parameters


def verify_network(conninfo: str, **parameters: Any) -> dict[str, Any]:
    """Do the same for any server that is not reached through a Unix socket.

    A service is verified too, unless sslmode is given as well: its file is not read.
    """
    known = _known(conninfo, parameters)
    hosts = known.get("host", "").split(",")
    # The host of a service is in a file that only libpq reads.
    is_network = bool({"hostaddr", "service"} & known.keys())
    if is_network or any(h and not h.startswith(("/", "@")) for h in hosts):
        return _verified(known, parameters)
    return parameters


def _known(conninfo: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that libpq will use."""
    environment = {n: os.environ.get(variable) for n, variable in ENVIRONMENT.items()}
    said = environment | conninfo_to_dict(conninfo, **parameters)
    return {name: value for name, value in said.items() if value}


def _verified(known: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    mode = known.get("sslmode", "verify-full")
    if not mode.startswith("verify-"):
        return parameters
    # "system" means the folder that libpq's OpenSSL was built with: in the wheel
    # psycopg-binary, one that exists on no machine.
    roots = known.get("sslrootcert") or certifi.where()
    return parameters | {"sslmode": mode, "sslrootcert": roots}
