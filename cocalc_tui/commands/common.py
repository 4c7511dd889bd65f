"""What commands share: a session on the world that the options name, painting, targets."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from difflib import get_close_matches

from cocalc_tui.core.findings import Finding, Status, worst
from cocalc_tui.engine.misfits import CHECK
from cocalc_tui.engine.session import Session
from cocalc_tui.errors import UsageError
from cocalc_tui.options import Options
from cocalc_tui.render.text import Paint
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import given_answers, kept_answers, open_world, with_examples

EXIT_OF = {Status.FAIL: 3, Status.UNKNOWN: 6, Status.WARN: 4, Status.PASS: 0, Status.SKIPPED: 0}


@asynccontextmanager
async def session(options: Options, *, live: bool = False, timeout: float = 5.0) -> AsyncIterator[Session]:
    """A started session; world and session are closed at the end."""
    given = given_answers(options, STEPS)
    world = await open_world(options)
    try:
        given = with_examples(given, world)
        running = Session(world, STEPS, given, live=live, timeout=timeout)
        await running.start()
        try:
            await kept_answers(running, options)
            yield running
        finally:
            await running.close()
    finally:
        await world.close()


def paint(options: Options, stream: object = None) -> Paint:
    """Colour only on a terminal and unless NO_COLOR; ASCII where the encoding needs it."""
    out = stream or sys.stdout
    tty = bool(getattr(out, "isatty", lambda: False)())
    encoding = (getattr(out, "encoding", None) or "ascii").lower()
    return Paint(tty and options.color, ascii_only="utf" not in encoding or os.environ.get("TERM") == "dumb")


def only_of(groups: Iterable[Sequence[str]]) -> frozenset[str]:
    """The steps of `--only`, which may be repeated and take several, also separated by commas."""
    names = [n for group in groups for text in group for n in text.split(",") if n]
    for name in names:
        known_step(name)
    return frozenset(names)


def known_step(name: str) -> None:
    """Raises `UsageError` with the nearest name where there is no such step."""
    ids = [s.id for s in STEPS]
    if name not in ids:
        near = get_close_matches(name, ids, 1, 0.5)
        raise UsageError(
            f"there is no step {name}" + (f"; nearest is {near[0]}" if near else ""),
            "Steps are " + ", ".join(ids) + ".",
        )


def chosen(findings: Sequence[Finding], targets: Sequence[str]) -> tuple[Finding, ...]:
    """The findings of the targets STEP or STEP.CHECK; all where none is named. Raises `UsageError`."""
    for target in targets:
        step_id, dot, check = target.partition(".")
        known_step(step_id)
        checks = [c.id for s in STEPS if s.id == step_id for c in s.checks]
        if dot and check not in (*checks, CHECK):
            near = get_close_matches(check, checks, 1, 0.5)
            raise UsageError(
                f"{step_id} has no check {check}" + (f"; nearest is {near[0]}" if near else ""),
                f"Its checks are {', '.join(checks)}.",
            )
    return tuple(f for f in findings if not targets or f.step in targets or f.check in targets)


def exit_code(findings: Iterable[Finding]) -> int:
    """The exit code of findings (design, part 2): fail before unknown before warn."""
    return EXIT_OF[worst(f.verdict.status for f in findings)]
