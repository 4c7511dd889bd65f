"""Texts of an apply's screen: title with its bar, rows of actions, what failed."""

from __future__ import annotations

from textual.content import Content

from cocalc_tui.core.words import duration
from cocalc_tui.screens.apply_state import Advance, Row, Status
from cocalc_tui.screens.applying import ApplyRun
from cocalc_tui.screens.review_plan import about
from cocalc_tui.screens.text import Part, cut, fit, line, wrapped
from cocalc_tui.screens.widgets.rollout import bar

SIGNS = {
    "waiting": ("…", "$muted"),
    "done": ("✓", "$success"),
    "kept": ("=", "$muted"),
    "skipped": ("·", "$muted"),
    "stopped": ("…", "$warning"),
    "failed": ("✗", "$error"),
}

WORDS: tuple[tuple[Status, str], ...] = (
    ("done", "done"),
    ("kept", "already so"),
    ("failed", "failed"),
    ("skipped", "not tried"),
    ("stopped", "stopped"),
)


def title(run: ApplyRun, now: Advance, width: int, stuck: str = "") -> Content:
    """What is going on, a bar, the time passed and left; `stuck` names what holds it up."""
    head, tail = _head(run, now), _tail(run, now, width, stuck)
    room = width - head.cell_length - tail.cell_length - 6
    share = now.settled / len(now.rows) if now.rows else 1.0
    token = (
        "error"
        if now.failed
        else "primary"
        if run.running
        else "success"
        if now.settled == len(now.rows)
        else "warning"
    )
    middle = bar(share, room, token) if room > 6 else Content("")
    return line(" ", head, "  ", middle, "  ", tail).truncate(width)


def _tone(run: ApplyRun, now: Advance) -> str:
    if now.failed:
        return "error"
    if run.running:
        return "primary"
    return "success" if now.settled == len(now.rows) else "warning"


def _head(run: ApplyRun, now: Advance) -> Content:
    count = f" {now.settled} of {len(now.rows)}"
    if run.running:
        return line(("Stopping" if run.stopping else "Applying", "bold"), count)
    if run.trouble or now.failed:
        return line(
            ("✗", "$error"), (f" {len(now.failed) or 'Apply'} failed", "bold $error"), f", {count} tried"
        )
    if run.outcome and run.outcome.exit == 130:
        return line(("…", "$warning"), (" Stopped", "bold"), f" after{count}")
    if now.count("skipped"):
        return line(
            ("◐", "$warning"), (" Applied", "bold"), f" {now.count('done', 'kept')} of {len(now.rows)}"
        )
    return line(("✓", "$success"), (" Applied", "bold"), count)


def _tail(run: ApplyRun, now: Advance, width: int, stuck: str) -> Content:
    passed = duration(now.passed)
    if not run.running:
        return line((f"in {passed}", "$muted"))
    if stuck:
        return line(f"{passed} passed, ", (f"held up by {stuck}", "$error"))
    left = about(now.left) if now.left >= 30 else f"about {max(1, round(now.left))} s"
    return line(f"{passed} passed, {left} left" if width >= 100 else f"{passed}, {left} left")


def row(one: Row, now: float, width: int, spin: str) -> Content:
    """Sign, target, how long."""
    took = duration(one.seconds(now)) if one.status in ("running", "done", "stopped", "failed") else ""
    sign: Part = SIGNS.get(one.status, (spin, "$primary"))
    tone = {"running": "", "failed": "$error"}.get(one.status, "$muted")
    room = width - 2 - (len(took) + 1 if took else 0)
    name = f"wait: {one.planned.action.target}" if one.planned.note == "changes nothing" else ""
    return line(sign, " ", (fit(name or one.planned.action.target, room), tone), f" {took}" if took else "")


def counts(now: Advance) -> str:
    """How many are done, failed, waiting."""
    words = (
        ("done", "done"),
        ("stopped", "stopped"),
        ("kept", "already so"),
        ("failed", "failed"),
        ("skipped", "not tried"),
    )
    parts = [f"{n} {word}" for status, word in words if (n := now.count(status))]  # type: ignore[arg-type]
    if now.running:
        parts.append("1 running")
    if waiting := now.count("waiting"):
        parts.append(f"{waiting} waiting")
    return " · ".join(parts)


def failures(run: ApplyRun, now: Advance, width: int) -> list[Content]:
    """What failed and what to do about it, then what was not tried and why."""
    rows: list[Content] = []
    if run.trouble:
        rows += wrapped(run.trouble.message, width, "$error", line(("✗", "$error"), " "), 2)
        rows += _remedy(run.trouble.remedy, width)
    for one in now.failed:
        head = line(("✗", "$error"), " ", (one.planned.action.target, "bold"), "  ")
        rows += wrapped(one.cause or one.message, width, "$error", head, 2)
        rows += _remedy(one.remedy, width)
    if not run.running:
        for one in now.rows:
            if one.status == "skipped":
                rows += wrapped(f"{one.planned.action.target}: {one.message}", width, "$muted", "· ", 2)
        for left in run.outcome.left if run.outcome else ():
            who = f"{left.who}: " if left.who else ""
            rows += wrapped(f"{who}{left.what}", width, "", line(("…", "$warning"), " "), 2)
    return rows


def waits(now: Advance, width: int) -> list[Content]:
    """What the action at work waits for, where something is in the way."""
    one = now.running
    if one is None or not one.cause:
        return []
    head = line(("…", "$warning"), " ", (one.planned.action.target, "bold"), "  ")
    return [*wrapped(one.cause, width, "$warning", head, 2), *_remedy(one.remedy, width)]


def _remedy(text: str, width: int) -> list[Content]:
    return wrapped(text, width, "", line("  ", ("→", "$muted"), " "), 4) if text else []


def brief(rows: list[Content], width: int) -> list[Content]:
    """At most two rows, each cut."""
    return [Content(cut(r.plain, width)).stylize("$error") if n == 0 else r for n, r in enumerate(rows[:2])]
