"""Requests to a language server about a snippet of Python."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class LanguageServer:
    """Runs a language server and talks to it over pipes."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self._uri = (folder / "example.py").as_uri()
        self._id = 0
        root = folder.as_uri()
        self._request(
            "initialize",
            {
                "processId": None,
                "rootUri": root,
                "workspaceFolders": [{"uri": root, "name": "example"}],
                "capabilities": {
                    "textDocument": {
                        "hover": {"contentFormat": ["markdown"]},
                        "completion": {},
                        "signatureHelp": {},
                    }
                },
            },
        )
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._request("shutdown", None)
        self._send({"method": "exit"})
        self._process.communicate(timeout=30)

    @contextmanager
    def opened(self, source: str) -> Iterator[None]:
        document = {"uri": self._uri, "languageId": "python", "version": 1}
        self._notify(
            "textDocument/didOpen", {"textDocument": {**document, "text": source}}
        )
        yield
        self._notify("textDocument/didClose", {"textDocument": {"uri": self._uri}})

    def ask(self, source: str, method: str) -> Any:
        """Send a request about the position marked with | in the source."""
        before = source[: source.index("|")]
        line = before.count("\n")
        position = {"line": line, "character": len(before.rpartition("\n")[2])}
        with self.opened(source.replace("|", "", 1)):
            return self._request(
                f"textDocument/{method}",
                {"textDocument": {"uri": self._uri}, "position": position},
            )

    def _notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _request(self, method: str, params: Any) -> Any:
        self._id += 1
        self._send({"id": self._id, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message:  # a request or notification from the server
                if "id" in message:
                    asked = message["method"] == "workspace/configuration"
                    items = message["params"]["items"] if asked else []
                    self._send({"id": message["id"], "result": [None for _ in items]})
            elif message["id"] == self._id:
                return message["result"]

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> Any:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self._process.stdout.read(length))
