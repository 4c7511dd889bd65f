"""What the hub tells beside its list: the selected step, people, events, trouble."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.content import Content

from cocalc_tui.core.findings import Status
from cocalc_tui.core.step import Person
from cocalc_tui.engine.judging import Judged, JudgedStep
from cocalc_tui.errors import CocalcError
from cocalc_tui.screens.glyphs import WAITING
from cocalc_tui.screens.hub_rows import glyph
from cocalc_tui.screens.live import Live
from cocalc_tui.screens.text import cut, fit, line, lines, status_glyph, wrapped

NAME = 12
TONE = {
    Status.PASS: "$muted",
    Status.SKIPPED: "$muted",
    Status.WARN: "$warning",
    Status.FAIL: "$error",
    Status.UNKNOWN: "$unknown",
}


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
    if not live.seen.entries:
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
