"""A TLS proxy before the API server that counts requests and injects faults.

with ApiProxy(plane) as proxy:
    proxy.fault(status=409, path="/secrets", writes=True, nth=2)
    proxy.on_write(3, process.kill)
    run(env={"KUBECONFIG": proxy.kubeconfig})
    assert proxy.writes == 2
"""

from __future__ import annotations

import http.client
import json
import ssl
import tempfile
import threading
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.testbed import kubeconfig
from tests.testbed.bed import ControlPlane
from tests.testbed.faults import Fault, Request, status_body
from tests.testbed.forwarding import Server, Stream


class ApiProxy:
    """In front of one control plane, for one user: a name with a token, or the path of a kubeconfig."""

    def __init__(self, plane: ControlPlane, user: str | Path = "admin") -> None:
        self._plane = plane
        self._scratch = tempfile.TemporaryDirectory(prefix="cocalc-testbed-proxy-")
        self._folder = Path(self._scratch.name)
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._hooks: list[tuple[int, bool, Callable[[], object]]] = []
        self.requests: list[Request] = []
        self.streams: set[Stream] = set()
        self.stopping = threading.Event()

        source = user if isinstance(user, Path) else plane.kubeconfig_of(user)
        credentials = json.loads(source.read_text())["users"][0]["user"]
        self.upstream = self._upstream_context(credentials)
        cert, key = plane.authority.server(self._folder, "proxy", "127.0.0.1", "localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self._server = Server(self, context)
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        login = {"token": credentials.get("token", "by-certificate")}
        self.forward_token = "token" in credentials
        self.kubeconfig = kubeconfig.write(
            self._folder / "kubeconfig", self.url, plane.authority.ca_data, login
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.close_all()
        self._scratch.cleanup()

    # what tests ask

    @property
    def writes(self) -> int:
        """Changes that reached this proxy, without leases, reviews and dry runs."""
        with self._lock:
            return sum(request.writes for request in self.requests)

    @property
    def counts(self) -> Counter[str]:
        """All requests, by verb."""
        with self._lock:
            return Counter(request.verb for request in self.requests)

    @property
    def written(self) -> list[str]:
        """`VERB path` of each write, in order."""
        with self._lock:
            return [f"{request.verb} {request.path}" for request in self.requests if request.writes]

    @property
    def watching(self) -> int:
        """Watches open now."""
        with self._lock:
            return len(self.streams)

    def forget(self) -> None:
        """Counts, faults and hooks begin anew."""
        with self._lock:
            self.requests.clear()
            self._faults.clear()
            self._hooks.clear()

    # what tests do

    def fault(self, **what: Any) -> Fault:
        """One more Fault (see its fields); the first that strikes a request decides."""
        made = Fault(**what)
        with self._lock:
            self._faults.append(made)
        return made

    def on_write(self, number: int, call: Callable[[], object], *, after: bool = False) -> None:
        """Calls before the n-th write is forwarded, or after the server did it but before the answer."""
        with self._lock:
            self._hooks.append((number, after, call))

    def cut_watches(self, path: str = "") -> int:
        """Breaks the open watches whose path contains `path`; how many."""
        return self._end_watches(path, b"")

    def expire_watches(self, path: str = "") -> int:
        """Ends them as the server does when their version is too old: an ERROR event with status 410."""
        gone = status_body(410, "too old resource version: 1 (2)")
        return self._end_watches(path, b'{"type":"ERROR","object":' + gone + b"}\n")

    def _end_watches(self, path: str, last: bytes) -> int:
        with self._lock:
            chosen = [stream for stream in self.streams if path in stream.path]
        for stream in chosen:
            stream.end(last)
        return len(chosen)

    # what the handler asks

    def admit(self, request: Request) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            request.number = len(self.requests)
            if request.writes:
                request.write_number = sum(one.writes for one in self.requests)
            struck = [fault for fault in self._faults if fault.strikes(request)]
        return struck[0] if struck else None

    def call_hooks(self, request: Request, *, after: bool) -> None:
        with self._lock:
            due = [call for n, late, call in self._hooks if n == request.write_number and late == after]
        if request.write_number:
            for call in due:
                call()

    def track(self, stream: Stream, *, on: bool) -> None:
        with self._lock:
            self.streams.add(stream) if on else self.streams.discard(stream)

    def connect(self) -> http.client.HTTPSConnection:
        host = self._plane.url.removeprefix("https://")
        return http.client.HTTPSConnection(host, context=self.upstream, timeout=None)

    def _upstream_context(self, credentials: dict[str, str]) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self._plane.authority.ca_file))
        if "client-certificate-data" in credentials:
            pem = self._folder / "client.pem"
            parts = ("client-certificate-data", "client-key-data")
            pem.write_bytes(b"".join(b64decode(credentials[part]) for part in parts))
            context.load_cert_chain(pem)
        return context
