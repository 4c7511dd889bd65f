"""How long after a change in the cluster the hub's row says so, in a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from tests.benchmarks.practice import Site
from tests.benchmarks.result import Result, milliseconds
from tests.benchmarks.terminal import Terminal
from tests.testbed.api import Object

TIMES = 20
PATH = "/api/v1/namespaces/cocalc/secrets"
NAME = "postgresql-password"
GONE = f"{NAME} is absent"
BUDGET = 0.1


def benchmark() -> Iterator[Result]:
    """A Secret is deleted and made again; timed from the server's answer to the words on the terminal."""
    with Site() as site:
        site.install()
        hub = [sys.executable, *site.arguments()]
        took: list[float] = []
        with Terminal(hub, site.environment) as terminal:
            terminal.until("live", "Verify")
            terminal.drain(6)
            for _ in range(TIMES):
                terminal.forget()
                kept = site.plane.api.get(f"{PATH}/{NAME}")
                site.plane.api.delete(f"{PATH}/{NAME}")
                began = time.perf_counter()
                took.append(terminal.until(GONE) + terminal.began - began)
                terminal.drain(0.7)
                site.plane.api.request("POST", PATH, _anew(kept))
                terminal.drain(0.7)
    took.sort()
    usual, median = took[int(len(took) * 0.95)], took[len(took) // 2]
    yield Result(
        "change in the cluster to repainted row",
        f"p95 {milliseconds(usual)}, median {milliseconds(median)}",
        "not applicable",
        f"{len(took)} changes",
        f"p95 ≤ {milliseconds(BUDGET)}",
        usual <= BUDGET,
    )


def _anew(kept: Object) -> Object:
    """The Secret with what it had."""
    meta = {"name": NAME, "labels": kept["metadata"].get("labels", {})}
    return {"metadata": meta, "type": kept["type"], "data": kept["data"]}
