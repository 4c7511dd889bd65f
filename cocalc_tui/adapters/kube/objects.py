"""What may leave the adapter of an object that came from the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocalc_tui.adapters.secrets_hash import data_hashes
from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import SECRET, Kind

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def cleaned(found: Mapping[str, Any], kind: Kind, *, metadata_only: bool = False) -> Object:
    """The object with its kind, its managers in short, and hashes in place of a Secret's values.

    Items of a list carry no kind, and those of a metadata request another one.
    """
    meta = dict(found.get("metadata") or {})
    if "managedFields" in meta:
        meta["managedFields"] = [
            {"manager": entry.get("manager", ""), "operation": entry.get("operation", "")}
            for entry in meta["managedFields"] or ()
        ]
    secret = (kind.group, kind.plural) == (SECRET.group, SECRET.plural)
    if secret and LAST_APPLIED in (meta.get("annotations") or {}):
        # kubectl keeps the values themselves in it
        meta["annotations"] = {k: v for k, v in meta["annotations"].items() if k != LAST_APPLIED}
    head = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": meta}
    if metadata_only:
        return head
    rest = {k: v for k, v in found.items() if k not in head}
    if secret:
        rest.pop("stringData", None)
        rest["data"] = data_hashes(found)
    return {**head, **rest}


def place(found: Object) -> tuple[str, str]:
    """Namespace and name, which tell objects of one kind apart."""
    meta = found["metadata"]
    return str(meta.get("namespace", "")), str(meta.get("name", ""))
