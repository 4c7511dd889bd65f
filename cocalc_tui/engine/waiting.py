"""Waiting for checks to pass: claims bound, a rollout complete."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from cocalc_tui.core.action import Wait
from cocalc_tui.core.findings import Finding, Status
from cocalc_tui.engine.session import Session
from cocalc_tui.errors import Refused, Stopped

PATIENCE = 90.0

Say = Callable[[str, str, str, float], None]


async def wait_for(session: Session, action: Wait, stopping: asyncio.Event, say: Say) -> str:
    """Waits until all checks of the action pass; gives what they saw.

    `say(message, cause, remedy, remaining seconds)` is called when what is seen changes. Raises `Stopped`,
    and `Refused` with the root cause when the time is over or the same named cause lasted 90 s.
    """
    changed = asyncio.Event()
    end_listening = session.listen(lambda judged: changed.set())
    end = time.monotonic() + action.timeout
    told: tuple[str, ...] = ()
    since = time.monotonic()
    try:
        while True:
            findings = [f for c in action.checks if (f := session.judged.finding(c))]
            open_ones = [f for f in findings if not _good(f)]
            if not open_ones:
                return ", ".join(f.verdict.summary for f in findings) or action.target
            now = tuple(f.verdict.summary + (f.verdict.cause or "") for f in open_ones)
            bad = open_ones[0].verdict
            if now != told:
                told, since = now, time.monotonic()
                say(bad.summary, bad.cause or "", bad.remedy if bad.cause else "", end - since)
            lasting = bad.cause and time.monotonic() - since > PATIENCE
            if lasting or time.monotonic() > end:
                detail = f": {bad.cause}" if bad.cause else ""
                raise Refused(f"{bad.summary}{detail}", bad.remedy)
            if stopping.is_set():
                raise Stopped("stopped at a safe point", "Apply again to continue.")
            changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await changed.wait()
    finally:
        end_listening()


def _good(finding: Finding) -> bool:
    return not finding.pending and finding.verdict.status in (Status.PASS, Status.WARN, Status.SKIPPED)
