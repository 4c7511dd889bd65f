"""Screens on the rehearsal world, driven by keys only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.widget import Widget

from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core.answers import Answers
from cocalc_tui.engine.applying import Outcome
from cocalc_tui.engine.judging import Judged
from cocalc_tui.engine.lease import Holder
from cocalc_tui.ports import World
from cocalc_tui.screens.app import CocalcApp
from cocalc_tui.screens.applying import ApplyRun
from cocalc_tui.screens.hub import HubScreen
from cocalc_tui.screens.live import Outside
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import with_examples

WIDE, NARROW = (120, 40), (80, 24)
ME = Holder("ada@bastion", "bastion", 4711, lambda pid: True)


class Desk(NamedTuple):
    """A running app with its pilot."""

    app: CocalcApp
    pilot: Pilot[int]

    async def until(self, true: Callable[[], Any], what: str, tries: int = 500) -> None:
        """Waits until something holds."""
        for _ in range(tries):
            if true():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"never happened: {what}\n{text_of(self.app)}")

    async def settled(self) -> None:
        """Waits until the world is open and everything was seen once."""
        live = self.app.live
        await self.until(lambda: live.phase == "open" and not live.looking, "everything seen")
        await self.until(lambda: "live" in text_of(self.app).splitlines()[0], "the bar says live")

    async def open(self, step: str) -> None:
        """Shows a step and waits until it is painted."""
        self.app.show_step(step)
        await self.until(lambda: self.app.step_shown == step and "Findings" in text_of(self.app), step)

    def answered(self, field: str) -> tuple[Any, str]:
        """The value of STEP.FIELD and where it comes from."""
        answer = self.judged.view.answer(field)
        return (answer.value, answer.label) if answer else (None, "")

    def noticed(self) -> list[str]:
        """What the hub tells as seen in the cluster, newest first."""
        return [e.text for e in self.app.live.seen.entries] if self.app.live.seen else []

    @property
    def focused(self) -> Widget:
        """What has the focus."""
        assert self.app.screen.focused is not None
        return self.app.screen.focused

    @property
    def outcome(self) -> Outcome:
        """How the last apply ended."""
        assert self.run.outcome is not None
        return self.run.outcome

    async def press(self, *keys: str) -> None:
        """Presses keys and lets their messages be handled."""
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause()

    async def sees(self, text: str) -> None:
        """Waits until a text is on the screen."""
        await self.until(lambda: text in text_of(self.app), f"{text!r} on the screen")

    @property
    def judged(self) -> Judged:
        """The newest snapshot."""
        assert self.app.live.judged is not None
        return self.app.live.judged

    @property
    def run(self) -> ApplyRun:
        """The running or last apply."""
        assert self.app.applying is not None
        return self.app.applying

    @property
    def hub(self) -> HubScreen:
        """The hub, which is in sight."""
        assert isinstance(self.app.shown, HubScreen)
        return self.app.shown

    @property
    def world(self) -> RehearsalWorld:
        """The world that is open."""
        assert isinstance(self.app.live.world, RehearsalWorld)
        return self.app.live.world


def text_of(app: CocalcApp) -> str:
    """What the terminal would show, as plain lines, after all filters."""
    filters = app.get_line_filters()
    rows = []
    for strip in app.screen._compositor.render_strips():
        for each in filters:
            strip = strip.apply_filter(each, Color(0, 0, 0))  # noqa: PLW2901
        rows.append(strip.text)
    return "\n".join(rows)


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desk(tmp_path: Path) -> OpenDesk:
    """Opens the app on a world: `async with desk(size, world="gke") as d`."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = WIDE,
        world: str = "gke",
        open_world: Callable[[str | None], Awaitable[World]] | None = None,
        given: Answers | None = None,
        redact: Callable[[str], str] = str,
        **options: Any,
    ) -> AsyncIterator[Desk]:
        async def rehearsal(choice: str | None) -> World:
            return RehearsalWorld.open((choice or world).removeprefix("rehearsal:"), tmp_path)

        outside = Outside(open_world or rehearsal, complete=with_examples, redact=redact)
        app = CocalcApp(outside, STEPS, given or Answers(), ME, tmp_path, **options)
        async with app.run_test(size=size) as pilot:
            yield Desk(app, pilot)

    return opened


@pytest.fixture(autouse=True)
def _own_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("NO_COLOR", raising=False)
