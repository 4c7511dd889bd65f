"""The command palette reaches everything."""

from __future__ import annotations

import pytest

from cocalc_tui.screens import palette
from cocalc_tui.steps import STEPS
from tests.screens.conftest import NARROW, WIDE, OpenDesk, text_of

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_it_opens_also_from_an_input_and_goes_to_a_step(desk: OpenDesk, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await d.settled()
        await d.open("namespace")
        await d.press("ctrl+p")
        await d.sees("Look again")
        await d.press(*"Storage")
        await d.sees("Go to this step")
        await d.press("enter")
        await d.until(lambda: d.app.step_shown == "storage", "the step")


async def test_it_holds_every_command(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("storage")
        titles = [c.title for c in palette.commands(d.app)]
        wanted = ["Apply this step", "Copy", "Go to step", "Look again", "Open the values", "Quit", "Theme"]
        wanted += ["Review the plan", "Save", "Change cluster", "Help", *(s.title for s in STEPS)]
        assert set(wanted) <= set(titles)


async def test_go_to_step_lists_all_with_their_states(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        d.app.action_goto()
        await d.sees("Go to step")
        assert "ready" in text_of(d.app)
        await d.press("down", "enter")
        await d.until(lambda: d.app.step_shown == STEPS[1].id, "the second step")
