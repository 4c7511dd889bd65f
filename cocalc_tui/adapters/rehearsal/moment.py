"""One moment of a rehearsal cluster, as its controllers see it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from cocalc_tui.adapters.rehearsal.defaults import filled
from cocalc_tui.adapters.rehearsal.store import Object, Store, stamp
from cocalc_tui.core.kinds import EVENT, STORAGE_CLASS, Kind

MOST = 5


class Moment:
    """The store at its present time; `due` becomes the next time at which a timer runs out."""

    def __init__(self, store: Store, world: Mapping[str, Any]) -> None:
        self.store = store
        self.world = world
        self.due: float | None = None
        self.speed = float(world.get("speed", 1))

    @property
    def now(self) -> float:
        """Unix time in seconds."""
        return self.store.time

    @property
    def stamp(self) -> str:
        """The time as the API server writes it."""
        return stamp(self.now)

    def elapsed(self, obj: Object, what: str, after: float) -> bool:
        """Whether `after` seconds of the real thing have passed since this was first asked."""
        key = f"{obj['metadata']['uid']}/{what}"
        begun = self.store.timers.setdefault(key, self.now)
        end = begun + after / self.speed
        if self.now >= end:
            return True
        self.due = end if self.due is None else min(self.due, end)
        return False

    def restart(self, obj: Object, what: str) -> None:
        """Lets a timer begin anew."""
        self.store.timers.pop(f"{obj['metadata']['uid']}/{what}", None)

    def select(self, kind: Kind, namespace: str | None = None) -> list[Object]:
        """The objects of a kind."""
        return self.store.select(kind, namespace)

    def moving(self, kind: Kind) -> list[Object]:
        """The objects of a kind, without those that stand still as they were recorded."""
        still = self.store.extra.get("recorded")
        found = self.store.select(kind)
        if not still:
            return found
        return [o for o in found if still.get(o["metadata"]["uid"]) != o["metadata"].get("generation", 1)]

    def create(self, obj: Object) -> Object:
        """Creates an object as a controller does."""
        return self.store.save(filled(obj, self.store.select(STORAGE_CLASS)))

    def status(self, obj: Object, **fields: Any) -> Object:
        """Sets fields of an object's status."""
        return self.store.save({**obj, "status": {**obj.get("status", {}), **fields}})

    def event(self, obj: Object, reason: str, message: str, source: str, *, warning: bool = False) -> None:
        """Records an event; the same one again only counts up with time."""
        meta = obj["metadata"]
        namespace = meta.get("namespace", "default")
        digest = hashlib.sha256(f"{meta['uid']}{reason}{message}".encode()).hexdigest()[:16]
        name = f"{meta['name']}.{digest}"
        before = self.store.find(EVENT, name, namespace)
        if before is not None:
            if before["count"] >= MOST or not self.elapsed(before, "again", 30):
                return
            self.restart(before, "again")
            self.store.save({**before, "count": before["count"] + 1, "lastTimestamp": self.stamp})
            return
        self.store.save(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": name, "namespace": namespace},
                "involvedObject": {
                    "apiVersion": obj["apiVersion"],
                    "kind": obj["kind"],
                    "name": meta["name"],
                    "namespace": namespace,
                    "uid": meta["uid"],
                },
                "reason": reason,
                "message": message,
                "type": "Warning" if warning else "Normal",
                "count": 1,
                "firstTimestamp": self.stamp,
                "lastTimestamp": self.stamp,
                "source": {"component": source},
                "reportingComponent": source,
            }
        )


def owned_by(owner: Object) -> list[Object]:
    """The `ownerReferences` of what a controller makes."""
    return [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def owns(owner: Object, obj: Object) -> bool:
    """Whether `owner` is among the owners of an object."""
    uid = owner["metadata"]["uid"]
    return any(ref["uid"] == uid for ref in obj["metadata"].get("ownerReferences", []))


def condition(
    kind: str, status: bool, before: Object, at: str, reason: str = "", message: str = ""
) -> Object:
    """A condition; its transition time moves only with its status."""
    old = next((c for c in before.get("status", {}).get("conditions", []) if c["type"] == kind), None)
    text = "True" if status else "False"
    since = old["lastTransitionTime"] if old and old["status"] == text else at
    found = {"type": kind, "status": text, "lastTransitionTime": since}
    if reason:
        found["reason"] = reason
    if message:
        found["message"] = message
    return found


def changed(obj: Object) -> Object:
    """A copy to change."""
    return deepcopy(obj)
