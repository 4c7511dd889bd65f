"""Who owns which field: server-side apply, and the plain writes of others, on one object."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from cocalc_tui.adapters.rehearsal.fieldtree import (
    ITEM,
    Object,
    Path,
    drop,
    flat,
    leaves,
    lookup,
    nested,
    put,
    text,
)

IDENTITY = {
    ("f:apiVersion",),
    ("f:kind",),
    ("f:metadata", "f:name"),
    ("f:metadata", "f:namespace"),
    ("f:metadata", "f:generateName"),
}
SERVER_OWNS = {
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
}


class Conflict(Exception):
    """Others own fields that an apply would change; `owners` is manager -> fields."""

    def __init__(self, owners: Mapping[str, list[str]]) -> None:
        self.owners = owners
        held = [f"{manager} manages {', '.join(fields)}" for manager, fields in owners.items()]
        super().__init__("; ".join(held))


Owners = dict[tuple[str, str], set[Path]]


def owners_of(live: Mapping[str, Any]) -> Owners:
    """(manager, operation) -> its fields, from `managedFields`."""
    entries = live.get("metadata", {}).get("managedFields", [])
    return {
        (e["manager"], e["operation"]): flat(e.get("fieldsV1") or {})
        for e in entries
        if "subresource" not in e
    }


def applied(live: Object, wanted: Object, manager: str, *, force: bool, now: str) -> Object:
    """The object after server-side apply of `wanted`; raises `Conflict`."""
    desired = {path: value for path, value in leaves(_clean(wanted)) if path not in IDENTITY}
    owners = owners_of(live)
    mine = (manager, "Apply")
    fights: dict[str, list[str]] = {}
    for path, value in desired.items():
        for who, fields in owners.items():
            if who == mine or lookup(live, path) == (True if value is None and path[-1] == "." else value):
                continue
            if path not in fields:
                continue
            if force:
                fields.discard(path)
            else:
                fights.setdefault(who[0], []).append(text(path))
    if fights:
        raise Conflict(fights)
    result = deepcopy(live)
    others = set().union(*(fields for who, fields in owners.items() if who != mine))
    gone = owners.get(mine, set()) - set(desired) - others
    for path in sorted(gone, key=lambda p: (p[-1] != ITEM, -len(p))):  # an item before its own key
        drop(result, path)
    for path, value in desired.items():
        put(result, path, deepcopy(value))
    owners[mine] = set(desired)
    return _signed(result, live, owners, now)


def updated(live: Object, wanted: Object, manager: str, *, now: str) -> Object:
    """The object after a plain write: what it changes belongs to the writer from now on."""
    before, after = dict(leaves(_clean(live))), dict(leaves(_clean(wanted)))
    owners = owners_of(live)
    changed = {p for p, v in after.items() if p not in IDENTITY and (p not in before or before[p] != v)}
    gone = set(before) - set(after)
    for fields in owners.values():
        fields.difference_update(changed | gone)
    owners.setdefault((manager, "Update"), set()).update(changed)
    result = deepcopy(wanted)
    server = {k: v for k, v in live.get("metadata", {}).items() if k in SERVER_OWNS}
    result["metadata"] = {**_clean(result)["metadata"], **server}
    return _signed(result, live, owners, now)


def _clean(obj: Object) -> Object:
    meta = {k: v for k, v in obj.get("metadata", {}).items() if k not in SERVER_OWNS}
    return {**{k: v for k, v in obj.items() if k != "status"}, "metadata": meta}


def _signed(result: Object, live: Object, owners: Owners, now: str) -> Object:
    """With `managedFields`; a time moves only where the fields or the object did."""
    meta = result["metadata"]
    old = {(e["manager"], e["operation"]): e for e in live.get("metadata", {}).get("managedFields", [])}
    before = owners_of(live)
    same = {k: v for k, v in meta.items() if k != "managedFields"} == {
        k: v for k, v in live.get("metadata", {}).items() if k != "managedFields"
    } and {k: v for k, v in result.items() if k != "metadata"} == {
        k: v for k, v in live.items() if k != "metadata"
    }
    entries = []
    for who, fields in owners.items():
        if not fields:
            continue
        if who in old and before[who] == fields and (same or who[1] == "Update"):
            entries.append(old[who])
            continue
        entries.append(
            {
                "manager": who[0],
                "operation": who[1],
                "apiVersion": result["apiVersion"],
                "time": now,
                "fieldsType": "FieldsV1",
                "fieldsV1": nested(fields),
            }
        )
    meta["managedFields"] = entries
    return result
