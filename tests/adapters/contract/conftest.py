"""The two clusters that must behave alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.ports import Cluster
from tests.adapters.contract.bench import Bench, real, rehearsal


@pytest.fixture(params=[pytest.param("real", marks=pytest.mark.testbed), "rehearsal"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Each cluster in turn, with a namespace of this test's own."""
    if request.param == "real":
        with real(request.getfixturevalue("control_plane")) as found:
            yield found
    else:
        with rehearsal(tmp_path) as found:
            yield found


@pytest.fixture
def cluster(bench: Bench) -> Cluster:
    """The cluster of the bench."""
    return bench.cluster
