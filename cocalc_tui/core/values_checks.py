"""Judgements of the values file against the chart's defaults, its schema and the hub's own rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cocalc_tui.core.resolve import ChartKeys, Unknown
from cocalc_tui.core.settings import problem
from cocalc_tui.core.values import Entry, Setting, join, leaves

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (Mapping,),
    "null": (type(None),),
}
_SENSITIVE = re.compile(r"password|secret|token|key|credential", re.IGNORECASE)
SETTINGS = "global.settings."


def setting_problems(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Each site setting with which the hub would refuse to start."""
    found = values.get("global")
    given = found.get("settings") if isinstance(found, Mapping) else None
    rows = given.items() if isinstance(given, Mapping) else ()
    return tuple(f"{SETTINGS}{key} {wrong}" for key, value in rows if (wrong := problem(str(key), value)))


def type_problems(values: Mapping[str, Any], chart: ChartKeys) -> tuple[str, ...]:
    """Each value that has another type than the chart's default or schema, or that the hub would refuse."""
    return tuple(_problems(values, chart))


def _problems(values: Mapping[str, Any], chart: ChartKeys) -> Iterator[str]:
    for parts, value in leaves(values):
        path = join(parts)
        wrong = problem(path.removeprefix(SETTINGS), value) if path.startswith(SETTINGS) else None
        wrong = wrong or _schema_problem(value, chart.rule(path)) or _default_problem(value, chart, path)
        if wrong:
            yield f"{path} {wrong}"


def _schema_problem(value: Any, rule: Mapping[str, Any]) -> str | None:
    wanted = rule.get("type")
    names = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if names and not any(_is_type(value, name) for name in names) and value is not None:
        return "must be of type " + " or ".join(names)
    if "enum" in rule and value not in rule["enum"]:
        return "must be one of " + ", ".join(str(word) for word in rule["enum"])
    return None


def _is_type(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES.get(name, (object,)))


def _default_problem(value: Any, chart: ChartKeys, path: str) -> str | None:
    default = chart.default(path)
    if default is None or value is None:
        return None
    for kind, name in ((Mapping, "a mapping"), (list, "a list"), (bool, "true or false")):
        if isinstance(default, kind) != isinstance(value, kind):
            what = f"must be {name}" if isinstance(default, kind) else f"must not be {name}"
            return f"{what}, as in the chart"
    return None


def by_hand(entry: Entry) -> str:
    """A key with its value in the file and the answer's; what may be a secret is not shown."""
    if _SENSITIVE.search(entry.path):
        return f"{entry.path} differs from the answer"
    return f"{entry.path} is {entry.theirs!r} in line {entry.line}, the answer is {entry.ours!r}"


def unknown_text(unknown: Unknown) -> str:
    """An unknown key with the nearest known ones."""
    return unknown.path + (f" (near: {', '.join(unknown.near)})" if unknown.near else "")


def some(names: Sequence[str], most: int = 3) -> str:
    """The first of several names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def cause(error: str, settings: tuple[Setting, ...]) -> str:
    """The steps whose values an error message names, empty where it names none."""
    named = [s for s in settings if s.path in error]
    return ", ".join(dict.fromkeys(f"{s.path} (step {s.step})" for s in named))
