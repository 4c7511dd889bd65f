"""Another operator at work: who, where and since when; a dead one on this host does not count."""

from __future__ import annotations

import datetime as dt
import socket
import subprocess
import sys
from typing import Any

import yaml

from tests.cli.harness import ROOT, Person, Ran


def apply_beside(person: Person, host: str, pid: int, *arguments: str) -> Ran:
    """An apply where the namespace holds a lease of someone on that host."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    notes = {"cocalc-tui/host": host, "cocalc-tui/pid": str(pid), "cocalc-tui/step": "database"}
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "cocalc-tui", "namespace": "cocalc", "annotations": notes},
        "spec": {
            "holderIdentity": f"bob@{host}/{pid}",
            "acquireTime": now,
            "renewTime": now,
            "leaseDurationSeconds": 30,
        },
    }
    world: dict[str, Any] = yaml.safe_load((ROOT / "assets/worlds/gke.yaml").read_text())
    world["objects"] += [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cocalc"}}, lease]
    person.file("world.yaml", yaml.safe_dump(world))
    return person.run("--world", "world.yaml", "apply", "--yes", "-o", "json", *arguments)


def test_another_operator(person: Person) -> None:
    ran = apply_beside(person, "elsewhere", 7)
    assert ran.code == 5
    told = " ".join(str(e.get("message")) for e in ran.events)
    for word in ("bob@elsewhere", "since 20", "at step database", "namespace cocalc"):
        assert word in told
    assert ran.events[-1]["writes"] == 0


def test_a_dead_one_on_this_host(person: Person) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    ran = apply_beside(person, socket.gethostname(), gone.pid, "--only", "nodes")
    assert (ran.code, ran.events[-1]["failed"]) == (0, 0)
