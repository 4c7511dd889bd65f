"""How long a full `check` takes, beside the same questions asked one after another; a second apply."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.link import Link
from tests.benchmarks.practice import CHART, Site
from tests.benchmarks.result import Result, milliseconds
from tests.testbed import kubeconfig
from tests.testbed.postgres import programs
from tests.testbed.proxy import ApiProxy

TIMES = 5
HAND = Path(__file__).with_name("by_hand.sh")
REQUESTS = 60
ROUND_TRIP = 0.04


def benchmark() -> Iterator[Result]:
    """On an installed CoCalc, where every question has an answer."""
    with Site() as site:
        site.install()
        again = site.run("apply", "--yes", "-o", "json")
        writes = json.loads(again.out.splitlines()[-1])["writes"]
        yield Result(
            "second `apply`", f"{writes} writes", "not applicable", f"{writes}", "0 writes", writes == 0
        )
        ours, hand = _compare(site, site.plane.kubeconfig, site.database.port, site.registry.port, TIMES)
        yield _row("`check`, cluster on this machine", ours, hand)
        yield _counted(site)
        with (
            Link(_port(site.plane.url), ROUND_TRIP / 2) as api,
            Link(site.database.port, ROUND_TRIP / 2) as database,
            Link(site.registry.port, ROUND_TRIP / 2) as registry,
        ):
            site.answer(database.port, registry.port)
            site.install()
            login = {"token": site.plane.tokens["admin"]}
            far = kubeconfig.write(
                site.folder / "far.kubeconfig",
                f"https://127.0.0.1:{api.port}",
                site.plane.authority.ca_data,
                login,
            )
            ours, hand = _compare(site, far, database.port, registry.port, 3)
        yield _row(f"`check`, cluster {ROUND_TRIP * 1000:.0f} ms away", ours, hand)


def _row(what: str, ours: float, hand: float) -> Result:
    ratio = hand / ours
    other = f"{milliseconds(hand)}, kubectl, psql, helm and curl in turn"
    return Result(what, milliseconds(ours), other, f"{ratio:.1f} × faster", "≥ 10 ×", ratio >= 10)


def _counted(site: Site) -> Result:
    with ApiProxy(site.plane) as proxy:
        site.run("check", kubeconfig=proxy.kubeconfig)
        count = len(proxy.requests)
    return Result(
        "requests of a `check`", f"{count}", "not applicable", f"{count}", f"≤ {REQUESTS}", count <= REQUESTS
    )


def _compare(site: Site, login: Path, database: int, registry: int, times: int) -> tuple[float, float]:
    """The best of each, in turns."""
    tools = f"{site.plane.kubectl.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    if not shutil.which("psql", path=tools):
        tools = f"{programs()}{os.pathsep}{tools}"
    environment = {
        **site.environment,
        "PATH": tools,
        "KUBECONFIG": str(login),
        "NAMESPACE": "cocalc",
        "CHART": str(CHART / "cocalc"),
        "VALUES": str(site.values),
        "CLASS": "nfs",
        "REGISTRY": f"127.0.0.1:{registry}",
        "REGISTRY_KEY": str(site.credentials),
        "PGHOST": site.database.host,
        "PGPORT": str(database),
        "PGUSER": site.database.user,
        "PGPASSWORD": site.database.password,
    }
    best = [float("inf"), float("inf")]
    for _ in range(times):
        done = site.run("check", kubeconfig=login)
        if done.code not in (0, 3, 4):  # there is no Ingress controller, but everything was seen
            raise RuntimeError(f"check: exit {done.code}\n{done.out}{done.err}")
        best[0] = min(best[0], done.seconds)
        began = time.perf_counter()
        subprocess.run([str(HAND)], env=environment, check=True, timeout=300)
        best[1] = min(best[1], time.perf_counter() - began)
    return best[0], best[1]


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])
