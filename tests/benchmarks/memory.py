"""Memory of the full screen while it watches a crowded cluster."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import crowd
from tests.benchmarks.practice import Site
from tests.benchmarks.result import Result
from tests.benchmarks.terminal import Terminal

PODS, CONFIG_MAPS, DEFINITIONS = 5000, 12000, 1900
WATCH = 15.0
BUDGET = 150


def benchmark() -> Iterator[Result]:
    """Pods and ConfigMaps in CoCalc's namespace, definitions of kinds beside them."""
    with Site() as site:
        site.install()
        crowd.pods(site.plane, range(PODS))
        crowd.config_maps(site.plane, range(CONFIG_MAPS))
        crowd.definitions(site.plane, range(DEFINITIONS))
        with tempfile.TemporaryDirectory() as name:
            report = Path(name) / "report.json"
            options = site.arguments()[2:]
            command = [sys.executable, "-m", "tests.benchmarks.watched", "idle", str(report), *options]
            with Terminal(command, site.environment) as terminal:
                terminal.until("live", "Verify", seconds=60)
                terminal.drain(WATCH)
                report.with_suffix(".stop").touch()
                terminal.ended(30)
            memory = json.loads(report.read_text())["memory"]
    used, most = memory["VmRSS"] // 1024, memory["VmHWM"] // 1024
    yield Result(
        f"memory, watching {PODS:,} pods, {CONFIG_MAPS:,} ConfigMaps, {DEFINITIONS:,} CRDs",
        f"{used} MiB, at most {most} MiB",
        "not applicable",
        f"{used} MiB",
        f"≤ {BUDGET} MiB",
        used <= BUDGET,
    )
