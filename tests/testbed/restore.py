"""Remembers what a fresh cluster holds, and takes everything else away again."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.api import Api, ApiError, Object, Resource, wait_for

Look = Callable[[], object]
Key = tuple[str, str, str]
Group = tuple[str, Resource]

HOST_PATHS = Path("/tmp/hostpath_pv")  # the controller manager's own
# in the namespaces that were there from the start, the cluster makes and removes these itself
TRANSIENT = {"Event", "Endpoints", "EndpointSlice", "Lease", "IPAddress"}
AUTOMATIC = "kube-aggregator.kubernetes.io/automanaged"  # an APIService that follows its definition


def _key(resource: Resource, thing: Object) -> Key:
    meta = thing["metadata"]
    return resource.kind, meta.get("namespace", ""), meta["name"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    resources: tuple[Resource, ...]
    keys: frozenset[Key]
    nodes: tuple[Object, ...]

    @classmethod
    def take(cls, api: Api) -> Snapshot:
        resources = _deletable(api)
        keys = frozenset(_key(resource, thing) for resource, thing in _list(api, resources))
        return cls(resources, keys, tuple(api.items("/api/v1/nodes")))

    def restore(self, api: Api) -> None:
        volumes = host_paths(api)
        wait_for("the cluster to be as it was", lambda: not self._remove_new(api), seconds=60)
        remove_host_paths(volumes)
        for node in self.nodes:
            _mend(api, node)

    def _remove_new(self, api: Api) -> bool:
        """One sweep; whether anything new was still there."""
        new = [one for one in _list(api, _deletable(api)) if self._is_new(*one)]
        spaces = {thing["metadata"]["name"] for resource, thing in new if resource.kind == "Namespace"}
        singles: list[str] = []
        groups: dict[str, list[str]] = defaultdict(list)
        for resource, thing in new:
            meta = thing["metadata"]
            space = meta.get("namespace")
            if space in spaces:
                groups[space].append(resource.path(space))
            elif "deletionTimestamp" not in meta:
                singles.append(resource.path(space, meta["name"]))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(api.delete, singles))
            list(pool.map(api.delete, {path for paths in groups.values() for path in paths}))
            list(pool.map(lambda space: _finalize(api, space), spaces - groups.keys()))
        return bool(new)

    def _is_new(self, resource: Resource, thing: Object) -> bool:
        key = _key(resource, thing)
        if AUTOMATIC in thing["metadata"].get("labels", {}):
            return False
        old_space = not key[1] or ("Namespace", "", key[1]) in self.keys
        return key not in self.keys and not (old_space and resource.kind in TRANSIENT)


def _deletable(api: Api) -> tuple[Resource, ...]:
    return tuple(one for one in api.resources() if {"list", "delete"} <= one.verbs)


def _list(api: Api, resources: tuple[Resource, ...]) -> Iterator[tuple[Resource, Object]]:
    def items(resource: Resource) -> list[Object]:
        try:
            return api.items(resource.path())
        except ApiError as problem:
            if problem.status in {404, 429, 503}:  # its definition or server is coming or going
                return []
            raise

    with ThreadPoolExecutor(8) as pool:
        for resource, found in zip(resources, pool.map(items, resources), strict=True):
            yield from ((resource, thing) for thing in found)


def _finalize(api: Api, namespace: str) -> None:
    """An empty namespace ends at once, instead of after the five seconds that its controller waits."""
    path = f"/api/v1/namespaces/{namespace}"
    try:
        body = api.get(path)
        if "deletionTimestamp" in body["metadata"]:
            api.request("PUT", f"{path}/finalize", body | {"spec": {"finalizers": []}})
    except ApiError as problem:
        if problem.status not in {404, 409}:
            raise


def _mend(api: Api, node: Object) -> None:
    """Labels, annotations and taints as they were; a node that was deleted is made again."""
    path = f"/api/v1/nodes/{node['metadata']['name']}"
    try:
        now = api.get(path)
    except ApiError:
        meta = {key: node["metadata"][key] for key in ("name", "labels", "annotations")}
        api.request("POST", "/api/v1/nodes", node | {"metadata": meta})
        return
    before, after = node["metadata"], now["metadata"]
    same = all(before.get(key) == after.get(key) for key in ("labels", "annotations"))
    if same and node["spec"] == now["spec"]:
        return
    meta = after | {"labels": before.get("labels"), "annotations": before.get("annotations")}
    api.request("PUT", path, now | {"metadata": meta, "spec": node["spec"]})


def host_paths(api: Api) -> list[Path]:
    """The folders behind the volumes that were provisioned."""
    try:
        volumes = api.items("/api/v1/persistentvolumes")
    except Exception:  # noqa: BLE001 - a cluster that is down has nothing to say, and is about to go
        return []
    paths = (Path(one["spec"].get("hostPath", {}).get("path", "/")) for one in volumes)
    return [path for path in paths if HOST_PATHS in path.parents]


def remove_host_paths(volumes: list[Path]) -> None:
    for volume in volumes:
        shutil.rmtree(volume, ignore_errors=True)
    with suppress(OSError):  # not there, or others use it
        HOST_PATHS.rmdir()
