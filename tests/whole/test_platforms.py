"""From nothing to a release on the real control plane, with nodes and classes that look like each platform.

The nodes and classes are those of the rehearsal worlds, so that these show what real clusters show. Drivers
of clouds do not run here; one of ours makes volumes for the classes whose drivers can do ReadWriteMany.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import yaml

from cocalc_tui.adapters.rehearsal.definition import WORLDS
from tests.testbed.api import Api, wait_for
from tests.testbed.bed import ControlPlane
from tests.testbed.objects import ANNOTATION
from tests.whole.bench import Desk

GOOD = {"gke": "filestore-rwx", "eks": "efs-sc", "aks": "azurefile-csi-nfs", "minikube": "standard"}
GOOD |= {"kubeadm": "nfs-client"}
HERE = ("cluster", "nodes", "storage", "database", "release")
FINE = ("pass", "skipped")
KINDS = {"Node", "StorageClass"}


def world(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((WORLDS / f"{name}.yaml").read_text("utf-8"))
    return found


def furnish(plane: ControlPlane, found: Mapping[str, Any]) -> None:
    """The world's nodes, kept alive by kwok, in the place of the test bed's own; and its classes."""
    things = [o for o in found["objects"] if o["kind"] in KINDS]
    for thing in things:
        if thing["kind"] == "Node":
            thing["metadata"].setdefault("annotations", {})[ANNOTATION] = "fake"
    plane.api.apply(*things)
    names = {o["metadata"]["name"] for o in things if o["kind"] == "Node"}
    for node in plane.api.items("/api/v1/nodes"):
        if node["metadata"]["name"] not in names:
            plane.api.delete(f"/api/v1/nodes/{node['metadata']['name']}")
    wait_for("the nodes", lambda: ready(plane.api) == names, seconds=60)


def ready(api: Api) -> set[str]:
    def up(node: Mapping[str, Any]) -> bool:
        conditions = {c["type"]: c["status"] for c in node.get("status", {}).get("conditions", ())}
        return conditions.get("Ready") == "True"

    return {n["metadata"]["name"] for n in api.items("/api/v1/nodes") if up(n)}


@contextmanager
def driver(plane: ControlPlane, kind: str) -> Iterator[None]:
    """Makes a volume for each pending claim of one class."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.2):
            for claim in plane.api.items("/api/v1/persistentvolumeclaims"):
                if claim["spec"].get("storageClassName") == kind and claim["status"]["phase"] == "Pending":
                    plane.api.apply(volume(claim))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def volume(claim: Mapping[str, Any]) -> dict[str, Any]:
    meta, spec = claim["metadata"], claim["spec"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"pvc-{meta['uid']}"},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "storageClassName": spec["storageClassName"],
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": meta["namespace"], "name": meta["name"]},
            "csi": {"driver": "driver.example.com", "volumeHandle": meta["uid"]},
        },
    }


@pytest.mark.parametrize("name", GOOD)
def test_from_nothing_to_a_release(name: str, desk: Desk) -> None:
    found = world(name)
    furnish(desk.plane, found)
    answers = desk.given
    answers["nodes"] = found["answers"]["nodes"]
    answers["storage"] |= {"class": GOOD[name]}
    desk.answers.write_text(yaml.safe_dump({"version": 1, "answers": answers}))
    with driver(desk.plane, GOOD[name]):
        planned = desk.run("plan", "-o", "json").document
        assert planned["cluster"]["platform"] == name
        first = desk.apply()
        assert first.code == 0, first.out + first.err
        second = desk.apply()
    assert (second.code, second.summary["writes"]) == (0, 0), second.out
    checked = desk.run("check", "-o", "json").document
    odd = {f["id"] for f in checked["findings"] if f["step"] in HERE and f["status"] not in FINE}
    assert odd == ({"nodes.ready"} if name == "minikube" else set())
