"""An apply: from the hub to the end, stopped, left alone, failing, with its causes and log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cocalc_tui.resources import asset
from cocalc_tui.screens.apply import ApplyScreen
from cocalc_tui.screens.done import DoneScreen
from cocalc_tui.screens.widgets.log import FollowLog
from tests.screens.conftest import NARROW, WIDE, text_of

pytestmark = pytest.mark.asyncio

LONG = 1000


def world_file(folder: Path, **more: Any) -> str:
    """The world gke with something more in it."""
    found = yaml.safe_load(asset("worlds/gke.yaml"))
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({**found, "world": "mine", **more}))
    return str(path)


CRASH = {"programs": [{"pod": "hub-next", "crash": 3, "log": "no route to the database"}]}


async def begun(d: Any) -> ApplyScreen:
    await d.settled()
    await d.press("f4")
    await d.sees("can be done now")
    await d.press("f9")
    await d.sees("Apply the plan")
    await d.press("enter")
    await d.until(lambda: isinstance(d.app.shown, ApplyScreen), "the apply's screen")
    screen: ApplyScreen = d.app.shown
    return screen


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_from_the_hub_to_a_running_site_by_keys_alone(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await begun(d)
        await d.sees("Applying")
        await d.until(lambda: "Rollout of cocalc" in text_of(d.app), "the rollout", LONG)
        await d.until(lambda: isinstance(d.app.shown, DoneScreen), "the end", LONG)
        await d.sees("CoCalc runs")
        assert d.app.applying.outcome.failed == 0
        states = {s.id: str(s.state) for s in d.app.live.judged.steps}
        assert set(states.values()) == {"ready"}
        assert len(text_of(d.app).splitlines()) == size[1]


async def test_leaving_its_screen_does_not_stop_it_and_coming_back_shows_it_again(
    desk: Any, tmp_path: Path
) -> None:
    async with desk(WIDE, world=world_file(tmp_path, **CRASH)) as d:
        await begun(d)
        await d.press("escape", "escape")
        await d.until(lambda: d.app.shown.NAME == "hub", "the hub")
        assert d.app.applying.running
        assert "applying" in text_of(d.app).splitlines()[0]
        await d.press("f9")
        await d.until(lambda: isinstance(d.app.shown, ApplyScreen), "shown again")
        log = d.app.shown.query_one(FollowLog)
        await d.until(lambda: "create Namespace/cocalc" in log.text, "the log from its beginning", LONG)
        await d.until(lambda: "held up" in text_of(d.app), "it went on", LONG)
        await d.press("ctrl+c")
        await d.until(lambda: not d.app.applying.running, "ended", LONG)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_rollout_that_stands_still_names_its_cause_and_can_be_stopped(
    desk: Any, size: tuple[int, int], tmp_path: Path
) -> None:
    async with desk(size, world=world_file(tmp_path, **CRASH)) as d:
        await begun(d)
        await d.until(lambda: "exits with code 3" in text_of(d.app), "the cause", LONG)
        await d.until(lambda: "15 of 16" in text_of(d.app), "all others are ready", LONG)
        await d.until(lambda: "held up by hub-next" in text_of(d.app), "no promise of an end", LONG)
        assert "kubectl -n cocalc logs" in text_of(d.app)
        await d.press("ctrl+c")
        await d.until(lambda: not d.app.applying.running, "stopped", LONG)
        await d.sees("Stopped")
        await d.sees("Apply again")
        assert isinstance(d.app.shown, ApplyScreen)
        await d.press("f9")
        await d.sees("Apply again")
        await d.until(lambda: "enter applies" in text_of(d.app), "asked first")
        await d.press("escape")
        assert not d.app.applying.running


async def test_a_failed_action_tells_what_to_do_and_what_was_not_tried(desk: Any, tmp_path: Path) -> None:
    refused = {"faults": {"forbidden": [{"verb": "patch", "resource": "persistentvolumeclaims"}]}}
    async with desk(WIDE, world=world_file(tmp_path, **refused)) as d:
        await begun(d)
        await d.until(lambda: not d.app.applying.running, "ended", LONG)
        await d.sees("What to do")
        shown = text_of(d.app)
        assert "failed" in shown.splitlines()[1]
        assert "→" in shown
        assert "not tried" in shown
        assert isinstance(d.app.shown, ApplyScreen)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_one_step_stays_on_its_record(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await d.settled()
        d.app.show_step("namespace")
        await d.sees("Apply this step")
        await d.press("f9")
        await d.sees("Apply Namespace")
        await d.press("f9")
        await d.until(lambda: d.app.applying is not None and not d.app.applying.running, "ended", LONG)
        await d.sees("Applied 1 of 1")
        assert isinstance(d.app.shown, ApplyScreen)
        await d.press("escape")
        await d.until(lambda: d.app.step_shown == "namespace", "back at the step")


async def test_space_holds_the_log_back_and_nothing_is_lost(desk: Any, tmp_path: Path) -> None:
    async with desk(WIDE, world=world_file(tmp_path, **CRASH)) as d:
        screen = await begun(d)
        log = screen.query_one(FollowLog)
        await d.press("space")
        await d.until(lambda: "paused" in str(log.border_subtitle), "paused")
        lines = len(log.lines)
        await d.until(lambda: "held up" in text_of(d.app), "more was told", LONG)
        assert len(log.lines) == lines
        await d.press("space")
        await d.until(lambda: len(log.lines) > lines, "goes on")
        assert "create Namespace/cocalc" in log.text


async def test_without_any_apply_the_screen_says_so(desk: Any) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        d.app.show_apply()
        await d.sees("Nothing was applied yet")
