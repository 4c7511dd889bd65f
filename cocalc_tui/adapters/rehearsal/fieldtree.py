"""Objects as trees of fields: which lists are keyed, which values are atomic (server-side apply)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]
Object = dict[str, Any]

# Lists whose items have a key, by the field's name; `listType=map` in the API's own schema.
KEYED: dict[str, tuple[str, ...]] = {
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
SETS = {"finalizers"}
ATOMIC = {"nodeSelector", "selector", "secretKeyRef", "configMapKeyRef", "fieldRef", "roleRef"}
ITEM = "."


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every field that a manager can own, with its value; an item of a keyed list is one itself."""
    name = path[-1][2:] if path and path[-1].startswith("f:") else ""
    if isinstance(value, dict) and value and name not in ATOMIC:
        for key, item in value.items():
            yield from leaves(item, (*path, f"f:{key}"))
    elif isinstance(value, list) and value and (keys := keys_of(path)):
        for item in value:
            here = (*path, item_key(item, keys))
            yield (*here, ITEM), None
            for key, part in item.items():
                yield from leaves(part, (*here, f"f:{key}"))
    elif isinstance(value, list) and name in SETS:
        for item in value:
            yield (*path, "v:" + json.dumps(item)), item
    else:
        yield path, value


def keys_of(path: Path) -> tuple[str, ...]:
    """The keys of a list's items; empty for an atomic list."""
    name = path[-1][2:]
    if name == "ports":
        if path[-2] == "f:spec":
            return ("port", "protocol")
        return ("containerPort", "protocol") if path[-2].startswith("k:") else ()
    if name == "imagePullSecrets" and len(path) == 1:
        return ()
    return KEYED.get(name, ())


def item_key(item: Object, keys: tuple[str, ...]) -> str:
    """The key of one item, as `managedFields` writes it; a port without protocol is TCP."""
    found = {key: item.get(key, "TCP" if key == "protocol" else "") for key in keys}
    return "k:" + json.dumps(found, sort_keys=True, separators=(",", ":"))


def lookup(tree: Any, path: Path) -> Any:
    """The value at a path; `None` where there is none, `True` for an item or a set's value that exists."""
    for step in path:
        if tree is None:
            return None
        if step == ITEM:
            return True
        if step.startswith("f:"):
            tree = tree.get(step[2:]) if isinstance(tree, dict) else None
        elif step.startswith("k:"):
            tree = _item(tree, step)
        else:
            return json.loads(step[2:]) if isinstance(tree, list) and json.loads(step[2:]) in tree else None
    return tree


def put(tree: Object, path: Path, value: Any) -> None:
    """Sets the field at a path, making what leads to it."""
    here: Any = tree
    for index, step in enumerate(path):
        last = index == len(path) - 1
        following = path[index + 1] if not last else ""
        if step == ITEM:
            return
        if step.startswith("v:"):
            if json.loads(step[2:]) not in here:
                here.append(json.loads(step[2:]))
            return
        if step.startswith("k:"):
            found = _item(here, step)
            if found is None:
                found = json.loads(step[2:])
                here.append(found)
            here = found
        elif last:
            here[step[2:]] = value
        else:
            empty: Any = {} if following.startswith("f:") else []
            if not isinstance(here.get(step[2:]), type(empty)):
                here[step[2:]] = empty
            here = here[step[2:]]


def drop(tree: Object, path: Path) -> None:
    """Takes the field at a path away, and the maps that it leaves empty."""
    parent = lookup(tree, path[:-1]) if len(path) > 1 else tree
    step = path[-1]
    if step == ITEM:
        key = path[-2]
        items = lookup(tree, path[:-2])
        if isinstance(items, list) and (found := _item(items, key)) is not None:
            items.remove(found)
            _prune(tree, path[:-2])
    elif step.startswith("v:"):
        if isinstance(parent, list) and json.loads(step[2:]) in parent:
            parent.remove(json.loads(step[2:]))
            _prune(tree, path[:-1])
    elif isinstance(parent, dict) and step[2:] in parent:
        del parent[step[2:]]
        _prune(tree, path[:-1])


def text(path: Path) -> str:
    """The path as the API server writes it in a conflict."""
    parts = []
    for step in path:
        if step.startswith("f:"):
            parts.append("." + step[2:])
        elif step.startswith("k:"):
            keys = json.loads(step[2:]).items()
            parts.append("[" + ",".join(f"{k}={json.dumps(v)}" for k, v in keys) + "]")
        elif step.startswith("v:"):
            parts.append(f"[={step[2:]}]")
    return "".join(parts)


def nested(paths: set[Path]) -> Object:
    """Paths as `fieldsV1` of `managedFields`."""
    root: Object = {}
    for path in sorted(paths):
        here = root
        for step in path:
            here = here.setdefault(step, {})
    return root


def flat(fields: Object, path: Path = ()) -> set[Path]:
    """The paths of a `fieldsV1`; a `.` beside fields is the map itself, which nobody fights for."""
    found: set[Path] = set()
    for step, below in fields.items():
        if step == ITEM:
            if path and path[-1].startswith("k:"):
                found.add((*path, ITEM))
        elif below:
            found |= flat(below, (*path, step))
        else:
            found.add((*path, step))
    return found


def _item(items: Any, key: str) -> Any:
    wanted = json.loads(key[2:])
    if not isinstance(items, list):
        return None
    for item in items:
        if all(item.get(k, "TCP" if k == "protocol" else "") == v for k, v in wanted.items()):
            return item
    return None


def _prune(tree: Object, path: Path) -> None:
    found = lookup(tree, path)
    if path and found in ({}, []) and path[-1].startswith("f:") and path != ("f:spec",):
        drop(tree, path)
