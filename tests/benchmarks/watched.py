"""The full screen with a clock beside it: `python -m tests.benchmarks.watched SCENARIO REPORT [OPTION ...]`.

The scenarios drive the app from within; what they found is written to REPORT as JSON:

apply   looks at everything, applies the whole plan
chatty  the same, while helm says a thousand lines a second
idle    looks at everything, then waits for a file beside REPORT that ends in .stop
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cocalc_tui.cli import parser
from cocalc_tui.full_screen import build
from cocalc_tui.options import Options
from cocalc_tui.ports import HelmRunner, World
from cocalc_tui.screens.app import CocalcApp
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import given_answers

BEAT = 0.004
CALM = 1.0
LINES_A_SECOND, CHATTER = 1000, 6.0


class Heart:
    """Beats in the event loop; a late beat is a stall. What other programs on this machine took from
    the loop's thread (Linux tells how long it was ready to run and did not) is no stall of ours."""

    def __init__(self) -> None:
        self._late: list[float] = []

    async def beat(self) -> None:
        """For ever."""
        with Path("/proc/thread-self/schedstat").open("rb", buffering=0) as delays:  # noqa: ASYNC230 - no disk

            def delayed() -> float:
                delays.seek(0)
                return int(delays.read(64).split()[1]) / 1e9

            while True:
                due, before = time.perf_counter() + BEAT, delayed()
                await asyncio.sleep(BEAT)
                late = time.perf_counter() - due
                self._late.append(max(0.0, late - (delayed() - before)))

    def read(self) -> dict[str, float]:
        """What happened since the last reading, in seconds."""
        late, self._late = sorted(self._late), []
        return {"max": late[-1], "p99": late[int(len(late) * 0.99)], "beats": len(late)}


class Chatty:
    """A helm that talks for some seconds before it installs."""

    def __init__(self, helm: HelmRunner) -> None:
        self._helm = helm
        self.lines = 0

    async def upgrade(self, action: Any, line: Callable[[str], None]) -> int:
        """Says its lines on time, however late it is called."""
        began = time.perf_counter()
        while (passed := time.perf_counter() - began) < CHATTER:
            while self.lines < passed * LINES_A_SECOND:
                self.lines += 1
                line(f"client.go:{self.lines}: [debug] Looks like there are no changes for Deployment hub")
            await asyncio.sleep(0.005)
        return await self._helm.upgrade(action, line)

    async def uninstall(self, release: str, namespace: str) -> None:
        """As the one behind."""
        await self._helm.uninstall(release, namespace)


async def run(scenario: str, stop: Path, app: CocalcApp) -> dict[str, object]:
    """Runs the app and the scenario beside it; what was found."""
    heart, opening = Heart(), asyncio.Event()
    found: dict[str, object] = {}
    outside = app.live.outside

    async def opened(choice: str | None) -> World:
        opening.set()
        world = await outside.open_world(choice)
        if scenario == "chatty":
            world.helm = Chatty(world.helm)  # type: ignore[misc]  # the port only reads it
        return world

    app.live.outside = replace(outside, open_world=opened)

    async def drive() -> None:
        await opening.wait()  # the first paint is over
        heart.read()
        await _until(lambda: app.live.phase == "open" and not app.live.looking)
        await asyncio.sleep(CALM)
        found["detecting"] = heart.read()
        if scenario == "idle":
            await _until(stop.exists)
            found["waiting"] = heart.read()
        else:
            app.call_later(app.start_apply)
            await _until(lambda: app.applying is not None and not app.applying.running)
            await asyncio.sleep(CALM)
            found["applying"] = heart.read()
            outcome = app.applying.outcome if app.applying else None
            found["outcome"] = outcome.exit if outcome else None
        found["memory"] = _memory()
        app.exit(0)

    beating, driving = asyncio.create_task(heart.beat()), asyncio.create_task(drive())
    await app.run_async()
    beating.cancel()
    await driving
    return found


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - looked at from outside
        await asyncio.sleep(0.05)


def _memory() -> dict[str, int]:
    """KiB, by Linux: what is in memory now, and what was at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return {name: int(fields[name].split()[0]) for name in ("VmRSS", "VmHWM")}


def main() -> None:
    """As `full_screen` runs it."""
    scenario, report, *rest = sys.argv[1:]
    options = Options.of(parser().parse_args(rest))
    gc.disable()
    app = build(options, STEPS, given_answers(options, STEPS))
    file = Path(report)
    found = asyncio.run(run(scenario, file.with_suffix(".stop"), app))
    file.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
