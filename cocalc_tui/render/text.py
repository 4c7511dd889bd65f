"""Text for people: findings, states, plans and progress, readable by a screen reader too."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from cocalc_tui.core.findings import Finding, State, Status
from cocalc_tui.core.plan import Plan, Planned
from cocalc_tui.core.step import Step
from cocalc_tui.core.words import glyph
from cocalc_tui.engine.judging import Judged
from cocalc_tui.engine.progress import Progress

COLORS = {
    State.READY: "32",
    State.PARTIAL: "33",
    State.FOREIGN: "36",
    State.BROKEN: "31",
    State.UNKNOWN: "35",
    Status.PASS: "32",
    Status.WARN: "33",
    Status.FAIL: "31",
    Status.UNKNOWN: "35",
    "create": "32",
    "update": "33",
    "adopt": "36",
    "delete": "31",
    "run": "34",
    "failed": "31",
    "finished": "32",
    "waiting": "33",
}


class Paint:
    """Colour and glyphs for one output stream."""

    def __init__(self, color: bool, ascii_only: bool = False) -> None:
        self.color = color
        self.ascii = ascii_only

    def mark(self, word: str) -> str:
        """The glyph of a state, status or verb, coloured."""
        return self.paint(word, glyph(word, self.ascii))

    def paint(self, word: str, text: str) -> str:
        """A text in the colour of a state, status or verb."""
        code = COLORS.get(word) if self.color else None
        return f"\033[{code}m{text}\033[0m" if code else text

    def bold(self, text: str) -> str:
        """A text in bold."""
        return f"\033[1m{text}\033[0m" if self.color else text


def _hang(lead: str, text: str, width: int = 100) -> Iterable[str]:
    for part in text.splitlines() or [""]:
        yield from textwrap.wrap(
            part,
            width,
            initial_indent=lead,
            subsequent_indent=" " * len(lead),
            break_long_words=False,
            break_on_hyphens=False,
        )
        lead = " " * len(lead)


def findings_text(findings: Sequence[Finding], steps: Sequence[Step], paint: Paint) -> str:
    """Findings by step, each that does not pass with its remedy."""
    lines: list[str] = []
    width = max((len(f.title) for f in findings), default=0)
    for step in steps:
        here = [f for f in findings if f.step == step.id]
        if not here:
            continue
        lines.append(paint.bold(step.title))
        for finding in here:
            verdict = finding.verdict
            status = str(verdict.status)
            lines.append(
                f"  {paint.mark(verdict.status)} {status:<8} {finding.title:<{width}} {verdict.summary}"
            )
            if verdict.status in (Status.PASS, Status.SKIPPED):
                continue
            if verdict.detail:
                lines += _hang("      ", verdict.detail)
            if verdict.cause:
                lines += _hang("      cause: ", verdict.cause)
            arrow = "->" if paint.ascii else "→"
            lines += _hang(f"      {arrow} ", verdict.remedy)
    return "\n".join(lines)


def counts_text(findings: Sequence[Finding]) -> str:
    """How many of each status: "2 fail, 1 warn, 20 pass"."""
    order = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.SKIPPED, Status.PASS)
    found = [(s, sum(f.verdict.status is s for f in findings)) for s in order]
    return ", ".join(f"{n} {s}" for s, n in found if n)


def status_text(judged: Judged, paint: Paint) -> str:
    """One line a step."""
    lines = []
    for step in judged.steps:
        waits = [next((s.step.title for s in judged.steps if s.id == w), "a person") for w in step.waits]
        after = f"  (after {', '.join(waits)})" if waits and step.state is not State.READY else ""
        lines.append(f"{paint.mark(step.state)} {step.state:<8} {step.step.title:<15} {step.summary}{after}")
    ready = sum(s.state is State.READY for s in judged.steps)
    return "\n".join([*lines, f"{ready} of {len(judged.steps)} ready"])


def _planned_lines(planned: Planned, paint: Paint) -> Iterable[str]:
    note = f"  ({planned.blocked or planned.note})" if planned.blocked or planned.note else ""
    yield f"  {paint.mark(planned.verb)} {planned.verb:<7} {planned.action.target}{note}"
    if planned.verb == "keep":
        return
    for line in planned.diff.splitlines():
        word = "create" if line.startswith("+") else "delete" if line.startswith("-") else ""
        yield "      " + (paint.paint(word, line) if word else line)


def plan_text(plan: Plan, steps: Sequence[Step], only: frozenset[str], paint: Paint) -> str:
    """The whole plan with its differences, what stays by hand, and missing rights."""
    lines: list[str] = []
    for step in steps:
        here = [p for p in plan.actions if p.step == step.id and (not only or step.id in only)]
        if here:
            lines.append(paint.bold(step.title))
            for planned in here:
                lines += _planned_lines(planned, paint)
    left = [x for x in plan.left if not only or x.step in only]
    if left:
        lines += ["", "Stays for a person:"]
        for x in left:
            lines += _hang(
                f"  {glyph('waiting', paint.ascii)} ", f"{x.step}: {x.who + ': ' if x.who else ''}{x.what}"
            )
    if plan.missing_rights:
        lines += ["", "Rights that this login lacks (cocalc-tui export rights writes the roles):"]
        lines += [f"  {right}" for right in plan.missing_rights]
    counts = plan.counts()
    words = [
        f"{counts[v]} {v}" for v in ("create", "update", "adopt", "delete", "run", "keep") if v in counts
    ]
    lines += ["", f"Plan {plan.digest[:16]}: {', '.join(words) or 'nothing to do'}"]
    return "\n".join(lines)


def questions_text(questions: Sequence[str], steps: Sequence[Step]) -> str:
    """The unanswered fields, and the three ways to answer."""
    lines = ["These fields are needed and have no answer:"]
    for name in questions:
        step_id, _, field_name = name.partition(".")
        field = next(s for s in steps if s.id == step_id).field(field_name)
        lines.append(f"  {name:<28} {field.help.split('. ')[0].rstrip('.') if field else ''}")
    first = questions[0]
    step_id, _, field_name = first.partition(".")
    field = next(s for s in steps if s.id == step_id).field(field_name)
    value = "{env: NAME}" if field and field.secret else "VALUE"
    short = "env:NAME" if field and field.secret else "VALUE"
    lines += [
        "Give them in one of three ways:",
        f"  in an answers file (--answers FILE):  answers: {{{step_id}: {{{field_name}: {value}}}}}",
        f"  on the command line:                  --set {first}={short}",
        "  in the full screen:                   cocalc-tui",
    ]
    return "\n".join(lines)


def progress_text(progress: Progress, paint: Paint) -> str:
    """One event as a line (and its remedy below)."""
    word = {"finished": Status.PASS, "failed": Status.FAIL, "skipped": Status.SKIPPED}.get(progress.event)
    mark = (
        paint.mark(word) if word else glyph("waiting" if progress.event == "waiting" else "run", paint.ascii)
    )
    if progress.event == "summary":
        lines = [paint.bold(progress.message)]
        lines += [f"  {x.step}: {x.who + ': ' if x.who else ''}{x.what}" for x in progress.left]
        return "\n".join(lines)
    step = f"{progress.step:<10} " if progress.step else ""
    lines = [f"{mark} {progress.event:<8} {step}{progress.message}"]
    if progress.cause and progress.event == "waiting":
        lines.append(f"    cause: {progress.cause}")
    if progress.remedy:
        lines += _hang("    -> " if paint.ascii else "    → ", progress.remedy)
    return "\n".join(lines)


def explain_text(document: dict[str, Any], target: str | None) -> str:
    """The explanation of all steps, one step, one check or one field."""
    lines: list[str] = []
    part = (target or "").partition(".")[2]
    for step in document["steps"]:
        if part:
            for check in step["checks"]:
                if check["id"] == target:
                    lines += [f"{step['title']}: {check['title']}", *_hang("  ", check["explain"])]
            for field in step["fields"]:
                if field["name"] == part:
                    lines += [f"{step['title']}: {field['label']}", *_hang("  ", field["help"])]
                    if field["default"] is not None:
                        lines.append(f"  Default: {field['default']}")
            continue
        lines += [f"{step['title']} ({step['id']})", *_hang("  ", step["why"])]
        if step["after"]:
            lines.append(f"  After: {', '.join(step['after'])}")
        if step["guide"]:
            lines.append(f"  Setup guide: {'; '.join(step['guide'])}")
        for title, entries, key, text in (
            ("Fields", step["fields"], "name", "help"),
            ("Checks", step["checks"], "id", "explain"),
        ):
            if entries:
                lines.append(f"  {title}")
            for entry in entries:
                lines += _hang(f"    {entry[key]:<24} ", entry[text])
        lines.append("")
    return "\n".join(lines).rstrip()
