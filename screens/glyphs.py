"""Glyph and colour of every state, status and verb, and the filter that makes any screen plain ASCII."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.words import glyph

_COLORS: Mapping[str, str] = {
    State.READY: "success",
    State.PARTIAL: "warning",
    State.ABSENT: "muted",
    State.FOREIGN: "foreign",
    State.BROKEN: "error",
    State.UNKNOWN: "unknown",
    Status.PASS: "success",
    Status.WARN: "warning",
    Status.FAIL: "error",
    Status.SKIPPED: "muted",
    "create": "success",
    "update": "warning",
    "adopt": "foreign",
    "keep": "muted",
    "delete": "error",
    "run": "primary",
}
STATES: Mapping[State, tuple[str, str]] = {s: (glyph(s), _COLORS[s]) for s in State}
STATUSES: Mapping[Status, tuple[str, str]] = {s: (glyph(s), _COLORS[s]) for s in Status}
VERBS: Mapping[str, tuple[str, str]] = {
    v: (glyph(v), _COLORS[v]) for v in ("create", "update", "adopt", "keep", "delete", "run")
}
WAITING = "…"

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
BULLETS = "●" * 8

_ASCII = {
    "✓": "*",
    "◐": "~",
    "○": "o",
    "◆": "@",
    "✗": "x",
    "▲": "!",
    "▼": "v",
    "△": "^",
    "▸": ">",
    "●": "*",
    "·": "-",
    "−": "-",
    "–": "-",
    "—": "-",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "…": ".",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "×": "x",
    "≥": ">",
    "≤": "<",
    "█": "#",
    "▌": "|",
    "▐": "|",
    "▊": "|",
    "▎": "|",
}
_ASCII.update(zip(SPINNER, "/-\\|/-\\|/-", strict=True))
_ASCII.update(dict.fromkeys("─━═╌┄▔▁▂▃▄▅▆▇▀", "-"))
_ASCII.update(dict.fromkeys("│┃║╎┆▏▕", "|"))
_ASCII.update(dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝", "+"))

_ASCII.update({"▶": ">", "━": "=", "╸": "="})

_STANDING_ALONE = re.compile(r"(?<!\S)…")
"""An ellipsis after no word is the sign for waiting."""


@lru_cache(4096)
def to_ascii(text: str) -> str:
    """The text in ASCII, with as many cells as before."""
    if text.isascii():
        return text
    text = _STANDING_ALONE.sub(":", text)
    return "".join(char if char.isascii() else _plain(char) for char in text)


def _plain(char: str) -> str:
    if char in _ASCII:
        return _ASCII[char]
    if unicodedata.combining(char):
        return ""
    if unicodedata.east_asian_width(char) in "WF":
        return "??"
    base = unicodedata.normalize("NFKD", char)[0]
    return base if base.isascii() else "?"


class ToAscii(LineFilter):
    """Makes every line of every screen plain ASCII, whoever drew it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with their text in ASCII."""
        return [Segment(to_ascii(s.text), s.style, s.control) if s.text else s for s in segments]
