"""The objects of a rehearsal cluster: versions, times, and who is told of a change."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from cocalc_tui.core.kinds import Kind, kind_of

Object = dict[str, Any]
Key = tuple[str, str, str, str]


def stamp(seconds: float) -> str:
    """Unix time in seconds as the API server writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> float:
    """The Unix time of an API server's time stamp."""
    return datetime.fromisoformat(text).timestamp()


def kind_in(obj: Object) -> Kind:
    """The kind of a stored object."""
    return kind_of(obj["apiVersion"], obj["kind"], namespaced="namespace" in obj["metadata"])


def key_of(obj: Object) -> Key:
    """Where an object is kept."""
    kind, meta = kind_in(obj), obj["metadata"]
    return (kind.group, kind.plural, meta.get("namespace", ""), meta["name"])


class Store:
    """All objects with a version that grows by one with each write; `time` is Unix seconds in the world."""

    def __init__(self, time: float) -> None:
        self.time = time
        self.version = 1000
        self.timers: dict[str, float] = {}
        self.extra: dict[str, Any] = {}
        self._objects: dict[Key, Object] = {}
        self._by_kind: dict[tuple[str, str], dict[Key, Object]] = {}
        self._sorted: dict[tuple[str, str], list[Object]] = {}
        self._listeners: list[Callable[[], None]] = []

    def find(self, kind: Kind, name: str, namespace: str | None = None) -> Object | None:
        """One object; not to be changed in place."""
        return self._objects.get((kind.group, kind.plural, namespace or "", name))

    def select(self, kind: Kind, namespace: str | None = None) -> list[Object]:
        """The objects of a kind, by namespace and name; not to be changed in place."""
        which = (kind.group, kind.plural)
        found = self._sorted.get(which)
        if found is None:
            found = [o for _, o in sorted(self._by_kind.get(which, {}).items())]
            self._sorted[which] = found
        return [o for o in found if namespace is None or o["metadata"].get("namespace", "") == namespace]

    def all(self) -> Iterator[Object]:
        """Every object."""
        yield from list(self._objects.values())

    def save(self, obj: Object) -> Object:
        """Keeps a new or changed object under a new version; the same object where nothing changed."""
        key = key_of(obj)
        before = self._objects.get(key)
        if before is not None and _same(before, obj):
            return before
        self.version += 1
        meta = {**obj["metadata"], "resourceVersion": str(self.version)}
        if before is None:
            meta.setdefault("uid", str(uuid.uuid4()))
            meta.setdefault("creationTimestamp", stamp(self.time))
            if "spec" in obj:
                meta.setdefault("generation", 1)
        elif "spec" in obj and before.get("spec") != obj["spec"]:
            meta["generation"] = meta.get("generation", 1) + 1
        kept = deepcopy({**obj, "metadata": meta})
        self._objects[key] = kept
        self._by_kind.setdefault(key[:2], {})[key] = kept
        self._sorted.pop(key[:2], None)
        self._tell()
        return kept

    def remove(self, obj: Object) -> None:
        """Forgets an object."""
        key = key_of(obj)
        if self._objects.pop(key, None) is not None:
            self._by_kind[key[:2]].pop(key)
            self._sorted.pop(key[:2], None)
            self.version += 1
            uid = obj["metadata"].get("uid", "")
            self.timers = {k: v for k, v in self.timers.items() if not k.startswith(uid)}
            self._tell()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after each change until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def dump(self) -> dict[str, Any]:
        """Everything as plain JSON."""
        return {
            "time": self.time,
            "version": self.version,
            "timers": self.timers,
            "extra": self.extra,
            "objects": list(self._objects.values()),
        }

    def load(self, saved: dict[str, Any]) -> None:
        """Takes over what `dump` gave."""
        self.time, self.version = saved["time"], saved["version"]
        self.timers, self.extra = dict(saved["timers"]), dict(saved["extra"])
        self._objects, self._by_kind, self._sorted = {}, {}, {}
        for obj in saved["objects"]:
            key = key_of(obj)
            self._objects[key] = obj
            self._by_kind.setdefault(key[:2], {})[key] = obj
        self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


def _same(before: Object, after: Object) -> bool:
    ignored = ("resourceVersion",)
    return {**before, "metadata": None} == {**after, "metadata": None} and {
        k: v for k, v in before["metadata"].items() if k not in ignored
    } == {k: v for k, v in after["metadata"].items() if k not in ignored}
