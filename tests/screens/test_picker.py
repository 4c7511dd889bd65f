"""Choosing another cluster, or a rehearsal."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.errors import UsageError
from cocalc_tui.screens.picker import Offer
from tests.screens.conftest import NARROW, OpenDesk, text_of

pytestmark = pytest.mark.asyncio
OFFERS = (
    Offer("production", "production", "context of ~/.kube/config"),
    Offer("rehearsal:gke", "gke", "rehearsal: GKE with four nodes"),
)


async def test_without_a_cluster_the_picker_opens_and_a_rehearsal_can_be_chosen(
    desk: OpenDesk, tmp_path: Any
) -> None:
    async def only_rehearsals(choice: str | None) -> Any:
        if not (choice or "").startswith("rehearsal:"):
            raise UsageError("no kubeconfig was found", "Give --kubeconfig FILE, or rehearse.")
        return RehearsalWorld.open(str(choice).removeprefix("rehearsal:"), tmp_path)

    async with desk(NARROW, open_world=only_rehearsals, offers=lambda: OFFERS) as d:
        await d.sees("Change cluster")
        assert "no kubeconfig was found" in text_of(d.app)
        await d.press("down", "enter")
        await d.settled()
        assert "rehearsal gke" in text_of(d.app).splitlines()[0]


async def test_what_was_typed_for_one_cluster_does_not_go_to_another(desk: OpenDesk) -> None:
    async with desk(NARROW, offers=lambda: (Offer("rehearsal:gke", "gke"),)) as d:
        await d.settled()
        d.app.live.answer("namespace", "name", "elsewhere")
        first = d.app.live.world
        d.app.action_pick()
        await d.sees("Change cluster")
        await d.press("enter")
        await d.until(lambda: d.app.live.world not in (None, first), "another world")
        await d.settled()
        assert d.judged.view.text("namespace.name") == "cocalc"


async def test_escape_leaves_everything_as_it_was(desk: OpenDesk) -> None:
    async with desk(NARROW, offers=lambda: OFFERS) as d:
        await d.settled()
        world = d.app.live.world
        d.app.action_pick()
        await d.sees("Change cluster")
        await d.press("escape")
        assert d.app.live.world is world
