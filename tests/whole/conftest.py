"""A desk before the real control plane."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.testbed.bed import ControlPlane
from tests.testbed.postgres import Postgres
from tests.testbed.proxy import ApiProxy
from tests.whole.bench import Desk


@pytest.fixture
def desk(cluster_reset: ControlPlane, api_proxy: ApiProxy, postgres: Postgres, tmp_path: Path) -> Desk:
    """An empty cluster, a database, an answers file."""
    return Desk(cluster_reset, api_proxy, postgres, tmp_path / "desk")
