"""Changes: server-side apply under our own name, labels and taints of nodes, create, replace, delete."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cocalc_tui.adapters.kube.discovery import Discovery
from cocalc_tui.adapters.kube.listing import path_of
from cocalc_tui.adapters.kube.objects import cleaned
from cocalc_tui.adapters.kube.request import Request
from cocalc_tui.adapters.kube.threads import Stop
from cocalc_tui.core.action import MANAGER, Apply
from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import SECRET, Kind
from cocalc_tui.core.redact import redact
from cocalc_tui.core.secret import Slot
from cocalc_tui.errors import CocalcError, Refused

if TYPE_CHECKING:
    from cocalc_tui.adapters.kube.client import Client

APPLY = "application/apply-patch+yaml"
PATIENCE = 32.0  # seconds; a webhook may take 30
STRICT = {"fieldManager": MANAGER, "fieldValidation": "Strict"}

Fill = Callable[[Slot], str]


def apply(client: Client, action: Apply, fill: Fill, stop: Stop, *, dry_run: bool, force: bool) -> Object:
    """Applies an action's object, its slots filled. Conflicts are `Refused` (409) unless forced."""
    manifest = dict(action.manifest)
    values = {slot.key: fill(slot) for slot in action.slots}
    if values:
        # data, not stringData: the server would note the latter as ours and never the former
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        manifest["data"] = {**manifest.get("data", {}), **encoded}
    try:
        return _apply(client, action.kind, manifest, stop, dry_run=dry_run, force=force)
    except CocalcError as error:
        error.message = redact(error.message, values.values())
        error.args = (error.message,)
        raise


def apply_object(
    client: Client,
    known: Discovery,
    manifest: Mapping[str, Any],
    stop: Stop,
    *,
    dry_run: bool,
    namespace: str,
) -> Object:
    """Applies a rendered object. A dry run takes over what other managers hold, as helm would."""
    kind = known.kind_of(manifest, stop)
    meta = dict(manifest.get("metadata") or {})
    if kind.namespaced:
        meta.setdefault("namespace", namespace)
    else:
        meta.pop("namespace", None)
    whole = {**manifest, "metadata": meta}
    if not meta.get("name") and meta.get("generateName"):
        return create(client, kind, whole, stop, dry_run=dry_run)
    return _apply(client, kind, whole, stop, dry_run=dry_run, force=dry_run)


def create(
    client: Client, kind: Kind, manifest: Mapping[str, Any], stop: Stop, *, dry_run: bool = False
) -> Object:
    """Creates one object."""
    meta = manifest["metadata"]
    request = Request(
        f"creating {kind.name} {meta.get('name') or meta.get('generateName')}",
        path_of(kind, meta.get("namespace")),
        "POST",
        STRICT | _dry(dry_run),
        dict(manifest),
        silence=PATIENCE,
    )
    return cleaned(client.json(request, stop), kind)


def replace(client: Client, kind: Kind, manifest: Mapping[str, Any], stop: Stop) -> Object:
    """Replaces one object. A Secret that was read holds hashes, so it cannot be written back."""
    if kind == SECRET:
        raise ValueError("Secrets are applied, not replaced")
    meta = {k: v for k, v in manifest["metadata"].items() if k != "managedFields"}  # they were shortened
    request = Request(
        f"replacing {kind.name} {meta['name']}",
        path_of(kind, meta.get("namespace"), meta["name"]),
        "PUT",
        STRICT,
        {**manifest, "metadata": meta},
        silence=PATIENCE,
    )
    return cleaned(client.json(request, stop), kind)


def delete(client: Client, kind: Kind, name: str, namespace: str | None, stop: Stop) -> None:
    """Deletes one object; its dependents follow in the background."""
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
    path = path_of(kind, namespace, name)
    try:
        client.json(
            Request(f"deleting {kind.name} {name}", path, "DELETE", body=options, silence=PATIENCE), stop
        )
    except Refused as error:
        if error.code != 404:
            raise


def get(client: Client, kind: Kind, name: str, namespace: str | None, stop: Stop) -> Object | None:
    """One object, None where it does not exist."""
    try:
        found = client.json(Request(f"reading {kind.name} {name}", path_of(kind, namespace, name)), stop)
    except Refused as error:
        if error.code == 404:
            return None
        raise
    return cleaned(found, kind)


def _apply(
    client: Client, kind: Kind, manifest: Mapping[str, Any], stop: Stop, *, dry_run: bool, force: bool
) -> Object:
    meta = manifest.get("metadata") or {}
    if not meta.get("name"):
        raise Refused(f"applying {kind.name}: it has no name", "Give the object a name.", 422)
    request = Request(
        f"applying {kind.name} {meta['name']}",
        path_of(kind, meta.get("namespace"), str(meta["name"])),
        "PATCH",
        STRICT | {"force": "true" if force else "false"} | _dry(dry_run),
        dict(manifest),
        APPLY,
        silence=PATIENCE,
    )
    return cleaned(client.json(request, stop), kind)


def _dry(dry_run: bool) -> dict[str, str]:
    return {"dryRun": "All"} if dry_run else {}
