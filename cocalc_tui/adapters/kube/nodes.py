"""Labels and taints of a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cocalc_tui.adapters.kube.listing import path_of
from cocalc_tui.adapters.kube.objects import cleaned
from cocalc_tui.adapters.kube.request import Request
from cocalc_tui.adapters.kube.threads import Stop
from cocalc_tui.adapters.kube.writing import APPLY, PATIENCE
from cocalc_tui.core.action import MANAGER, Label
from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import NODE

if TYPE_CHECKING:
    from cocalc_tui.adapters.kube.client import Client

STRATEGIC = "application/strategic-merge-patch+json"
Taint = Mapping[str, Any]


def label(client: Client, action: Label, stop: Stop) -> Object:
    """Applies the labels under our name, takes away those that are None, and adds the taints.

    A label of another manager with another value is `Refused` (409). A taint replaces one of the same key
    and effect; without an effect, all of its key are taken away. Taints of others stay.
    """
    node = client.json(Request(f"reading node {action.node}", path_of(NODE, None, action.node)), stop)
    labels = node["metadata"].get("labels") or {}
    wanted = {key: value for key, value in action.labels.items() if value is not None}
    if any(labels.get(key) != value for key, value in wanted.items()):
        node = _apply(client, action.node, node, wanted, stop)
    unwanted = {key: None for key, value in action.labels.items() if value is None and key in labels}
    taints = merged(node["spec"].get("taints") or [], action.taints)
    change: dict[str, Any] = {}
    if unwanted:
        change["metadata"] = {"labels": unwanted}
    if taints != (node["spec"].get("taints") or []):
        change["spec"] = {"taints": taints}
        # taints are one list: the version keeps those that others add meanwhile
        version = node["metadata"]["resourceVersion"]
        change.setdefault("metadata", {})["resourceVersion"] = version
    if change:
        node = _patch(client, action.node, change, STRATEGIC, stop)
    return cleaned(node, NODE)


def merged(present: list[Taint], wanted: tuple[tuple[str, str, str], ...]) -> list[Taint]:
    """The taints after the wanted ones, in the order they have."""
    out: list[Taint] = list(present)
    for key, value, effect in wanted:
        new = {"key": key, "effect": effect} | ({"value": value} if value else {})
        same = [t for t in out if t["key"] == key and effect in ("", t["effect"])]
        if effect and same and {k: same[0].get(k) for k in new} == new:
            continue
        out = [t for t in out if t not in same]
        if effect:
            out.append(new)
    return out


def _apply(
    client: Client, name: str, node: Mapping[str, Any], wanted: Mapping[str, str], stop: Stop
) -> dict[str, Any]:
    """Our labels of this node, with those that we own already: what an apply leaves out is taken away."""
    kept = {key: node["metadata"]["labels"][key] for key in _ours(node)}
    # the uid keeps apply from making a node of a name that was just deleted
    meta = {"name": name, "uid": node["metadata"]["uid"], "labels": {**kept, **wanted}}
    return _patch(client, name, {"apiVersion": "v1", "kind": "Node", "metadata": meta}, APPLY, stop)


def _ours(node: Mapping[str, Any]) -> list[str]:
    keys: list[str] = []
    for entry in node["metadata"].get("managedFields") or ():
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply":
            fields = entry.get("fieldsV1", {}).get("f:metadata", {}).get("f:labels", {})
            keys += [key.removeprefix("f:") for key in fields if key.startswith("f:")]
    return [key for key in keys if key in (node["metadata"].get("labels") or {})]


def _patch(client: Client, name: str, body: Any, content_type: str, stop: Stop) -> dict[str, Any]:
    query = {"fieldManager": MANAGER} | ({"force": "false"} if content_type == APPLY else {})
    request = Request(
        f"labelling node {name}",
        path_of(NODE, None, name),
        "PATCH",
        query,
        body,
        content_type,
        silence=PATIENCE,
    )
    return client.json(request, stop)
