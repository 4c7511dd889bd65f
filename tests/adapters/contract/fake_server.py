"""A plain HTTP server that answers as a test says, for what no real API server does."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Answer = tuple[int, bytes]


@dataclass(slots=True)
class FakeServer:
    """`answer(path)` gives status and body; `seen` and `tokens` hold what was asked, and as whom."""

    url: str
    answer: Callable[[str], Answer]
    seen: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)


def ok(document: Any) -> Answer:
    return 200, json.dumps(document).encode()


@contextmanager
def serve(answer: Callable[[str], Answer]) -> Iterator[FakeServer]:
    """The server while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            fake.seen.append(self.path)
            fake.tokens.append(self.headers.get("Authorization"))
            status, body = fake.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = FakeServer(f"http://127.0.0.1:{server.server_port}", answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def dead_port() -> int:
    """A port that refuses connections."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def kubeconfig(folder: Path, server: str, user: dict[str, Any] | None = None, *, name: str = "c") -> str:
    """A kubeconfig with one context."""
    path = folder / "kubeconfig"
    document = {
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": "u", "user": user or {}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": "u"}}],
        "current-context": name,
    }
    path.write_text(json.dumps(document))
    return str(path)
