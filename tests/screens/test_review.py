"""The plan: actions with their differences, what to know before applying, leaving out, taking over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.commands.export import exported
from cocalc_tui.core.kinds import NAMESPACE, SECRET
from cocalc_tui.core.plan import Planned
from cocalc_tui.screens.review import ReviewScreen
from tests.screens.conftest import NARROW, WIDE, text_of

pytestmark = pytest.mark.asyncio

KINDS = ("values", "script", "report", "answers", "rights")
EXPORTS = {kind: partial(exported, kind) for kind in KINDS}


async def opened(d: Any) -> ReviewScreen:
    await d.settled()
    await d.press("f4")
    await d.until(lambda: isinstance(d.app.shown, ReviewScreen), "the plan")
    await d.sees("can be done now")
    screen: ReviewScreen = d.app.shown
    return screen


def foreign_secret() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "postgresql-password", "namespace": "cocalc", "labels": {"team": "other"}},
        "type": "Opaque",
        "stringData": {"postgresql-password": "somebody else's"},
    }


def doable(screen: ReviewScreen) -> Sequence[Planned]:
    """What can be done now, as the screen counts it."""
    found = screen.prospect()
    assert found is not None
    return found.doable


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_actions_stand_by_step_with_verb_and_target(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await opened(d)
        shown = text_of(d.app)
        plan = d.app.live.judged.plan
        assert f"Actions {len(plan.actions)}" in shown
        assert plan.digest[:4] in shown.splitlines()[1]
        assert "create" in shown.splitlines()[1]
        assert "namespace + create  Namespace/cocalc" in shown
        assert "storage   + create  PVC/projects-data" in shown
        assert len(shown.splitlines()) == size[1]


async def test_the_difference_of_the_selected_action_is_shown(desk: Any) -> None:
    async with desk(WIDE) as d:
        screen = await opened(d)
        await d.press("slash", *"projects-data", "enter")
        assert screen.here is not None
        assert screen.here.action.target == "PVC/projects-data"
        await d.sees("+   name: projects-data")
        await d.press("enter")
        await d.until(lambda: d.app.step_shown == "storage", "its step")


async def test_tabs_change_what_is_below_on_a_low_screen(desk: Any) -> None:
    async with desk(NARROW) as d:
        await opened(d)
        await d.press("slash", *"regcred", "enter", "2")
        await d.sees("name: regcred")
        await d.press("1")
        await d.until(lambda: "name: regcred" not in text_of(d.app), "the other tab")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_is_left_out_keeps_back_what_comes_after_it(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        screen = await opened(d)
        every = len(doable(screen))
        await d.press("slash", *"namespace/", "enter", "space")
        await d.sees("left out")
        await d.sees("after namespace")
        assert len(doable(screen)) < every
        assert all(p.step == "nodes" for p in doable(screen))
        await d.press("space")
        await d.until(lambda: len(doable(screen)) == every, "taken in again")


async def test_applying_asks_first_with_the_counts(desk: Any) -> None:
    async with desk(NARROW) as d:
        await opened(d)
        await d.press("f9")
        await d.sees("Apply the plan")
        await d.sees("helm runs")
        await d.press("escape")
        assert d.app.applying is None
        assert isinstance(d.app.shown, ReviewScreen)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_somebody_else_made_is_taken_over_only_by_choice(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await d.settled()
        cluster = d.world.cluster
        await cluster.create(
            NAMESPACE, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cocalc"}}
        )
        await cluster.create(SECRET, foreign_secret())
        await d.until(lambda: d.app.live.judged.step("database").state == "foreign", "foreign")
        screen = await opened(d)
        await d.sees("your choice")
        assert "adopt" not in {p.verb for p in doable(screen)}
        await d.press("f9")
        await d.sees("not taken over")
        await d.press("escape", "slash", *"adopt", "enter", "space")
        await d.sees("taken over")
        assert "adopt" in {p.verb for p in doable(screen)}
        await d.press("f9")
        await d.sees("1 adopt")
        await d.press("f9")
        await d.until(lambda: d.app.applying is not None and not d.app.applying.running, "applied", 900)
        live = await cluster.get(SECRET, "postgresql-password", "cocalc")
        assert live["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "cocalc-tui"


async def test_missing_rights_are_told_and_written_to_a_file(desk: Any, tmp_path: Path) -> None:
    async with desk(WIDE, world="broken", exports=EXPORTS) as d:
        await opened(d)
        await d.sees("rights missing")
        await d.sees("stay by hand")
        await d.press("ctrl+s")
        await d.sees("rights.yaml")
        await d.press("enter")
        await d.sees("Save to a file")
        place = tmp_path / "roles.yaml"
        await d.press("end", "ctrl+u", *str(place), "enter")
        await d.until(place.exists, "written")
        assert "kind: Role" in place.read_text()


async def test_an_export_that_cannot_be_made_says_why(desk: Any) -> None:
    async with desk(NARROW, world="broken", exports=EXPORTS) as d:
        await opened(d)
        await d.press("ctrl+s", "home", "enter")
        await d.sees("the values file cannot be made")


async def test_the_commands_hold_no_secret(desk: Any) -> None:
    async with desk(WIDE) as d:
        await opened(d)
        await d.press("f6", "f6", "f6", "right", "tab", "tab", "enter")
        await d.sees("The plan by hand")
        assert "kubectl" in text_of(d.app)
        assert "practice-database-password" not in text_of(d.app)
