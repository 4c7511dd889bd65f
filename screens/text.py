"""Pieces of styled text: cut, padded and wrapped to a width, with glyphs that carry their word's colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from textual.content import Content

from cocalc_tui.core.findings import State, Status
from cocalc_tui.screens.glyphs import STATES, STATUSES, VERBS

Part = Content | str | tuple[str, str]


def line(*parts: Part) -> Content:
    """One text of parts, each plain or (text, style); nothing in it is read as markup."""
    return Content.assemble(*parts)


def lines(parts: Iterable[Content]) -> Content:
    """Several lines as one text."""
    return Content("\n").join(parts)


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells, with an ellipsis where something is missing."""
    text = " ".join(text.split())
    content = Content(text)
    if content.cell_length <= width:
        return text
    return content.truncate(max(0, width - 1)).plain.rstrip(" ,;:") + "…" if width > 0 else ""


def fit(text: str, width: int) -> str:
    """The text in exactly `width` cells."""
    short = cut(text, width)
    return short + " " * (width - Content(short).cell_length)


def wrapped(text: str, width: int, style: str = "", first: Part = "", hang: int = 0) -> list[Content]:
    """The text wrapped to a width, its later lines hanging below the first one's beginning.

    Lines of the text that are indented are commands: they keep their own line and get the primary colour.
    """
    result: list[Content] = []
    for raw in text.splitlines() or [""]:
        command = raw.startswith("  ")
        rows = textwrap.wrap(raw.strip(), max(12, width - hang), break_on_hyphens=False) or [""]
        for row in rows:
            lead = line(first) if not result else Content(" " * hang)
            result.append(line(lead, (row, "$primary" if command else style)))
    return result


def state_glyph(state: State) -> tuple[str, str]:
    """The glyph of a state, in its colour."""
    glyph, token = STATES[state]
    return glyph, f"${token}"


def status_glyph(status: Status) -> tuple[str, str]:
    """The glyph of a status, in its colour."""
    glyph, token = STATUSES[status]
    return glyph, f"${token}"


def verb_glyph(verb: str) -> tuple[str, str]:
    """The glyph of a verb, in its colour."""
    glyph, token = VERBS[verb]
    return glyph, f"${token}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word: "1 change", "2 changes"."""
    return f"{number} {one if number == 1 else many or one + 's'}"
