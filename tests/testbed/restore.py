"""Remembers what a fresh cluster holds, and takes everything else away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.api import Api, ApiError, Object, Resource, wait_for

Look = Callable[[], object]
HOST_PATHS = Path("/tmp/hostpath_pv")  # the controller manager's own
# made and removed by the cluster itself
TRANSIENT = {"Event", "Endpoints", "EndpointSlice", "Lease", "Pod", "APIService", "IPAddress"}


def _key(resource: Resource, thing: Object) -> tuple[str, str, str]:
    meta = thing["metadata"]
    return resource.kind, meta.get("namespace", ""), meta["name"]


def _watched(api: Api) -> list[Resource]:
    wanted = {"list", "delete"}
    return [one for one in api.resources() if one.kind not in TRANSIENT and wanted <= one.verbs]


@dataclass(frozen=True, slots=True)
class Snapshot:
    keys: frozenset[tuple[str, str, str]]
    nodes: tuple[Object, ...]

    @classmethod
    def take(cls, api: Api) -> Snapshot:
        keys = frozenset(_key(resource, thing) for resource, thing in _everything(api))
        return cls(keys, tuple(api.items("/api/v1/nodes")))

    def restore(self, api: Api) -> None:
        wait_for("the cluster to be empty again", lambda: not self._clean(api), seconds=60)
        for node in self.nodes:
            self._mend(api, node)

    def _clean(self, api: Api) -> list[str]:
        """Deletes what is new; what was still there."""
        new = [(one, thing) for one, thing in _everything(api) if _key(one, thing) not in self.keys]
        gone = {thing["metadata"]["name"] for one, thing in new if one.kind == "Namespace"}
        todo = [
            one.path(thing["metadata"].get("namespace"), thing["metadata"]["name"])
            for one, thing in new
            if thing["metadata"].get("namespace") not in gone and "deletionTimestamp" not in thing["metadata"]
        ]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(api.delete, todo))
        return [thing["metadata"]["name"] for _, thing in new]

    def _mend(self, api: Api, node: Object) -> None:
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


def _everything(api: Api) -> Iterator[tuple[Resource, Object]]:
    resources = _watched(api)
    with ThreadPoolExecutor(8) as pool:
        for resource, found in zip(
            resources, pool.map(lambda one: api.items(one.path()), resources), strict=True
        ):
            yield from ((resource, thing) for thing in found)


def host_paths(api: Api) -> list[Path]:
    """The folders behind the volumes that were provisioned."""
    try:
        volumes = api.items("/api/v1/persistentvolumes")
    except Exception:  # noqa: BLE001 - a cluster that is down has nothing to say, and is about to go
        return []
    paths = (Path(one["spec"].get("hostPath", {}).get("path", "/")) for one in volumes)
    return [path for path in paths if HOST_PATHS in path.parents]
