"""The chart's keys with their defaults and comments, and what the file and the answers make of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from cocalc_tui.core import chart_view, values_view
from cocalc_tui.core.resolve import ChartKeys
from cocalc_tui.core.values import Edited, Entry, Setting, ValuesError, compose, join, lookup, parse
from cocalc_tui.core.view import View
from cocalc_tui.core.yaml_text import inline

Shape = dict[str, "Shape | None"]
SECRET = re.compile(r"(password|token|secret_?key|private_?key|credentials)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one key. `by` is the step that sets it; `mine` the value of the user's file."""

    path: str
    has_default: bool = False
    default: Any = None
    by: str = ""
    answer: Any = None
    in_file: bool = False
    mine: Any = None
    hand: bool = False
    secret: bool = False
    known: bool = True
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of one snapshot. `edited` is None where the file cannot be edited, `why` tells the reason."""

    chart: ChartKeys | None
    edited: Edited | None
    text: str
    why: str
    wrong_line: int
    values: Mapping[str, Any]
    settings: Mapping[str, Setting]
    secrets: Mapping[str, str]
    entries: Mapping[str, Entry]
    comments: Mapping[str, str]
    lines: Mapping[int, str] = field(default_factory=dict)

    def standing(self, path: str) -> Standing:
        """One key."""
        found, default = lookup(self.chart.values, path) if self.chart else (False, None)
        entry = self.entries.get(path)
        setting = self.settings.get(path)
        in_file, mine = lookup(self.values, path)
        return Standing(
            path,
            found,
            default,
            setting.step if setting else self.secrets.get(path, ""),
            setting.value if setting else None,
            in_file,
            mine,
            entry is not None and entry.status == "hand",
            path in self.secrets or bool(SECRET.search(path.rpartition(".")[2])),
            self.chart is None or self.chart.has(path),
            entry.line if entry else next((n for n, p in self.lines.items() if p == path), None),
        )

    @property
    def by_hand(self) -> tuple[Entry, ...]:
        """The keys of ours that were changed by hand."""
        return tuple(e for e in self.entries.values() if e.status == "hand")


def keys_of(view: View) -> Keys:
    """The keys of a snapshot."""
    chart = chart_view.keys(view)
    resolved = values_view.resolved(view)
    seen = str(view.result(values_view.file(view)).get("text") or "")
    result, why, line = None, "", 0
    if not view.seen(values_view.file(view)):
        why = "the file was not seen yet"
    else:
        try:
            result = values_view.edited(view)
        except ValuesError as error:
            why, line = error.message, error.line
    text = result.text if result else seen
    values: Mapping[str, Any] = {}
    if result:
        values = parse(text)
    return Keys(
        chart,
        result,
        text,
        why,
        line,
        values,
        {s.path: s for s in resolved.settings},
        {path: step for path, _, step in resolved.secrets},
        {e.path: e for e in result.entries if e.status != "removed"} if result else {},
        _comments_of(chart_view.document(view)),
        key_lines(text) if result else {},
    )


def shape(keys: Keys) -> Shape:
    """All keys as nested names: of the chart, then of the file and the answers."""
    tree: Shape = {}
    if keys.chart:
        _grow(tree, keys.chart.values)
    _grow(tree, keys.values)
    for path in (*keys.settings, *keys.secrets):
        level: Shape = tree
        *above, last = path.split(".")
        for part in above:
            below = level.get(part)
            if below is None:
                below = level[part] = {}
            level = below
        level.setdefault(last, None)
    return tree


def _grow(tree: Shape, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            below = tree.get(str(name))
            if below is None:
                below = tree[str(name)] = {}
            _grow(below, value)
        else:
            tree.setdefault(str(name), None)


def leaves_of(tree: Shape, above: tuple[str, ...] = ()) -> Iterator[str]:
    """The paths that hold no further keys."""
    for name, below in tree.items():
        path = (*above, name)
        if below is None:
            yield join(path)
        else:
            yield from leaves_of(below, path)


def matches(keys: Keys, path: str, words: list[str]) -> bool:
    """Whether a key has all words in its path, its comment or its default."""
    if not words:
        return True
    found = keys.standing(path)
    text = f"{path} {keys.comments.get(path, '')} {shown(found.default, found.secret)} {found.by}".lower()
    return all(w in text for w in words)


def shown(value: Any, secret: bool = False) -> str:
    """A value on one line; what may be a secret is not shown."""
    if secret and value not in ("", None, False):
        return "●●●●●●●●"
    return inline(value, quoted=isinstance(value, str))


@lru_cache(maxsize=32)
def key_lines(text: str) -> Mapping[int, str]:
    """The key path that begins in each line; lines count from 1."""
    try:
        return {line: join(path) for line, path in _walk(compose(text), ())}
    except ValuesError:
        return {}


def _walk(node: Any, above: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = (*above, str(key.value))
            yield key.start_mark.line + 1, path
            yield from _walk(value, path)


def _comments_of(document: Mapping[str, Any]) -> Mapping[str, str]:
    found = dict(comments(str(document.get("values_text") or "")))
    for name, sub in (document.get("subcharts") or {}).items():
        for path, text in comments(str(sub.get("values_text") or "")).items():
            found.setdefault(path if path.startswith("global") else f"{name}.{path}", text)
    return found


@lru_cache(maxsize=64)
def comments(text: str) -> Mapping[str, str]:
    """The comment above each key of a values file."""
    lines = text.splitlines()
    found: dict[str, str] = {}
    for number, path in key_lines(text).items():
        rows: list[str] = []
        at = number - 2
        while at >= 0 and lines[at].lstrip().startswith("#"):
            rows.insert(0, lines[at].lstrip().lstrip("#").strip().removeprefix("-- "))
            at -= 1
        if rows:
            found[path] = " ".join(r for r in rows if r)
    return found
