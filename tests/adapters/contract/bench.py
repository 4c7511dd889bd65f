"""One cluster to try, and what lies outside its port: another manager, a vault, a node."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.kinds import kind_of
from cocalc_tui.ports import Cluster
from tests.testbed.bed import ControlPlane
from tests.testbed.objects import namespace, node, storage_class

OTHER = "testbed"
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bench:
    """`by_other` applies as the field manager `testbed`; `namespace` is this test's own."""

    cluster: Cluster
    vault: Vault
    namespace: str
    node: str
    by_other: Callable[[Mapping[str, Any]], object]

    def config_map(self, name: str = "c", **data: str) -> Object:
        return self.object("v1", "ConfigMap", name, data=data)

    def object(self, version: str, kind: str, name: str, **rest: Any) -> Object:
        """An object of any kind in this test's namespace."""
        meta = {"name": name, "namespace": self.namespace}
        return {"apiVersion": version, "kind": kind, "metadata": meta, **rest}


@contextmanager
def real(plane: ControlPlane) -> Iterator[Bench]:
    """The test bed's control plane through the `kubernetes` package."""
    from cocalc_tui.adapters.kube.cluster import KubeCluster

    vault = Vault()
    name = f"contract-{secrets.token_hex(4)}"
    plane.namespace(name)
    cluster = KubeCluster.connect(str(plane.kubeconfig), None, vault.fill)
    yield Bench(cluster, vault, name, "node-1", lambda manifest: plane.api.apply(dict(manifest)))
    plane.api.delete(f"/api/v1/namespaces/{name}")


@contextmanager
def rehearsal(folder: Path) -> Iterator[Bench]:
    """A small world in memory."""
    from cocalc_tui.adapters.rehearsal.world import RehearsalWorld

    ready = {"type": "Ready", "status": "True"}
    small = node("node-1", "v1.34.4")
    objects = [
        {**small, "spec": {}, "status": {**small["status"], "conditions": [ready]}},
        storage_class("nfs"),
        namespace("contract"),
    ]
    definition = {"version": 1, "world": "contract", "cluster": {"version": "v1.34.4"}, "objects": objects}
    path = folder / "contract.json"
    path.write_text(json.dumps(definition))
    world = RehearsalWorld.open(str(path), folder / "state")
    writer = world.cluster.writer

    def by_other(manifest: Mapping[str, Any]) -> None:
        kind = kind_of(manifest["apiVersion"], manifest["kind"])
        writer.apply(kind, dict(manifest), OTHER, force=True)

    yield Bench(world.cluster, world.vault, "contract", "node-1", by_other)
