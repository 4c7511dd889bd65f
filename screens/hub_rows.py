"""The hub's rows, strip and counts, made from a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from cocalc_tui.core.findings import State
from cocalc_tui.core.step import Step
from cocalc_tui.screens.glyphs import STATES, WAITING
from cocalc_tui.screens.text import Part, cut, fit, line, state_glyph
from cocalc_tui.screens.widgets.steplist import first_of_group

if TYPE_CHECKING:
    from cocalc_tui.engine.judging import Judged, JudgedStep

GROUP, TITLE, AFTER = 8, 14, 18
WAITING_GLYPH = (WAITING, "$muted")
STYLE = {
    State.READY: "$muted",
    State.PARTIAL: "",
    State.ABSENT: "$muted",
    State.FOREIGN: "$foreign",
    State.BROKEN: "$error",
    State.UNKNOWN: "$unknown",
}
NEEDS_READER = (State.BROKEN, State.FOREIGN)
COUNTED = (State.BROKEN, State.FOREIGN, State.UNKNOWN, State.PARTIAL, State.ABSENT)


def legend() -> Content:
    """All states, as the list's lower edge names them."""
    parts: list[Part] = []
    for state in STATES:
        parts += [*(["  "] if parts else []), state_glyph(state), " ", (str(state), "$muted")]
    return line(*parts)


def title_row(step: Step, steps: Sequence[Step]) -> Content:
    """A row before anything was seen."""
    group = step.group if step.id in first_of_group(steps) else ""
    return line((fit(group, GROUP), "$muted"), WAITING_GLYPH, " ", step.title)


def glyph(step: JudgedStep) -> tuple[str, str]:
    """The state's glyph, or that it is being looked at."""
    return WAITING_GLYPH if step.pending else state_glyph(step.state)


def row(step: JudgedStep, judged: Judged, width: int, *, wide: bool, query: str = "") -> Content:
    """Group, glyph, title, summary, what it waits for; rows that do not match a search are dim."""
    steps = tuple(s.step for s in judged.steps)
    group = step.step.group if step.id in first_of_group(steps) else ""
    room = max(10, width - GROUP - 2 - TITLE - 1)
    after = after_text(step, judged)
    beside = AFTER if wide else len(after)
    keep = room - (beside + 2 if after else 0)
    summary = "looking" if step.pending else step.summary
    shown = fit(summary, keep) if after else cut(summary, keep)
    style = "$muted" if step.pending else STYLE[step.state]
    title = "bold" if step.state in NEEDS_READER and not step.pending else ""
    if query and step.id not in matching(judged, query):
        style = title = "$muted"
    end: list[Part] = ["  ", (fit(after, beside) if wide else after, "$muted")] if after else []
    name = (fit(step.step.title, TITLE), title)
    return line((fit(group, GROUP), "$muted"), glyph(step), " ", name, " ", (shown, style), *end)


def after_text(step: JudgedStep, judged: Judged) -> str:
    """What a step waits for: "after Values +5"."""
    if step.pending or step.state in (State.READY, State.BROKEN, State.FOREIGN):
        return ""
    ids = [w for w in step.waits if w != "person"]
    if not ids:
        return ""
    title = judged.step(ids[-1]).step.title
    return f"after {title}" + (f" +{len(ids) - 1}" if ids[1:] else "")


def strip(judged: Judged, width: int) -> Content:
    """All glyphs by group, how many are ready, and what else there is."""
    wide = width >= 100
    parts: list[Part] = [" "]
    group = judged.steps[0].step.group
    for step in judged.steps:
        if step.step.group != group:
            parts.append(" ")
        group = step.step.group
        parts.append(glyph(step))
    settled = [s for s in judged.steps if not s.pending]
    ready = sum(s.state is State.READY for s in settled)
    gap = "    " if wide else "  "
    parts += [gap, (f"{ready} of {len(judged.steps)} ready", "bold"), gap[1:]]
    between = ""
    for state in COUNTED:
        number = sum(s.state is state for s in settled)
        if number:
            parts += [(between, "$muted"), (f"{number} {state}", f"${STATES[state][1]}")]
            between = " · "
    outstanding = len(judged.steps) - len(settled)
    if outstanding:
        parts += [(between, "$muted"), (f"looking at {outstanding}", "$muted")]
    whole = line(*parts)
    return whole if whole.cell_length <= width else whole.truncate(width, ellipsis=True)


def matching(judged: Judged, query: str) -> list[str]:
    """The steps whose id, title, group or summary contain all words."""
    words = query.lower().split()
    return [
        s.id
        for s in judged.steps
        if all(w in f"{s.id} {s.step.title} {s.step.group} {s.state} {s.summary}".lower() for w in words)
    ]
