"""Writes of a rehearsal's API server: apply, create, replace, label, delete, with its refusals."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from cocalc_tui.adapters.rehearsal.defaults import filled
from cocalc_tui.adapters.rehearsal.ownership import Conflict, applied, updated
from cocalc_tui.adapters.rehearsal.store import Object, Store, stamp
from cocalc_tui.adapters.rehearsal.validation import faults
from cocalc_tui.adapters.secrets_hash import data_hashes
from cocalc_tui.core.action import MANAGER, Label
from cocalc_tui.core.kinds import KINDS, NAMESPACE, NODE, STORAGE_CLASS, Kind, kind_of
from cocalc_tui.errors import Refused

KNOWN = ("sha256:", "(not in a snapshot)")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Writer:
    """Changes the store as the API server would; raises `Refused` with the server's code and words."""

    def __init__(self, store: Store, kinds: Iterable[Kind] = ()) -> None:
        self.store = store
        self._kinds = {*KINDS, *kinds}

    def knows(self, kind: Kind) -> bool:
        """Whether this server serves the kind."""
        return kind in self._kinds

    def kind(self, manifest: Mapping[str, Any]) -> Kind:
        """The kind of a manifest."""
        namespaced = "namespace" in manifest["metadata"]
        return kind_of(manifest["apiVersion"], manifest["kind"], namespaced=namespaced)

    def apply(
        self, kind: Kind, manifest: Object, manager: str, *, force: bool = False, dry_run: bool = False
    ) -> Object:
        """Server-side apply."""
        name, namespace = manifest["metadata"]["name"], manifest["metadata"].get("namespace")
        live = self.store.find(kind, name, namespace)
        if live is None:
            self._admit(kind, namespace)
        wanted = hashed(manifest)
        meta = {"name": name, **({"namespace": namespace} if namespace else {})}
        base = live or {"apiVersion": kind.api_version, "kind": kind.name, "metadata": meta}
        try:
            result = applied(base, wanted, manager, force=force, now=stamp(self.store.time))
        except Conflict as conflict:
            remedy = "Take the fields over, or leave the object as it is."
            raise Refused(f"apply {kind.name}/{name}: {conflict}", remedy, code=409) from conflict
        return self._keep(result, live, dry_run=dry_run)

    def create(self, kind: Kind, manifest: Object, manager: str) -> Object:
        """Creates one object."""
        name, namespace = manifest["metadata"]["name"], manifest["metadata"].get("namespace")
        if self.store.find(kind, name, namespace) is not None:
            raise Refused(f'{_thing(kind)} "{name}" already exists', code=409)
        self._admit(kind, namespace)
        wanted = hashed(manifest)
        meta = {"name": name, **({"namespace": namespace} if namespace else {})}
        base = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": meta}
        return self._keep(updated(base, wanted, manager, now=stamp(self.store.time)), None)

    def replace(self, kind: Kind, manifest: Object, manager: str) -> Object:
        """Replaces one object."""
        meta = manifest["metadata"]
        live = self.store.find(kind, meta["name"], meta.get("namespace"))
        if live is None:
            raise Refused(f'{_thing(kind)} "{meta["name"]}" not found', code=404)
        wanted_version = meta.get("resourceVersion")
        if wanted_version and wanted_version != live["metadata"]["resourceVersion"]:
            raise Refused(
                f'Operation cannot be fulfilled on {_thing(kind)} "{meta["name"]}": the object has been '
                "modified; please apply your changes to the latest version and try again",
                "Look again and retry.",
                code=409,
            )
        wanted = hashed(manifest)
        if "status" in live:
            wanted["status"] = live["status"]
        return self._keep(updated(live, wanted, manager, now=stamp(self.store.time)), live)

    def label(self, action: Label) -> Object:
        """Sets labels and taints of a node; what the action does not name stays."""
        live = self.store.find(NODE, action.node)
        if live is None:
            raise Refused(f'nodes "{action.node}" not found', code=404)
        wanted = deepcopy(live)
        labels = wanted["metadata"].setdefault("labels", {})
        for key, value in action.labels.items():
            labels.pop(key, None)
            if value is not None:
                labels[key] = value
        if action.taints:
            named = {(t[0], t[2]) for t in action.taints}
            kept = [t for t in wanted["spec"].get("taints", []) if (t["key"], t["effect"]) not in named]
            made = [{"key": k, "value": v, "effect": e} for k, v, e in action.taints]
            wanted["spec"]["taints"] = kept + made
        return self._keep(updated(live, wanted, MANAGER, now=stamp(self.store.time)), live)

    def delete(self, kind: Kind, name: str, namespace: str | None) -> None:
        """Deletes one object; a namespace, and what has finalizers, only begins to go."""
        live = self.store.find(kind, name, namespace if kind.namespaced else None)
        if live is None:
            return
        if kind == NAMESPACE or live["metadata"].get("finalizers"):
            gone = deepcopy(live)
            gone["metadata"].setdefault("deletionTimestamp", stamp(self.store.time))
            if kind == NAMESPACE:
                gone["status"] = {**gone.get("status", {}), "phase": "Terminating"}
            self.store.save(gone)
        else:
            self.store.remove(live)

    def _admit(self, kind: Kind, namespace: str | None) -> None:
        if not kind.namespaced:
            return
        if not namespace:
            raise Refused(f"{kind.name}: the namespace is missing", code=400)
        home = self.store.find(NAMESPACE, namespace)
        if home is None:
            raise Refused(f'namespaces "{namespace}" not found', "Create the namespace first.", code=404)
        if home["metadata"].get("deletionTimestamp"):
            raise Refused(
                f"{_thing(kind)} is forbidden: unable to create new content in namespace {namespace} because "
                "it is being terminated",
                "Wait until the namespace is gone.",
                code=403,
            )

    def _keep(self, result: Object, live: Object | None, *, dry_run: bool = False) -> Object:
        if live is None:
            result = filled(result, self.store.select(STORAGE_CLASS))
        if wrong := faults(result, live):
            text = wrong[0] if len(wrong) == 1 else "[" + ", ".join(wrong) + "]"
            name = result["metadata"]["name"]
            group = self.kind(result).group
            thing = f"{result['kind']}{'.' + group if group else ''}"
            raise Refused(
                f'{thing} "{name}" is invalid: {text}', "Correct the value, then apply again.", code=422
            )
        return result if dry_run else self.store.save(result)


