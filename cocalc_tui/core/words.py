"""Glyphs and words of states, statuses and verbs: one table for the full screen and for text."""

from __future__ import annotations

from cocalc_tui.core.findings import State, Status

GLYPHS: dict[str, tuple[str, str]] = {
    State.READY: ("✓", "*"),
    State.PARTIAL: ("◐", "~"),
    State.ABSENT: ("○", "o"),
    State.FOREIGN: ("◆", "@"),
    State.BROKEN: ("✗", "x"),
    State.UNKNOWN: ("?", "?"),
    Status.PASS: ("✓", "*"),
    Status.WARN: ("▲", "!"),
    Status.FAIL: ("✗", "x"),
    Status.SKIPPED: ("·", "."),
    "create": ("+", "+"),
    "update": ("~", "~"),
    "adopt": ("◆", "@"),
    "keep": ("=", "="),
    "delete": ("−", "-"),
    "run": ("▸", ">"),
    "waiting": ("…", ":"),
    "remedy": ("→", "->"),
}


def glyph(word: str, ascii_only: bool = False) -> str:
    """The glyph of a state, status or verb (look.md, "States")."""
    pair = GLYPHS.get(str(word), ("·", "."))
    return pair[1] if ascii_only else pair[0]


def duration(seconds: float) -> str:
    """A duration as the screens write it: "0.2 s", "48 s", "3:49"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
