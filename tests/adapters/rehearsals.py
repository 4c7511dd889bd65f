"""Small rehearsal clusters on a clock that the test moves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core.kinds import Kind, kind_of

Object = dict[str, Any]


class Small:
    """A world of two nodes and the namespace `n`; `pass_time` moves its clock."""

    def __init__(self, folder: Path, *objects: Object, **more: Any) -> None:
        self.now = 1_800_000_000.0
        path = folder / "small.json"
        base = [node("a"), node("b"), thing("v1", "Namespace", "n")]
        path.write_text(json.dumps({"version": 1, "world": "small", "objects": [*base, *objects], **more}))
        self.world = RehearsalWorld.open(str(path), folder / "state", lambda: self.now)
        self.cluster = self.world.cluster

    def pass_time(self, seconds: float) -> None:
        """Moves the clock."""
        self.now += seconds
        self.cluster.enter()

    def all(self, kind: Kind) -> list[Object]:
        """The objects of a kind in the namespace."""
        return self.world.store.select(kind, "n")

    def add(self, obj: Object) -> None:
        """Creates an object as somebody else."""
        self.cluster.writer.create(kind_of(obj["apiVersion"], obj["kind"]), obj, "kubectl")
        self.cluster.enter()

    def reasons(self, name: str) -> set[str]:
        """The reasons of the events about objects of that name."""
        events = self.all(kind_of("v1", "Event"))
        return {e["reason"] for e in events if e["involvedObject"]["name"].startswith(name)}


def thing(version: str, kind: str, name: str, **rest: Any) -> Object:
    """An object in the namespace `n`."""
    space = {} if kind in ("Namespace", "Node", "StorageClass") else {"namespace": "n"}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **space}, **rest}


def node(name: str, **spec: Any) -> Object:
    """A node with room."""
    room = {"cpu": "4", "memory": "16Gi", "pods": "110"}
    ready = [{"type": "Ready", "status": "True"}]
    status = {"capacity": room, "allocatable": room, "conditions": ready}
    return thing("v1", "Node", name, spec=spec, status=status)


def deployment(name: str, replicas: int = 2, **pod: Any) -> Object:
    """A deployment of one container."""
    labels = {"run": name}
    container = {"name": "c", "image": "r.example/app:1", **pod.pop("container", {})}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return thing("apps/v1", "Deployment", name, spec=spec)


def storage_class(name: str, provisioner: str, binding: str = "Immediate", **rest: Any) -> Object:
    """A storage class."""
    return thing(
        "storage.k8s.io/v1",
        "StorageClass",
        name,
        provisioner=provisioner,
        volumeBindingMode=binding,
        **rest,
    )


def claim(name: str, class_name: str, mode: str = "ReadWriteMany") -> Object:
    """A claim of 1 GiB."""
    spec = {
        "accessModes": [mode],
        "storageClassName": class_name,
        "resources": {"requests": {"storage": "1Gi"}},
    }
    return thing("v1", "PersistentVolumeClaim", name, spec=spec)


def mounting(name: str) -> list[Object]:
    """The volumes of a pod that mounts one claim."""
    return [{"name": "v", "persistentVolumeClaim": {"claimName": name}}]
