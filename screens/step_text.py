"""Texts of a step's screen: title row, rail rows, the changes pane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from textual.content import Content

from cocalc_tui.core.wish import Wish
from cocalc_tui.engine.judging import Judged, JudgedStep, wishes_of
from cocalc_tui.screens.glyphs import BULLETS, STATES
from cocalc_tui.screens.hub_rows import glyph
from cocalc_tui.screens.text import cut, line, lines, wrapped
from cocalc_tui.screens.widgets.changes import changes


def head(step: JudgedStep, width: int) -> Content:
    """Glyph, title, state, why."""
    state = "looking" if step.pending else str(step.state)
    tone = "$muted" if step.pending else f"${STATES[step.state][1]}"
    begin = line(" ", glyph(step), " ", (step.step.title, "bold"), "  ", (state, tone), "  ")
    return line(begin, (cut(step.step.why, width - begin.cell_length - 1), "$muted"))


def rail_row(step: JudgedStep) -> Content:
    """Glyph and title."""
    return line(glyph(step), " ", (step.step.title, "$muted"))


def changes_of(step: JudgedStep, judged: Judged, width: int) -> Content:
    """What applying would change, then what goes into the values file."""
    parts: list[Content] = []
    todo = [p for p in step.planned if p.verb != "keep"]
    unseen = [p for p in todo if p.blocked.startswith("not seen")]
    if unseen and len(unseen) == len(todo):
        text = "What is to be done depends on what has not been seen yet."
        parts.append(lines(wrapped(text, width, "$muted")))
    if step.planned:
        parts.append(changes(step.planned, width))
    wishes = wishes_of(judged.view, step.id)
    if wishes:
        parts.append(lines(_wishes(wishes, judged, width)))
    if not parts:
        nothing = "This step changes nothing: it only looks." if not step.planned else ""
        parts.append(lines(wrapped(nothing, width, "$muted")))
    return Content("\n\n").join(parts)


def _wishes(wishes: Sequence[Wish], judged: Judged, width: int) -> list[Content]:
    name = judged.view.text("values.path", "my-values.yaml").rpartition("/")[2]
    rows = [line(("▸", "$muted"), " ", ("writes ", "bold"), (f"  {name}", "bold"))]
    for wish in wishes:
        path = wish.candidates[0].path if wish.candidates else wish.field
        value = f"{BULLETS} {wish.value}" if wish.secret else _as_yaml(wish.value)
        rows += wrapped(f"{path}: {value}", width, "$muted", "  ", 4)
    return rows


def _as_yaml(value: Any) -> str:
    """A value as it stands in the file, on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    return text.removesuffix("...\n").strip()
