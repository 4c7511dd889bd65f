"""The world gke, from its first look to a running release."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core.findings import State, Status
from cocalc_tui.engine.applying import Applier
from cocalc_tui.engine.lease import Holder
from cocalc_tui.engine.session import Session
from cocalc_tui.steps import STEPS

ME = Holder("tester@host", "host", 1, lambda pid: True)


@pytest.mark.asyncio
async def test_apply_ends_ready_without_warnings_and_a_second_writes_nothing(tmp_path: Path) -> None:
    world = RehearsalWorld.open("gke", tmp_path)
    session = Session(world, STEPS, world.examples)
    await session.start()
    await session.settle(10)
    try:
        first = await Applier(session, ME).run(lambda progress: None)
        assert (first.exit, first.left) == (0, ())
        judged = await session.settle(10)
        assert {s.state for s in judged.steps} == {State.READY}
        passing = (Status.PASS, Status.SKIPPED)
        assert [f for f in judged.findings() if f.verdict.status not in passing] == []
        second = await Applier(session, ME).run(lambda progress: None)
        assert (second.exit, second.writes) == (0, 0)
    finally:
        await session.close()
        await world.close()
