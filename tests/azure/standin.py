"""A fake Azure on loopback for the real az.

Implements, over HTTPS, the parts of the Resource Manager, Microsoft Entra and Microsoft
Graph that provisioning a flexible server needs.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import trustme

from . import subscription
from .subscription import AzureError, Subscription

#: The signed-in user.
USER = {
    "id": "33333333-3333-3333-3333-333333333333",
    "userPrincipalName": "ada@example.com",
}
GROUP = {
    "id": "44444444-4444-4444-4444-444444444444",
    "displayName": "kodiai-deployers",
}
#: Her token for Postgres. Tests set it as the password of her role.
POSTGRES_TOKEN = "for-postgres"


class StandIn(ThreadingHTTPServer):
    """Listens once created. Tests replace its state, azure."""

    def __init__(self, authority: trustme.CA) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server_port}"
        self.azure = Subscription()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"
    # Otherwise the body waits for the acknowledgement of the head, up to 40 ms.
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def __getattr__(self, name: str) -> Any:
        # do_GET, do_PUT and so on.
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def _handle(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(size).decode()
        path = [part for part in unquote(urlsplit(self.path).path).split("/") if part]
        with self.server.lock:
            try:
                self._dispatch(path, text)
            except AzureError as error:
                problem = {"code": error.fault.code, "message": error.fault.message}
                self._answer(error.fault.status, {"error": problem})

    def _dispatch(self, path: list[str], text: str) -> None:
        azure = self.server.azure
        match path:
            case [*_, "capabilities"]:
                self._answer(200, {"value": [subscription.capabilities()]})
            case ["subscriptions", _, kind, *rest] if kind.lower() == "resourcegroups":
                # …/GROUP/providers/Microsoft.DBforPostgreSQL/flexibleServers/SERVER/…
                names = rest[:1] + rest[4:]
                if self.command == "GET":
                    self._answer(200, azure.read(names))
                elif self.command == "HEAD":
                    azure.read(names)
                    self._answer(204, None)
                else:
                    self._write(names, json.loads(text or "{}"))
            case ["operations", number]:
                self._answer(200, _ended(azure.ended(int(number))))
            case [*_, "checkNameAvailability"]:
                name = json.loads(text)["name"]
                is_free = name != "taken" and name not in azure.servers
                message = f"Specified server name {name} is already used."
                self._answer(200, {"nameAvailable": is_free, "message": message})
            case [*_, "getPrivateDnsZoneSuffix"]:
                self._answer(200, "private.postgres.database.azure.com")
            case _:
                self._answer(200, self._identify(path, text))

    def _write(self, names: list[str], body: dict[str, Any]) -> None:
        azure = self.server.azure
        answer = azure.write(self.command.lower(), names, body)
        url = f"{self.server.url}/operations/{len(azure.operations) - 1}"
        # Groups exist at once; everything else takes time.
        status = 201 if len(names) == 1 else 202
        self._answer(status, answer, {"Azure-AsyncOperation": url + "?api-version=1"})

    def _identify(self, path: list[str], text: str) -> dict[str, Any]:
        """Answer queries about identities, subscriptions and tokens."""
        match path:
            case ["subscriptions"]:
                about = {
                    "id": f"/subscriptions/{subscription.ID}",
                    "subscriptionId": subscription.ID,
                    "tenantId": subscription.TENANT,
                    "displayName": "Pay-As-You-Go",
                    "state": "Enabled",
                }
                return {"value": [about]}
            case ["tenants"]:
                return {"value": [{"tenantId": subscription.TENANT}]}
            case ["v1.0", "me"]:
                return USER
            case ["v1.0", "groups"]:
                return {"value": [GROUP]}
            case [*_, "openid-configuration"]:
                return {
                    "issuer": self.server.url,
                    "authorization_endpoint": f"{self.server.url}/authorize",
                    "token_endpoint": f"{self.server.url}/token",
                }
            case ["token"]:
                return self._token(parse_qs(text))
        raise subscription.missing("/".join(path))

    def _token(self, request: dict[str, list[str]]) -> dict[str, Any]:
        now = int(time.time())
        [scope], [client] = request["scope"], request["client_id"]
        claims = {
            "aud": client,
            "exp": now + 3600,
            "iat": now,
            "iss": self.server.url,
            "oid": USER["id"],
            "preferred_username": USER["userPrincipalName"],
            "sub": USER["id"],
            "tid": subscription.TENANT,
        }
        token = ".".join(_base64(part) for part in ({"alg": "RS256"}, claims, {}))
        return {
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": scope,
            "access_token": POSTGRES_TOKEN if "ossrdbms" in scope else token,
            "refresh_token": "refresh",
            "id_token": token,
            "client_info": _base64({"uid": USER["id"], "utid": subscription.TENANT}),
        }

    def _answer(
        self, status: int, body: Any, headers: dict[str, str] | None = None
    ) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Retry-After-Ms", "20")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _ended(fault: subscription.Fault | None) -> dict[str, Any]:
    if fault is None:
        return {"status": "Succeeded"}
    error = {"code": fault.code, "message": fault.message}
    return {"status": "Failed", "error": error}


def _base64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
