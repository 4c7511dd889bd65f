"""Fixtures of the test bed: a real control plane, a real PostgreSQL, a proxy that counts and injects faults.

One of each a run, started when first asked for. A test that uses one gets the marker `testbed` by itself.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis  # noqa: F401  # else its plugin imports it at the end, too deep for Python 3.11's parser
import pytest

from tests.testbed.bed import ControlPlane
from tests.testbed.build import Unavailable, find
from tests.testbed.postgres import Postgres
from tests.testbed.proxy import ApiProxy

NEEDS = {"control_plane", "helm", "kubectl"}
skipped: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if NEEDS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("testbed")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("testbed"):
        try:
            find(build=False)
        except Unavailable as problem:
            skip(item.nodeid, problem)


def skip(who: str, problem: Unavailable) -> NoReturn:
    skipped.append(who)
    pytest.skip(f"no test bed: {problem}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where a tool is missing, CI must not be green."""
    if skipped and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if skipped:
        line = f"{len(skipped)} SKIPPED: NO TEST BED (tests/run builds it, with Go or a wheel of it)"
        terminalreporter.section(line, sep="!", red=True)


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """The cluster of this run: two nodes, class `nfs`. Leave it as you found it, or use `cluster_reset`."""
    with ControlPlane(nodes=2) as plane:
        yield plane


@pytest.fixture
def kubeconfig(control_plane: ControlPlane) -> Path:
    """Of the administrator."""
    return control_plane.kubeconfig


@pytest.fixture
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    """A namespace of this test alone, deleted after it."""
    name = f"test-{secrets.token_hex(4)}"
    control_plane.namespace(name)
    yield name
    control_plane.api.delete(f"/api/v1/namespaces/{name}")


@pytest.fixture
def cluster_reset(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    """The control plane in its first state, and brought back to it after the test."""
    control_plane.reset()
    yield control_plane
    control_plane.reset()


@pytest.fixture
def api_proxy(control_plane: ControlPlane) -> Iterator[ApiProxy]:
    """In front of the control plane, as the administrator; `api_proxy.kubeconfig` leads through it."""
    with ApiProxy(control_plane) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def helm() -> Path:
    return find()["helm"]


@pytest.fixture(scope="session")
def kubectl() -> Path:
    return find()["kubectl"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: Postgres) -> Iterator[Postgres]:
    """The server of this run; databases and roles made by the test are dropped after it."""
    yield postgres_server
    postgres_server.clean()


@pytest.fixture(scope="session")
def postgres_tls() -> Iterator[Postgres]:
    """A second server, with TLS: `ca_file` is what a client must trust."""
    server = Postgres(tls=True, max_connections=20, timezone="Europe/Berlin")
    try:
        server.start()
    except Unavailable as problem:
        skip("postgres_tls", problem)
    yield server
    server.stop()
