"""The hub: every step with its state, details beside it, search, live events."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import events

from cocalc_tui.core.kinds import STORAGE_CLASS
from cocalc_tui.errors import Unreached
from cocalc_tui.screens.hub import HubScreen
from cocalc_tui.steps import STEPS
from tests.screens.conftest import NARROW, WIDE, OpenDesk, text_of

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_titles_are_shown_while_nothing_was_answered_yet(desk: OpenDesk, size: tuple[int, int]) -> None:
    async def silent(choice: str | None) -> Any:
        await asyncio.Event().wait()

    async with desk(size, open_world=silent) as d:
        await d.sees("opening")
        shown = text_of(d.app)
        assert all(step.title in shown for step in STEPS)
        await d.press("down", "enter")
        await d.until(lambda: d.app.step_shown == STEPS[1].id, "a step opened without a cluster")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_states_counts_place_and_operator_are_in_view(desk: OpenDesk, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await d.settled()
        shown = text_of(d.app)
        first, second = shown.splitlines()[:2]
        assert "rehearsal gke" in first
        assert "ada@bastion" in first
        assert "cocalc" in first
        strip = second if size == NARROW else shown.splitlines()[2]
        ready = sum(s.state == "ready" for s in d.judged.steps)
        assert f"{ready} of {len(STEPS)} ready" in strip
        assert len(shown.splitlines()) == size[1]


async def test_a_narrow_screen_tells_what_to_do_about_the_selected_step(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.press(*["down"] * [step.id for step in STEPS].index("namespace"))
        assert d.hub.selected == "namespace"
        assert "Apply this step to create it." in text_of(d.app).splitlines()[-2]


async def test_the_side_shows_findings_and_what_to_do(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.press(*["down"] * [step.id for step in STEPS].index("namespace"))
        shown = text_of(d.app)
        assert "What to do" in shown
        assert "Waits for" in shown
        assert "Needed by" in shown


async def test_a_new_class_is_noticed_and_the_cursor_stays(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.press("down", "down")
        manifest = {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "fresh-rwx"},
            "provisioner": "filestore.csi.storage.gke.io",
        }
        await d.world.cluster.create(STORAGE_CLASS, manifest)
        await d.sees("class fresh-rwx created")
        assert d.hub.selected == STEPS[2].id


async def test_search_goes_to_what_matches_and_enter_opens_it(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.press("slash", *"datab")
        assert d.hub.selected == "database"
        await d.press("enter")
        await d.sees("Answers")
        assert d.app.step_shown == "database"


async def test_search_ends_with_escape_and_keeps_the_hub(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.press("slash", *"stor", "escape")
        assert isinstance(d.app.shown, HubScreen)
        assert d.hub.selected == "storage"
        await d.press("down")
        assert d.hub.selected == "database"


async def test_every_step_is_reached_and_opened_by_keys_alone(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        for step in STEPS:
            assert d.hub.selected == step.id
            await d.press("enter")
            await d.sees(step.why[:20])
            assert d.app.step_shown == step.id
            assert step.title in text_of(d.app).splitlines()[1]
            await d.press("escape")
            await d.until(lambda: isinstance(d.app.shown, HubScreen), "back at the hub")
            await d.press("down")


async def test_a_world_that_cannot_be_opened_is_told_with_what_to_do(desk: OpenDesk) -> None:
    async def dead(choice: str | None) -> Any:
        raise Unreached("https://10.0.0.1 refused the connection", "Start the cluster, then look again.")

    async with desk(NARROW, open_world=dead, first="production") as d:
        await d.sees("refused the connection")
        await d.sees("Start the cluster, then look again.")
        assert "no cluster" in text_of(d.app).splitlines()[0]
        assert "looking" not in text_of(d.app)
        assert d.judged.step("namespace").state == "unknown"


async def test_a_search_that_is_typed_in_one_go_loses_no_letter(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        for key, character in [("slash", "/"), *((c, c) for c in "datab"), ("enter", "\r")]:
            d.app.post_message(events.Key(key, character))
        await d.until(lambda: d.app.step_shown == "database" and "Answers" in text_of(d.app), "opened")
