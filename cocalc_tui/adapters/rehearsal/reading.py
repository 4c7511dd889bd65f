"""What a list of a topic gives."""

from __future__ import annotations

from typing import Any

from cocalc_tui.adapters.rehearsal.selectors import matches
from cocalc_tui.adapters.rehearsal.store import Store
from cocalc_tui.core.kinds import SECRET
from cocalc_tui.core.topics import Topic

Object = dict[str, Any]


def listing(store: Store, topic: Topic) -> tuple[Object, ...]:
    """The objects of a topic, sorted. Raises `ValueError` where it would read Secrets of others."""
    kind = topic.kind
    if kind == SECRET and not topic.name and not topic.metadata_only:
        raise ValueError("Secrets are read by name, or as metadata only")
    if topic.name and (topic.namespace or not kind.namespaced):
        found = store.find(kind, topic.name, topic.namespace if kind.namespaced else None)
        objects = [found] if found else []
    else:
        objects = store.select(kind, topic.namespace if kind.namespaced else None)
        objects = [o for o in objects if not topic.name or o["metadata"]["name"] == topic.name]
    if topic.selector:
        objects = [o for o in objects if matches(topic.selector, o["metadata"].get("labels", {}))]
    return tuple(shown(o, metadata_only=topic.metadata_only) for o in objects)


def shown(obj: Object, *, metadata_only: bool = False) -> Object:
    """What is told of an object: its managers in short, no content where only metadata was asked."""
    meta = dict(obj["metadata"])
    if "managedFields" in meta:
        meta["managedFields"] = [
            {"manager": m["manager"], "operation": m["operation"]} for m in meta["managedFields"]
        ]
    head = {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": meta}
    return head if metadata_only else {**obj, **head}