def without_nulls(value: Mapping[str, Any]) -> Object:
    """A copy without null values, which the API server drops."""
    return {k: _bare(v) for k, v in value.items() if v is not None}


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_nulls(value)
    return [_bare(v) for v in value] if isinstance(value, list | tuple) else value


def hashed(manifest: Object) -> Object:
    """A Secret with the hashes of its values in the place of the values."""
    if manifest["kind"] != "Secret":
        return deepcopy(manifest)
    data = dict(manifest.get("data") or {})
    values = {k: v for k, v in data.items() if not str(v).startswith(KNOWN)}
    texts = {k: value_hash(k, str(v)) for k, v in (manifest.get("stringData") or {}).items()}
    rest = {k: v for k, v in manifest.items() if k not in ("data", "stringData")}
    notes = {k: v for k, v in (manifest["metadata"].get("annotations") or {}).items() if k != LAST_APPLIED}
    if notes != manifest["metadata"].get("annotations", {}):  # kubectl keeps the values themselves in it
        rest["metadata"] = {**manifest["metadata"], "annotations": notes}
    return deepcopy({**rest, "data": {**data, **data_hashes({"data": values}), **texts}})


def value_hash(key: str, text: str) -> str:
    """`sha256:HEX` of the text under a Secret's key."""
    return data_hashes({"data": {key: b64encode(text.encode()).decode()}})[key]


def _thing(kind: Kind) -> str:
    return f"{kind.plural}.{kind.group}" if kind.group else kind.plural
