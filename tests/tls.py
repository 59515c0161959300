"""A TLS proxy for servers that listen only on a Unix socket, as embedded ones do."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import trustme

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104


@contextmanager
def listener(
    database: psycopg.Connection, authority: trustme.CA, *names: str
) -> Iterator[int]:
    """Serve the database over TLS as one of these host names; yield the port."""
    socket_path = f"{database.info.host}/.s.PGSQL.{database.info.port}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            # Closing the server ends the loop.
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    serve = threading.Thread(
                        target=_serve, args=(client, context, socket_path), daemon=True
                    )
                    serve.start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]


def _serve(client: socket.socket, context: ssl.SSLContext, socket_path: str) -> None:
    # A client that rejects the certificate disconnects.
    with suppress(OSError), client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            head = client.recv(8, socket.MSG_WAITALL)
            if len(head) < 8:
                return
            (_, code) = struct.unpack("!II", head)
            if code == SSL_REQUEST:
                client.sendall(b"S")
                break
            # Refuse unencrypted connections, as require_secure_transport does.
            if code != GSS_REQUEST:
                return
            client.sendall(b"N")
        with (
            context.wrap_socket(client, server_side=True) as encrypted,
            socket.socket(socket.AF_UNIX) as server,
        ):
            server.connect(socket_path)
            back = threading.Thread(target=_copy, args=(server, encrypted), daemon=True)
            back.start()
            _copy(encrypted, server)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
