"""The end: what runs, where the data is, what to do next, what to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.core.answers import Answers, Source
from cocalc_tui.screens.done import DoneScreen
from tests.screens.conftest import NARROW, WIDE, text_of
from tests.screens.test_review import EXPORTS

pytestmark = pytest.mark.asyncio

DNS = Answers().put("values", "overrides", {"global.settings.dns": "cocalc.example.edu"}, Source.SET)


async def installed(d: Any) -> None:
    await d.settled()
    d.app.start_apply()
    await d.until(lambda: isinstance(d.app.shown, DoneScreen), "the end", 1000)
    await d.sees("CoCalc runs")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_it_tells_where_the_site_is_and_what_to_do_next(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size, given=DNS, exports=EXPORTS) as d:
        await installed(d)
        await d.sees("https://cocalc.example.edu")
        shown = text_of(d.app)
        assert "hub-conat-api" in shown
        assert "2/2" in shown
        assert "Verified" in shown
        assert "What to do next" in shown
        assert "admin@example.edu" in shown
        assert ("projects-data" in shown) == (size == WIDE)
        await d.press("ctrl+y")
        assert d.app.clipboard == "https://cocalc.example.edu"
        await d.press("escape")
        await d.until(lambda: d.app.shown.NAME == "hub", "the hub")


async def test_the_report_is_saved(desk: Any, tmp_path: Path) -> None:
    async with desk(WIDE, exports=EXPORTS) as d:
        await installed(d)
        await d.press("ctrl+s")
        await d.sees("report.html")
        await d.press("enter")
        await d.sees("Save to a file")
        place = tmp_path / "r.html"
        await d.press("end", "ctrl+u", *str(place), "enter")
        await d.until(place.exists, "written")
        assert "practice-database-password" not in place.read_text()


async def test_before_anything_is_installed_it_says_how_to_begin(desk: Any) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        d.app.show_plugged("done")
        await d.sees("CoCalc is not installed yet")
        await d.sees("F4 shows the plan")


async def test_commands_are_copied_from_their_pane(desk: Any) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        d.app.show_plugged("done")
        await d.sees("To look yourself")
        await d.press("f6", "f6", "ctrl+y")
        assert d.app.clipboard.startswith("kubectl -n cocalc get pods")
