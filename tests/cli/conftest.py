"""A person at a shell."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.harness import Person
from tests.testbed.bed import ControlPlane
from tests.testbed.postgres import Postgres
from tests.testbed.proxy import ApiProxy
from tests.whole.bench import Desk


@pytest.fixture
def person(tmp_path: Path) -> Person:
    """Someone without a cluster."""
    return Person(tmp_path)


@pytest.fixture
def desk(cluster_reset: ControlPlane, api_proxy: ApiProxy, postgres: Postgres, tmp_path: Path) -> Desk:
    """Someone with an empty cluster, a database and an answers file."""
    return Desk(cluster_reset, api_proxy, postgres, tmp_path / "desk")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield server.getsockname()[1]


@pytest.fixture
def refusing_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
