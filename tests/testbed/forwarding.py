"""How the proxy passes one request on; see proxy.py."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from tests.testbed.faults import Fault, Request, status_body

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-connection"}


class Owner(Protocol):
    """What a connection asks of the proxy it belongs to."""

    stopping: threading.Event
    forward_token: bool

    def admit(self, request: Request) -> Fault | None: ...
    def call_hooks(self, request: Request, *, after: bool) -> None: ...
    def track(self, stream: Stream, *, on: bool) -> None: ...
    def connect(self) -> http.client.HTTPSConnection: ...


class Stream:
    """The answer to a watch, which others may end."""

    def __init__(self, path: str, out: _Out, *sockets: socket.socket) -> None:
        self.path = path
        self._out = out
        self._sockets = sockets
        self._lock = threading.Lock()
        self.ended = False

    def send(self, data: bytes) -> bool:
        with self._lock:
            if not self.ended:
                self._out(_chunk(data))
            return not self.ended

    def end(self, last: bytes) -> None:
        with self._lock, suppress(OSError):
            if self.ended:
                return
            self.ended = True
            if last:
                self._out(_chunk(last) + _chunk(b""))
        for end in self._sockets:
            _shut(end)


_Out = Callable[[bytes], object]


def _shut(connection: socket.socket) -> None:
    """Wakes whoever reads from it; unlike SSLSocket.shutdown it leaves the object as it is."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class _Cut(Exception):
    """Leave without a word."""


class Server(ThreadingHTTPServer):
    daemon_threads = False  # joined by server_close, so that nothing is left open
    request_queue_size = 128

    def __init__(self, proxy: Owner, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy
        self._open: set[socket.socket] = set()
        # the handshake is done by the thread of the connection, at its first read
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def hold(self, connection: socket.socket) -> None:
        self._open.add(connection)

    def release(self, connection: socket.socket) -> None:
        self._open.discard(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.hold(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.release(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of ours."""

    def close_all(self) -> None:
        for connection in list(self._open):
            _shut(connection)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.proxy = self.server.proxy
        self._upstream: http.client.HTTPSConnection | None = None
        self._socket: socket.socket | None = None

    def finish(self) -> None:
        self._hang_up()
        super().finish()

    def handle(self) -> None:
        with suppress(OSError, _Cut, http.client.HTTPException):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Quiet."""

    def _any(self) -> None:
        self.close_connection = True  # until we have given a whole answer
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, body)
        fault = self.proxy.admit(request)
        self.proxy.call_hooks(request, after=False)
        if fault and not fault.after:
            self._strike(fault, request)
        if fault and fault.status and not fault.after:
            self._answer(request, fault.status, status_body(fault.status, fault.message))
            return
        answer = self._forward(request)
        self.proxy.call_hooks(request, after=True)
        if fault and fault.after:
            self._strike(fault, request)
            if fault.status:
                answer.read()
                self._answer(request, fault.status, status_body(fault.status, fault.message))
                return
        request.status = answer.status
        self._pass_on(request, answer, fault.cut_after if fault else 0)

    def _strike(self, fault: Fault, request: Request) -> None:
        if fault.delay:
            self.proxy.stopping.wait(fault.delay)
        if fault.hang:
            self.proxy.stopping.wait()
        if fault.hang or fault.cut:
            raise _Cut(request.target)

    def _forward(self, request: Request) -> http.client.HTTPResponse:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        if not self.proxy.forward_token:
            headers.pop("Authorization", None)
        for attempt in (1, 2):
            fresh = self._upstream is None
            try:
                upstream = self._upstream or self._dial()
                upstream.request(request.verb, request.target, request.body or None, headers)
                return upstream.getresponse()
            except (http.client.RemoteDisconnected, ConnectionError):
                self._hang_up()
                if fresh or attempt == 2:  # else an idle connection that the server had closed
                    raise
        raise AssertionError

    def _answer(self, request: Request, status: int, body: bytes) -> None:
        request.status = status
        extra = {"Retry-After": "1"} if status == 429 else {}
        head = {"Content-Type": "application/json", "Content-Length": str(len(body))} | extra
        self._send(status, list(head.items()), body)
        self.close_connection = False

    def _pass_on(self, request: Request, answer: http.client.HTTPResponse, cut_after: int) -> None:
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        if request.watches and answer.status == 200:
            self._send(200, [*headers, ("Transfer-Encoding", "chunked")], b"")
            self._stream(request, answer, cut_after)
            return
        body = answer.read()
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        length = answer.getheader("Content-Length") if request.verb == "HEAD" else str(len(body))
        self._send(answer.status, [*headers, ("Content-Length", length or "0")], body[: cut_after or None])
        if not cut_after:
            self.close_connection = False

    def _stream(self, request: Request, answer: http.client.HTTPResponse, cut_after: int) -> None:
        ends = [self.connection] + ([self._socket] if self._socket else [])
        stream = Stream(request.target, self.wfile.write, *ends)
        self.proxy.track(stream, on=True)
        passed = 0
        try:
            while data := answer.read1(65536):
                passed += len(data)
                keep = data if not cut_after or passed <= cut_after else data[: cut_after - passed]
                if not stream.send(keep) or (cut_after and passed >= cut_after):
                    return
            if not stream.ended:
                self.wfile.write(_chunk(b""))
        finally:
            self.proxy.track(stream, on=False)

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def _dial(self) -> http.client.HTTPSConnection:
        upstream = self._upstream = self.proxy.connect()
        upstream.connect()
        self._socket = upstream.sock
        self.server.hold(self._socket)
        return upstream

    def _hang_up(self) -> None:
        if self._socket is not None:
            self.server.release(self._socket)
            self._socket = None
        if self._upstream is not None:
            self._upstream.close()
            self._upstream = None


for _verb in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_verb}", _Handler._any)
