"""Where the entries of a YAML text begin and end, by the parser's marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

MARK = re.compile(r"# cocalc-tui: (\S+) ([0-9a-f]{6})[ \t]*$")
_LITERAL = ("|", ">")
Path = tuple[str, ...]


def is_alias(key: Any, value: Any) -> bool:
    """Whether a value is an alias: its node stands where the anchor is, before the key."""
    return bool(value.start_mark.index < key.end_mark.index)


class Places:
    """Offsets in one text, which ends with a newline unless it is empty."""

    def __init__(self, text: str) -> None:
        self.text = text

    def mark(self, key: Any, value: Any) -> re.Match[str] | None:
        """Our comment at the end of an entry's first line."""
        at = key.end_mark.index
        if value.start_mark.line == value.end_mark.line == key.start_mark.line and value.end_mark.index > at:
            at = value.end_mark.index
        return MARK.search(self.text[at : self.next_line(at)].rstrip("\r\n"))

    def line_start(self, at: int) -> int:
        """Where the line of an offset begins."""
        return self.text.rfind("\n", 0, at) + 1

    def next_line(self, at: int) -> int:
        """Where the next line begins; the offset itself if it begins one."""
        if at and self.text[at - 1] == "\n":
            return at
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1

    def end(self, key: Any, value: Any) -> int:
        """Where the content of an entry ends."""
        if is_alias(key, value):
            return int(key.end_mark.index)
        if isinstance(value, yaml.CollectionNode) and not value.flow_style and value.value:
            return self.after(value, 1 << 30)
        if isinstance(value, yaml.ScalarNode) and value.style in _LITERAL:
            return self.line_start(value.end_mark.index) or len(self.text)
        return int(value.end_mark.index)

    def after(self, node: Any, column: int) -> int:
        """Where the line after the last content of a block begins, and after its own trailing comments."""
        at = self.line_start(node.end_mark.index)
        if node.end_mark.index >= len(self.text) or at == len(self.text):
            at = len(self.text)
        floor = 0
        last = node
        while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
            last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
        if isinstance(last, yaml.ScalarNode) and last.style in _LITERAL:
            floor = self.line_start(last.end_mark.index)
        while at > floor:
            start = self.line_start(at - 1)
            if self.text[start:at].strip() and not self.text[start:at].lstrip().startswith("#"):
                break
            at = start
        while at < len(self.text):
            line = self.text[at : self.next_line(at + 1)]
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) < max(column, 1):
                break
            at += len(line)
        return at


def steps(node: yaml.MappingNode) -> Iterator[tuple[int, int]]:
    """Columns of a block mapping and of a block mapping in it."""
    for key, value in node.value:
        nested = isinstance(value, yaml.MappingNode) and value.value and not value.flow_style
        if nested and not is_alias(key, value):
            yield key.start_mark.column, value.value[0][0].start_mark.column
            yield from steps(value)


def line_of(root: yaml.MappingNode | None, path: Path) -> int | None:
    """The line of a key, or of its nearest key above."""
    node: Any = root
    line = None
    for part in path:
        pair = next(
            (p for p in getattr(node, "value", ()) if isinstance(p, tuple) and p[0].value == part), None
        )
        if pair is None:
            break
        line, node = pair[0].start_mark.line + 1, pair[1]
    return line
