"""A desk before the real control plane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.testbed.bed import ControlPlane
from tests.testbed.postgres import Postgres
from tests.testbed.proxy import ApiProxy
from tests.whole.bench import Desk, state_of


@pytest.fixture
def desk(cluster_reset: ControlPlane, api_proxy: ApiProxy, postgres: Postgres, tmp_path: Path) -> Desk:
    """An empty cluster, a database, an answers file."""
    return Desk(cluster_reset, api_proxy, postgres, tmp_path / "desk")


@pytest.fixture(scope="session")
def undisturbed(
    control_plane: ControlPlane, postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What an apply that nobody kills leaves."""
    control_plane.reset()
    with ApiProxy(control_plane) as proxy:
        desk = Desk(control_plane, proxy, postgres_server, tmp_path_factory.mktemp("undisturbed") / "desk")
        assert desk.apply().code == 0
        found = state_of(desk)
    control_plane.reset()
    return found
