"""One revision of a release: its record in a Secret, and its objects."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from cocalc_tui.adapters.rehearsal.cluster import MemoryCluster
from cocalc_tui.adapters.rehearsal.defaults import filled
from cocalc_tui.adapters.rehearsal.ownership import updated
from cocalc_tui.adapters.rehearsal.store import Object, key_of, stamp
from cocalc_tui.adapters.rehearsal.writing import without_nulls
from cocalc_tui.core.action import Helm
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import NAMESPACE, SECRET, STORAGE_CLASS, Kind
from cocalc_tui.errors import Refused

INPUTS = "cocalc-tui-inputs"
MANAGER = "helm"
NAME, SPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
BUSY = "another operation (install/upgrade/rollback) is in progress"
FIXED = {
    "PersistentVolumeClaim": ("volumeName", "storageClassName", "volumeMode"),
    "Service": ("clusterIP", "clusterIPs"),
}


class Installation:
    """Writes one revision as helm does: pending, the objects, then deployed or failed."""

    def __init__(self, cluster: MemoryCluster, action: Helm | HelmAddon, chart: str) -> None:
        self.cluster = cluster
        self.store = cluster.store
        self.action = action
        self.chart = chart
        self.revision = 0

    def begin(self, manifests: Iterable[Object], line: Callable[[str], None]) -> int:
        """Makes the record of a new revision.

        Raises `Refused` while another is pending, and where an object belongs to somebody else.
        """
        action = self.action
        records = self._records()
        newest = records[-1] if records else None
        if newest and newest["metadata"]["labels"]["status"].startswith("pending"):
            raise Refused(f"helm: UPGRADE FAILED: {BUSY}", "Remove the stuck revision, then apply again.")
        if self.store.find(NAMESPACE, action.namespace) is None:
            text = f'create: failed to create: namespaces "{action.namespace}" not found'
            raise Refused(f"helm: {text}", "Create the namespace first.", 404)
        self.revision = _version(newest) + 1 if newest else 1
        if newest is None:
            line(f'Release "{action.release}" does not exist. Installing it now.')
        for manifest in manifests:
            meta = manifest["metadata"]
            kind = self.cluster.writer.kind(manifest)
            live = self.store.find(kind, meta["name"], meta.get("namespace"))
            if live is not None and "helm.sh/hook" not in _notes(manifest):
                self._must_be_ours(live, kind)
        self._record("pending-install" if newest is None else "pending-upgrade")
        return self.revision

    def put(self, manifest: Object) -> None:
        """Creates or changes one object; hooks run only when the release is upgraded."""
        wanted = without_nulls(manifest)
        notes = wanted["metadata"].get("annotations", {})
        kind = self.cluster.writer.kind(wanted)
        if hook := notes.get("helm.sh/hook"):
            if self.revision > 1 and "post-upgrade" in hook:
                self.cluster.writer.delete(
                    kind, wanted["metadata"]["name"], wanted["metadata"].get("namespace")
                )
                self.cluster.writer.create(kind, wanted, MANAGER)
            return
        ours = {NAME: self.action.release, SPACE: self.action.namespace}
        wanted["metadata"] = {**wanted["metadata"], "annotations": {**notes, **ours}}
        labels = wanted["metadata"].setdefault("labels", {})
        labels["app.kubernetes.io/managed-by"] = "Helm"
        live = self.store.find(kind, wanted["metadata"]["name"], wanted["metadata"].get("namespace"))
        if live is None:
            self.cluster.writer.create(kind, wanted, MANAGER)
            return
        self.cluster.writer.replace(
            kind, _over(live, filled(wanted, self.store.select(STORAGE_CLASS))), MANAGER
        )

    def forget_missing(self, manifests: Iterable[Object]) -> None:
        """Deletes what the last revision had and this one has not, except what asks to be kept."""
        now = [list(key_of(m)) for m in map(without_nulls, manifests) if "helm.sh/hook" not in _notes(m)]
        releases: dict[str, Any] = self.store.extra.setdefault("releases", {})
        name = f"{self.action.namespace}/{self.action.release}"
        for group, plural, namespace, obj_name in releases.get(name, []):
            if [group, plural, namespace, obj_name] in now:
                continue
            found = next(
                (o for o in self.store.all() if key_of(o) == (group, plural, namespace, obj_name)), None
            )
            if found is not None and _notes(found).get("helm.sh/resource-policy") != "keep":
                self.store.remove(found)
        releases[name] = now

    def undo(self) -> None:
        """Deletes everything of the release, its records too."""
        self.forget_missing(())
        for record in self._records():
            self.store.remove(record)

    def end(self, status: str) -> None:
        """Marks this revision, and the one before as superseded."""
        for record in self._records():
            if _version(record) < self.revision and record["metadata"]["labels"]["status"] == "deployed":
                if status == "deployed":
                    self._mark(record, "superseded")
            elif _version(record) == self.revision:
                self._mark(record, status)

    def _record(self, status: str) -> None:
        action = self.action
        name = f"sh.helm.release.v1.{action.release}.v{self.revision}"
        labels = {
            INPUTS: action.inputs,
            "modifiedAt": str(int(self.store.time)),
            "name": action.release,
            "owner": "helm",
            "status": status,
            "version": str(self.revision),
        }
        digest = hashlib.sha256(f"{name}{action.inputs}{self.chart}".encode()).hexdigest()
        record = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": action.namespace, "labels": labels},
            "type": "helm.sh/release.v1",
            "data": {"release": f"sha256:{digest}"},
        }
        self.cluster.writer.create(SECRET, record, MANAGER)

    def _mark(self, record: Object, status: str) -> None:
        labels = {**record["metadata"]["labels"], "status": status, "modifiedAt": str(int(self.store.time))}
        wanted = {**record, "metadata": {**record["metadata"], "labels": labels}}
        self.store.save(updated(record, wanted, MANAGER, now=stamp(self.store.time)))

    def _records(self) -> list[Object]:
        found = [
            s
            for s in self.store.select(SECRET, self.action.namespace)
            if s["metadata"].get("labels", {}).get("owner") == "helm"
            and s["metadata"]["labels"].get("name") == self.action.release
        ]
        return sorted(found, key=_version)

    def _must_be_ours(self, live: Object, kind: Kind) -> None:
        notes = _notes(live)
        if notes.get(NAME) == self.action.release and notes.get(SPACE) == self.action.namespace:
            return
        meta = live["metadata"]
        where = f' in namespace "{meta["namespace"]}"' if meta.get("namespace") else ""
        raise Refused(
            f'Unable to continue with install: {kind.name} "{meta["name"]}"{where} exists and cannot be '
            "imported into the current release: invalid ownership metadata",
            "Let the chart use what is there, or remove it.",
            code=409,
        )


def _over(live: Object, wanted: Object) -> Object:
    """The wanted object with what the server and its controllers keep."""
    result = {k: v for k, v in {**live, **wanted}.items() if k in wanted or k == "status"}
    labels = {**live["metadata"].get("labels", {}), **wanted["metadata"].get("labels", {})}
    notes = {**_notes(live), **_notes(wanted)}
    result["metadata"] = {**wanted["metadata"], "labels": labels, "annotations": notes}
    for field in FIXED.get(live["kind"], ()):
        if field in live.get("spec", {}):
            result["spec"] = {**result["spec"], field: live["spec"][field]}
    return result


def _notes(obj: Object) -> dict[str, str]:
    return dict(obj["metadata"].get("annotations") or {})


def _version(record: Object) -> int:
    return int(record["metadata"]["labels"]["version"])
