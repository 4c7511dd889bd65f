"""A proxy that makes a PostgreSQL server look like another version of it.

It rewrites what the server reports at login, and the ways a client asks for the version by SQL:
`SHOW server_version[_num]`, `current_setting('server_version[_num]')`, `version()`.

    with OldPostgres(server, "10.23") as old:
        old.url()
"""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.testbed.postgres import Postgres

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
Rewrite = Callable[[bytes, bytes], bytes]


def number_of(version: str) -> str:
    """10.23 is 100023, 9.6.24 is 90624."""
    parts = [int(part) for part in version.split(".")]
    if parts[0] >= 10:
        return str(parts[0] * 10000 + sum(parts[1:2]))
    return "".join((str(parts[0]), *(f"{part:02d}" for part in (*parts[1:], 0, 0)[:2])))


class OldPostgres:
    """In front of `server`. With `tls` it offers TLS itself, under the server's own kind of certificate."""

    def __init__(self, server: Postgres, version: str, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self.version = version
        self.tls = tls
        self.target = (server.host, server.port)
        self._listener = _Listener(self)
        self.host, self.port = server.host, int(self._listener.server_address[1])
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.close_all()

    def url(self, user: str | None = None, password: str | None = None, database: str = "postgres") -> str:
        real = urlsplit(self._server.url(user, password, database))
        return real._replace(netloc=real.netloc.replace(f":{self.target[1]}", f":{self.port}")).geturl()

    def from_server(self, kind: bytes, body: bytes) -> bytes:
        """ParameterStatus of the version, else as it is."""
        if kind == b"S" and body.startswith(b"server_version\0"):
            return b"server_version\0%b\0" % self.version.encode()
        return body

    def from_client(self, kind: bytes, body: bytes) -> bytes:
        """The text of a Query or Parse, with questions for the version answered by a constant."""
        if kind not in {b"Q", b"P"} or b"version" not in body.lower():
            return body
        text = body
        answers = {"server_version_num": number_of(self.version), "server_version": self.version}
        for name, value in answers.items():
            constant = f"'{value}'::text".encode()
            asked = name.encode()
            text = re.sub(rb"(?i)\bSHOW\s+%b\b" % asked, b"SELECT %b AS %b" % (constant, asked), text)
            text = re.sub(rb"(?i)\bcurrent_setting\(\s*'%b'\s*\)" % asked, constant, text)
        words = b"'PostgreSQL %b on x86_64-pc-linux-gnu'::text" % self.version.encode()
        return re.sub(rb"(?i)(?<![\w.])(pg_catalog\.)?version\(\s*\)", words, text)


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = False
    allow_reuse_address = True

    def __init__(self, proxy: OldPostgres) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.proxy = proxy
        self.open: set[socket.socket] = set()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of ours."""

    def close_all(self) -> None:
        for connection in list(self.open):
            _shut(connection)
        self.server_close()


class _Connection(socketserver.BaseRequestHandler):
    server: _Listener
    request: socket.socket

    def handle(self) -> None:
        proxy = self.server.proxy
        with suppress(OSError, EOFError), socket.create_connection(proxy.target) as server:
            client = self.request
            self.server.open |= {client, server}
            try:
                client, startup = self._begin(client)
                server.sendall(startup)
                back = threading.Thread(target=_pump, args=(server, client, proxy.from_server))
                back.start()
                _pump(client, server, proxy.from_client)
                back.join()
            finally:
                self.server.open -= {self.request, server}
                if client is not self.request:
                    client.close()

    def _begin(self, client: socket.socket) -> tuple[socket.socket, bytes]:
        """Past the questions for encryption; the connection to use, and the startup message."""
        while True:
            length = _exactly(client, 4)
            body = _exactly(client, struct.unpack("!I", length)[0] - 4)
            (code,) = struct.unpack("!I", body[:4])
            if code == SSL_REQUEST and self.server.proxy.tls:
                client.sendall(b"S")
                client = self.server.proxy.tls.wrap_socket(client, server_side=True)
            elif code in {SSL_REQUEST, GSS_REQUEST}:
                client.sendall(b"N")
            else:
                return client, length + body


def _pump(source: socket.socket, sink: socket.socket, rewrite: Rewrite) -> None:
    """Passes messages on until one side ends, and then ends both."""
    with suppress(OSError, EOFError):
        for kind, body in _messages(source):
            new = rewrite(kind, body)
            sink.sendall(kind + struct.pack("!I", len(new) + 4) + new)
    _shut(source)
    _shut(sink)


def _messages(source: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    while True:
        head = _exactly(source, 5)
        yield head[:1], _exactly(source, struct.unpack("!I", head[1:])[0] - 4)


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = source.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
