"""Findings as text: what was seen, and hanging below it what to do."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cocalc_tui.core.findings import WORST, Finding, Status
from cocalc_tui.core.step import Person
from cocalc_tui.screens.glyphs import WAITING
from cocalc_tui.screens.text import fit, line, lines, status_glyph, wrapped

NAME = 15
TONE = {
    Status.PASS: "",
    Status.SKIPPED: "$muted",
    Status.WARN: "$warning",
    Status.FAIL: "$error",
    Status.UNKNOWN: "$unknown",
}


def findings(found: Sequence[Finding], width: int, *, fold: bool, waiting: Sequence[Person] = ()) -> Content:
    """All findings; with `fold` those that need nobody go into one line at the end, the worst come first."""
    if not found and not waiting:
        return Content("Nothing to check here").stylize("$muted")
    quiet = [f for f in found if fold and f.verdict.status in (Status.PASS, Status.SKIPPED)]
    loud = [f for f in found if f not in quiet]
    if fold:
        loud.sort(key=lambda f: WORST.index(f.verdict.status))
    rows = [*people(waiting, width), *(row for f in loud for row in _finding(f, width))]
    for status, word in ((Status.PASS, "pass"), (Status.SKIPPED, "skipped")):
        some = [f for f in quiet if f.verdict.status is status]
        if some:
            names = ", ".join(_within(f.title) for f in some)
            sign = line(status_glyph(status), " ")
            rows += wrapped(f"{len(some)} {word}: {names}", width, "$muted", sign, 2)
    return lines(rows)


def people(waiting: Sequence[Person], width: int) -> list[Content]:
    """What only a person can do, with the text to send or to type."""
    rows: list[Content] = []
    for person in waiting:
        rows += wrapped(
            person.what, width, "$warning", line((WAITING, "$warning"), " ", fit(person.who, NAME)), NAME + 2
        )
        if person.text:
            rows += [
                row for text in person.text.splitlines() for row in wrapped("  " + text, width, "", "  ", 2)
            ]
    return rows


def _within(title: str) -> str:
    """A title inside a sentence; abbreviations stay as they are."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def _finding(found: Finding, width: int) -> list[Content]:
    verdict = found.verdict
    if found.pending:
        return [line((WAITING, "$muted"), " ", fit(found.title, NAME), ("looking", "$muted"))]
    head = line(status_glyph(verdict.status), " ", fit(found.title, NAME))
    rows = wrapped(verdict.summary, width, TONE[verdict.status], head, NAME + 2)
    if verdict.status in (Status.PASS, Status.SKIPPED):
        return rows
    if verdict.detail:
        rows += wrapped(verdict.detail, width, "$muted", "  ", 2)
    if verdict.remedy:
        rows += wrapped(verdict.remedy, width, "", line("  ", ("→", "$muted"), " "), 4)
    return rows


def counts(found: Sequence[Finding]) -> str:
    """How many of each status: "1 fail · 2 pass"."""
    numbers = {s: sum(f.verdict.status is s and not f.pending for f in found) for s in WORST}
    waiting = sum(f.pending for f in found)
    parts = [f"{n} {s}" for s, n in numbers.items() if n] + ([f"{waiting} looking"] if waiting else [])
    return " · ".join(parts)
