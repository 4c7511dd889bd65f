"""From wishes to key paths that this chart has (`cocalc-chart.md`, section 7: the layout is not public)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.values import Setting, join, leaves, split
from cocalc_tui.core.wish import Wish
from cocalc_tui.core.yaml_text import canonical

# Mappings whose keys are free, by their documented name, or because Kubernetes defines them
FREE = frozenset({"global.settings", "global.sso", "global.software"})
FREE_NAMES = frozenset(
    [
        "resources",
        "requests",
        "limits",
        "annotations",
        "labels",
        "nodeSelector",
        "affinity",
        "env",
        "extraEnv",
    ]
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A key that this chart does not have, with the nearest that it has."""

    path: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where each wish goes. `secrets` go into the second file; `unresolved` have no place in this chart."""

    settings: tuple[Setting, ...] = ()
    secrets: tuple[tuple[str, SecretRef, str], ...] = ()
    unresolved: tuple[Wish, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    dangling: tuple[str, ...] = ()


class ChartKeys:
    """The keys of one chart: its defaults, those of its sub-charts, and its schema."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        values = dict(document.get("values") or {})
        for name, sub in (document.get("subcharts") or {}).items():
            below = sub.get("values") or {}
            values[name] = _over(below, values.get(name) or {})
            values["global"] = _over(below.get("global") or {}, values.get("global") or {})
        self.values = values
        self.schema: Mapping[str, Any] = document.get("schema") or {}

    def default(self, path: str) -> Any:
        """The default of a key, None where there is none."""
        found: Any = self.values
        for part in split(path):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def rule(self, path: str) -> Mapping[str, Any]:
        """What the schema says of a key, empty where it says nothing."""
        node: Mapping[str, Any] = self.schema
        for part in split(path):
            node = self._target(node)
            properties = node.get("properties") or {}
            more = node.get("additionalProperties")
            node = properties.get(part) or (more if isinstance(more, Mapping) else {})
        return self._target(node)

    def has(self, path: str) -> bool:
        """Whether the chart knows a key, by name or because the mapping above it takes any."""
        found: Any = self.values
        node: Mapping[str, Any] = self.schema
        parts = split(path)
        if parts[0] == "tags":  # helm's own switch of sub-charts
            return True
        for depth, part in enumerate(parts):
            node = self._target(node)
            properties = node.get("properties") or {}
            if self._free(found, node, parts[:depth]):
                return True
            here = isinstance(found, Mapping) and part in found
            if not here and part not in properties:
                return False
            found = found[part] if here else _MISSING
            node = properties.get(part) or {}
        return True

    def names(self) -> tuple[str, ...]:
        """Every key path that has a default."""
        return tuple(_paths(self.values))

    def near(self, path: str) -> tuple[str, ...]:
        """The most similar key paths; those that end in the same name first."""
        last = split(path)[-1]
        names = self.names()
        ends = [n for n in names if split(n)[-1] == last]
        return tuple(dict.fromkeys([*ends[:2], *get_close_matches(path, names, 3, 0.75)]))[:3]

    def _target(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = node.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return node
        target: Any = self.schema
        for part in reference[2:].split("/"):
            target = target.get(part) if isinstance(target, Mapping) else None
        return target if isinstance(target, Mapping) and "$ref" not in target else {}

    @staticmethod
    def _free(found: Any, node: Mapping[str, Any], path: Sequence[str]) -> bool:
        if not path:
            return False
        if isinstance(found, Mapping) and not found and not node.get("properties"):
            return True
        if isinstance(node.get("additionalProperties"), Mapping) or node.get("patternProperties"):
            return True
        exists = found is not _MISSING or bool(node)
        return exists and (join(path) in FREE or path[-1] in FREE_NAMES or found is None)


_MISSING = object()


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = _over(old, value) if both else value  # type: ignore[arg-type]
    return merged


def _paths(values: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[str]:
    for key, value in values.items():
        path = (*above, str(key))
        yield join(path)
        if isinstance(value, Mapping):
            yield from _paths(value, path)


def chart_keys(document: Mapping[str, Any]) -> ChartKeys | None:
    """The keys of a chart as its probe saw it; None where it could not be read."""
    if not document.get("found") or document.get("error") or not isinstance(document.get("values"), Mapping):
        return None
    return _keys(_Same(document))


class _Same:
    """A document as a key of a cache, by identity: it is large, and each check asks."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.document is self.document


@lru_cache(maxsize=8)
def _keys(same: _Same) -> ChartKeys:
    return ChartKeys(same.document)


def place(wish: Wish, chart: ChartKeys | None) -> str | None:
    """The key path of a wish: the first that this chart has; without a chart, only a documented one."""
    for candidate in wish.candidates:
        if chart.has(candidate.path) if chart else candidate.confidence == "documented":
            return candidate.path
    return None


def resolve(wishes: Sequence[Wish], chart: ChartKeys | None, overrides: Mapping[str, Any]) -> Resolved:
    """Where each wish and each override goes.

    An override is a value for a dotted path, or `{"from": "STEP.FIELD"}`: that answer goes there.
    """
    links = {str(v["from"]): path for path, v in overrides.items() if _is_link(v)}
    settings: dict[str, Setting] = {}
    secrets: dict[str, tuple[str, SecretRef, str]] = {}
    unresolved = []
    for wish in wishes:
        path = links.pop(f"{wish.step}.{wish.field}", None) or place(wish, chart)
        if path is None:
            unresolved.append(wish)
        elif isinstance(wish.value, SecretRef):
            secrets[path] = (path, wish.value, wish.step)
        else:
            settings[path] = Setting(path, fitting(path, wish.value), wish.step)
    for path, value in overrides.items():
        if not _is_link(value):
            for parts, leaf in _flat(path, value):
                settings[parts] = Setting(parts, fitting(parts, leaf), "values")
    named = [*settings, *secrets]
    unknown = [Unknown(p, chart.near(p)) for p in named if chart and not chart.has(p)]
    return Resolved(
        _merged(settings), tuple(secrets.values()), tuple(unresolved), tuple(unknown), tuple(links)
    )


def fitting(path: str, value: Any) -> Any:
    """A value as its place takes it: `global.settings` holds texts, yes and no for true and false."""
    if not path.startswith("global.settings.") or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return canonical(value)


def unknown_keys(values: Mapping[str, Any], chart: ChartKeys) -> tuple[Unknown, ...]:
    """The keys of a values file that this chart does not have, each at its highest unknown key."""
    found: dict[str, None] = {}
    for path, _ in leaves(values):
        if not chart.has(join(path)):
            depth = next(d for d in range(1, len(path) + 1) if not chart.has(join(path[:d])))
            found[join(path[:depth])] = None
    return tuple(Unknown(path, chart.near(path)) for path in found)


def _is_link(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"from"} and isinstance(value["from"], str)


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value and not path.startswith("global.settings."):
        for key, below in value.items():
            yield from _flat(f"{path}.{join((key,))}", below)
    else:
        yield path, value


def _merged(settings: Mapping[str, Setting]) -> tuple[Setting, ...]:
    """No setting below another: what lies below a mapping becomes part of it. `global` comes first."""
    result = dict(settings)
    for path in sorted(settings, key=len):
        for above in [a for a in result if path.startswith(f"{a}.")]:
            inner = result.pop(path)
            outer = result[above]
            if isinstance(outer.value, Mapping):
                keys = split(path)[len(split(above)) :]
                for key in reversed(keys):
                    inner = Setting(path, {key: inner.value}, inner.step)
                result[above] = Setting(above, _over(outer.value, inner.value), outer.step)
            break
    return tuple(sorted(result.values(), key=lambda s: not s.path.startswith("global.")))
