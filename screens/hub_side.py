"""What the hub tells beside its list: the selected step, people, events, trouble."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.step import Person
from cocalc_tui.engine.judging import Judged, JudgedStep
from cocalc_tui.errors import CocalcError
from cocalc_tui.screens.glyphs import WAITING
from cocalc_tui.screens.hub_rows import glyph
from cocalc_tui.screens.live import Live
from cocalc_tui.screens.text import cut, fit, line, lines, status_glyph, wrapped
from cocalc_tui.screens.widgets.pane import Reading

NAME = 14
TONE = {
    Status.PASS: "$muted",
    Status.SKIPPED: "$muted",
    Status.WARN: "$warning",
    Status.FAIL: "$error",
    Status.UNKNOWN: "$unknown",
}


class HubSide(Vertical):
    """Details, people and events; `remedy` and `trouble` are lines elsewhere on the screen."""

    def __init__(self, live: Live) -> None:
        super().__init__(id="hub-side")
        self.live = live
        self.trouble = Static(id="trouble", markup=False)
        self.remedy = Static(id="remedy", markup=False)
        self.trouble.display = False

    def compose(self) -> ComposeResult:
        """Three panes."""
        yield Reading(id="detail", classes="pane framed")
        waiting = Reading("Waits for a person", id="people", classes="framed")
        waiting.display = False
        yield waiting
        yield Reading("Seen in the cluster", id="seen", classes="pane framed")

    def show(self, judged: Judged, selected: str, width: int) -> None:
        """Shows a snapshot for the step at the cursor; `width` is the screen's."""
        error = self.live.trouble
        self.trouble.display = error is not None
        if error is not None:
            self.trouble.update(trouble(error, width - 2))
        step = judged.step(selected)
        if width < 100:
            self.remedy.update(remedy_line(step, width), layout=False)
            return
        pane = self.query_one("#detail", Reading)
        pane.label(step.step.title, "looking" if step.pending else str(step.state))
        pane.show(detail(step, judged, pane.room))
        waiting = [p for s in judged.steps for p in s.people if s.state is not State.READY]
        pane = self.query_one("#people", Reading)
        pane.display = bool(waiting)
        pane.show(people(waiting, pane.room))
        pane = self.query_one("#seen", Reading)
        pane.show(seen(self.live, pane.room))

    def text_of(self, step: JudgedStep, judged: Judged) -> str:
        """The details as plain text."""
        return detail(step, judged, 100).plain + "\n"


def detail(step: JudgedStep, judged: Judged, width: int) -> Content:
    """Why the step is needed, its findings, what to do, what it waits for and who needs it."""
    rows = [*wrapped(step.step.why, width, "$muted"), Content("")]
    for finding in step.findings:
        sign = (WAITING, "$muted") if finding.pending else status_glyph(finding.verdict.status)
        tone = "$muted" if finding.pending else TONE[finding.verdict.status]
        summary = "looking" if finding.pending else cut(finding.verdict.summary, width - NAME - 3)
        rows.append(line(sign, " ", fit(finding.title, NAME), " ", (summary, tone)))
    remedy = what_to_do(step)
    if remedy:
        rows += [Content(""), line(("What to do", "bold")), *wrapped(remedy, width)]
    titles = {s.id: s.step.title for s in judged.steps}
    waits = ", ".join(titles.get(w, "a person") for w in step.waits) or "nothing"
    needed = ", ".join(s.step.title for s in judged.steps if step.id in s.step.after) or "nothing"
    rows.append(Content(""))
    rows += wrapped(waits, width, first=("Waits for  ", "$muted"), hang=11)
    rows += wrapped(needed, width, first=("Needed by  ", "$muted"), hang=11)
    return lines(rows)


def what_to_do(step: JudgedStep) -> str:
    """The one thing that helps most: of the worst finding, else of a person, else applying."""
    if step.pending:
        return ""
    worst = step.worst
    if worst:
        return worst.verdict.remedy
    if step.people:
        return f"{step.people[0].who}: {step.people[0].what}"
    if any(p.verb != "keep" for p in step.planned):
        return "Open the step and apply it (F9)."
    return ""


def remedy_line(step: JudgedStep, width: int) -> Content:
    """The line below a narrow list: what to do about the selected step."""
    hint = "enter opens"
    text = what_to_do(step) or step.step.why
    room = width - len(hint) - 7
    return line(" ", glyph(step), " ", cut(text, room), "   ", (hint, "$muted"))


def people(waiting: Sequence[Person], width: int) -> Content:
    """Who is waited for, and for what."""
    return lines(
        line((WAITING, "$warning"), " ", fit(p.who, NAME), " ", cut(p.what, width - NAME - 3))
        for p in waiting
    )


def seen(live: Live, width: int) -> Content:
    """What changed while we looked, newest first."""
    if live.seen is None or not live.seen.entries:
        return Content("Changes appear here as they happen").stylize("$muted")
    return lines(
        line(
            (time.strftime("%H:%M:%S", time.localtime(e.at)), "$muted"),
            " ",
            (e.glyph, f"${e.token}"),
            " ",
            cut(e.text, width - 11),
        )
        for e in list(live.seen.entries)[:60]
    )


def trouble(error: CocalcError, width: int) -> Content:
    """Why there is no cluster, and what to do."""
    rows = wrapped(error.message, width, "$error", first=("✗ ", "$error"), hang=2)
    remedy = error.remedy or "Choose another cluster."
    rows += wrapped(remedy, width, first=("→ ", "$muted"), hang=2)
    rows.append(line(("  ^p", "bold $primary"), ("  Change cluster, or rehearse without one", "$muted")))
    return lines(rows)
