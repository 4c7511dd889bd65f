"""`check` on a cluster ten times the size."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import crowd
from tests.benchmarks.practice import Site
from tests.benchmarks.result import Result, milliseconds

SMALL, LARGE = 20, 200
PODS, CONFIG_MAPS = 10, 25  # of each node
TIMES = 5


def benchmark() -> Iterator[Result]:
    """Nodes, pods and ConfigMaps, first few, then ten times as many."""
    with Site(nodes=SMALL) as site:
        site.install()
        small = _measure(site, range(SMALL))
        site.plane.add_nodes(*(f"more-{number}" for number in range(SMALL, LARGE)))
        large = _measure(site, range(SMALL, LARGE))
    ratio = large / small
    yield Result(
        f"`check`, {LARGE} nodes, {LARGE * PODS} pods, {LARGE * CONFIG_MAPS} ConfigMaps",
        milliseconds(large),
        f"{milliseconds(small)}, a tenth of them",
        f"{ratio:.2f} ×",
        "≤ 1.3 ×",
        ratio <= 1.3,
    )


def _measure(site: Site, nodes: range) -> float:
    crowd.pods(site.plane, range(nodes.start * PODS, nodes.stop * PODS))
    crowd.config_maps(site.plane, range(nodes.start * CONFIG_MAPS, nodes.stop * CONFIG_MAPS))
    return min(site.run("check").seconds for _ in range(TIMES))
