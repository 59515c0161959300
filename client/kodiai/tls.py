"""Whom libpq trusts, where a connection does not say."""

from __future__ import annotations

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict

#: How the names of servers on Azure end, in virtual networks and sovereign clouds too.
AZURE = (
    ".postgres.database.azure.com",
    ".postgres.database.chinacloudapi.cn",
    ".postgres.database.usgovcloudapi.net",
)


def verify_azure(conninfo: str, **parameters: Any) -> dict[str, Any]:
    """Return the parameters, and those that verify a server of Azure.

    conninfo, parameters: as psycopg's connect() takes them. What they or libpq's
    environment say of TLS stays.
    """
    hosts = _hosts(conninfo, parameters)
    if all(host.lower().endswith(AZURE) for host in hosts):
        return _verify(conninfo, parameters)
    return parameters


def verify_network(conninfo: str, **parameters: Any) -> dict[str, Any]:
    """Do the same for any server but one behind a Unix socket."""
    if any(
        host and not host.startswith(("/", "@"))
        for host in _hosts(conninfo, parameters)
    ):
        return _verify(conninfo, parameters)
    return parameters


def _hosts(conninfo: str, parameters: dict[str, Any]) -> list[str]:
    host = conninfo_to_dict(conninfo, **parameters).get("host")
    return str(host or os.environ.get("PGHOST", "")).split(",")


def _verify(conninfo: str, parameters: dict[str, Any]) -> dict[str, Any]:
    said = conninfo_to_dict(conninfo, **parameters)
    mode = said.get("sslmode") or os.environ.get("PGSSLMODE") or "verify-full"
    defaults = {"sslmode": mode}
    # With a root certificate, `require` would verify too, which it was not asked for.
    if str(mode).startswith("verify-"):
        roots = said.get("sslrootcert") or os.environ.get("PGSSLROOTCERT")
        defaults["sslrootcert"] = str(roots or _roots())
    return defaults | parameters


def _roots() -> str:
    # "system" is what the OpenSSL of libpq was built with: in the wheel psycopg-binary
    # a folder that no machine has.
    try:
        from certifi import where  # noqa: PLC0415 # of the extra `azure`
    except ImportError:
        return "system"
    return where()
