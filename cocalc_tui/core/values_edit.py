"""The one edit of a values file: it changes only whole entries of ours, and proves the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import yaml

from cocalc_tui.core.values import (
    HEADER,
    Edited,
    Entry,
    Path,
    Setting,
    ValuesError,
    compose,
    join,
    leaves,
    lookup,
    parse,
    same,
    split,
)
from cocalc_tui.core.values_places import Places, is_alias, line_of, steps
from cocalc_tui.core.yaml_text import block, canonical, inline, short_hash

Tree = dict[str, Any]


class Editor:
    """Collects replacements of character ranges, then makes them all at once and proves the result."""

    def __init__(self, text: str, settings: Sequence[Setting], remove: bool) -> None:
        self.bom = "\ufeff" if text.startswith("\ufeff") else ""
        self.text = text.removeprefix("\ufeff")
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        self.original = text
        if self.text and not self.text.endswith("\n"):
            self.text += self.newline
        self.places = Places(self.text)
        self.settings = {s.path: s for s in settings}
        self.remove = remove
        self.before = parse(text)
        self.edits: list[tuple[int, int, str]] = []
        self.entries: list[Entry] = []
        self.width = 2

    def run(self) -> Edited:
        """The edited text. Raises `ValuesError` where the file's form cannot be edited in place."""
        root = compose(self.text)
        wanted = self._tree()
        if root is None:
            self._insert(len(self.text), wanted, (), 0)
        else:
            self.width = next((c - p for p, c in steps(root)), 2)
            self._mapping(root, wanted, ())
        if not self.edits:
            return Edited(self.original, self._with_lines(self.original))
        text = self.text
        for start, end, new in sorted(self.edits, key=lambda e: e[:2])[::-1]:
            text = text[:start] + new + text[end:]
        if not self.text:
            text = HEADER + text
        self._prove(text)
        return Edited(self.bom + text, self._with_lines(text))

    def _tree(self) -> Tree:
        tree: Tree = {}
        for setting in self.settings.values():
            *above, last = split(setting.path)
            level = tree
            for part in above:
                level = level.setdefault(part, {})
            level[last] = setting
        return tree

    def _mapping(self, node: yaml.MappingNode, wanted: Tree, path: Path) -> int:
        """Edits below one mapping; gives how many keys it has afterwards."""
        found = {str(k.value): (k, v) for k, v in node.value}
        kept = len(found)
        for name, (key, value) in found.items():
            kept -= self._pair(node, key, value, wanted.get(name), (*path, name))
        missing = {n: w for n, w in wanted.items() if n not in found}
        missing = {n: w for n, w in missing.items() if not self._merged(w)}
        if missing and node.flow_style:
            self._insert_inline(node, missing, path)
        elif missing:
            column = node.value[0][0].start_mark.column
            at = self.places.line_start(node.end_mark.index) if not path else self.places.after(node, column)
            self._insert(at, missing, path, column)
        return kept + len(missing)

    def _pair(self, above: yaml.MappingNode, key: Any, value: Any, want: Any, path: Path) -> int:
        """Edits one entry; 1 if it went away."""
        if want is None:
            return self._unwanted(above, key, value, path)
        if isinstance(want, Setting):
            self._leaf(above, key, value, want)
            return 0
        alias = is_alias(key, value)
        empty = not alias and value.start_mark.index == value.end_mark.index
        if isinstance(value, yaml.MappingNode) and not alias:
            if value.value:
                self._mapping(value, want, path)
                return 0
            empty = not above.flow_style
        if empty and not above.flow_style:
            if value.start_mark.index != value.end_mark.index:
                start = len(self.text[: value.start_mark.index].rstrip(" "))
                self.edits.append((start, value.end_mark.index, ""))
            at = self.places.next_line(value.end_mark.index)
            self._insert(at, want, path, key.start_mark.column + self.width)
            return 0
        for setting in _settings(want):
            self._judge_only(setting)
        return 0

    def _unwanted(self, above: yaml.MappingNode, key: Any, value: Any, path: Path) -> int:
        """Takes away what is ours, unchanged and no longer wanted; 1 if the entry went away."""
        mark = None if above.flow_style else self.places.mark(key, value)
        if mark and self.remove:
            exists, theirs = lookup(self.before, join(path))
            if exists and short_hash(theirs) == mark[2]:
                start, end = self.places.line_start(key.start_mark.index), self.places.end(key, value)
                self.edits.append((start, self.places.next_line(end), ""))
                self.entries.append(Entry(join(path), mark[1], "removed", None, theirs))
                return 1
        alias = is_alias(key, value)
        if (
            isinstance(value, yaml.MappingNode)
            and not alias
            and value.value
            and not self._mapping(value, {}, path)
        ):
            # an empty block would be null, which deletes the chart's defaults
            line = self.text[
                self.places.line_start(key.start_mark.index) : self.places.next_line(key.end_mark.index)
            ]
            if "#" in line:
                at = key.end_mark.index + 1
                self.edits.append((at, at, " {}"))
                return 0
            start = self.places.line_start(key.start_mark.index)
            self.edits.append((start, start + len(line), ""))
            return 1
        return 0

    def _leaf(self, above: yaml.MappingNode, key: Any, value: Any, want: Setting) -> None:
        _, theirs = lookup(self.before, want.path)
        if same(theirs, want.value):
            self.entries.append(Entry(want.path, want.step, "same", want.value, theirs))
            return
        mark = None if above.flow_style else self.places.mark(key, value)
        if not mark or short_hash(theirs) != mark[2]:
            self.entries.append(Entry(want.path, want.step, "hand", want.value, theirs))
            return
        start, end = (
            self.places.line_start(key.start_mark.index),
            self.places.next_line(self.places.end(key, value)),
        )
        self.edits.append((start, end, self._lines(want, split(want.path)[-1], key.start_mark.column)))
        self.entries.append(Entry(want.path, want.step, "updated", want.value, theirs))

    def _judge_only(self, setting: Setting) -> None:
        """A place that cannot be edited: below an alias, a list or a bare value of the user's."""
        exists, theirs = lookup(self.before, setting.path)
        status = "same" if exists and same(theirs, setting.value) else "hand"
        self.entries.append(Entry(setting.path, setting.step, status, setting.value, theirs))  # type: ignore[arg-type]

    def _merged(self, want: Any) -> bool:
        """Whether the wanted keys come by a merge key (<<) of the user's."""
        settings = list(_settings(want))
        if not all(lookup(self.before, s.path)[0] for s in settings):
            return False
        for setting in settings:
            self._judge_only(setting)
        return True

    def _insert(self, at: int, wanted: Tree, path: Path, column: int) -> None:
        text = "".join(self._tree_lines(wanted, column))
        if text:
            self.edits.append((at, at, text))
        self.entries += [Entry(s.path, s.step, "set", s.value) for s in _settings(wanted)]

    def _insert_inline(self, node: yaml.MappingNode, wanted: Tree, path: Path) -> None:
        quoted = path[:2] == ("global", "settings")
        pairs = (f"{inline(n)}: {inline(_plain(w), quoted=quoted)}" for n, w in wanted.items())
        key, value = node.value[-1]
        alias = is_alias(key, value)
        at = node.end_mark.index - 1 if alias else value.end_mark.index
        self.edits.append((at, at, "".join(f", {pair}" for pair in pairs)))
        self.entries += [Entry(s.path, s.step, "set", s.value) for s in _settings(wanted)]

    def _tree_lines(self, wanted: Tree, column: int) -> Iterator[str]:
        for name, want in wanted.items():
            if isinstance(want, Setting):
                yield self._lines(want, name, column)
            else:
                yield " " * column + inline(name) + ":" + self.newline
                yield from self._tree_lines(want, column + self.width)

    def _lines(self, want: Setting, name: str, column: int) -> str:
        note = f"cocalc-tui: {want.step} {short_hash(want.value)}"
        quoted = want.path.startswith("global.settings.")
        lines = block(name, want.value, indent=column, width=self.width, note=note, quoted=quoted)
        return "".join(line + self.newline for line in lines)

    def _prove(self, text: str) -> None:
        expected = dict(leaves(self.before))
        for entry in self.entries:
            path = split(entry.path)
            if entry.status in ("updated", "removed"):
                expected = {p: v for p, v in expected.items() if p[: len(path)] != path}
            if entry.status in ("set", "updated"):
                wanted = entry.ours
                expected |= dict(leaves(wanted, path)) if isinstance(wanted, dict) else {path: wanted}
        # a key without a value that we filled is no longer null
        expected = {p: v for p, v in expected.items() if v is not None or not _has_below(expected, p)}
        if canonical(_texts(expected)) != canonical(_texts(dict(leaves(parse(text))))):
            raise ValuesError(
                1, "the form of this file cannot be edited in place; write the keys in block form"
            )

    def _with_lines(self, text: str) -> tuple[Entry, ...]:
        root = compose(text)
        order = {path: number for number, path in enumerate(self.settings)}
        self.entries.sort(key=lambda e: order.get(e.path, len(order)))
        return tuple(
            e if e.status == "removed" else replace(e, line=line_of(root, split(e.path)))
            for e in self.entries
        )


def _texts(values: dict[Path, Any]) -> dict[str, Any]:
    return {join(path): value for path, value in values.items()}


def _has_below(values: dict[Path, Any], path: Path) -> bool:
    return any(len(p) > len(path) and p[: len(path)] == path for p in values)


def _settings(want: Any) -> Iterator[Setting]:
    if isinstance(want, Setting):
        yield want
    else:
        for below in want.values():
            yield from _settings(below)


def _plain(want: Any) -> Any:
    return want.value if isinstance(want, Setting) else {name: _plain(below) for name, below in want.items()}
