"""Two operators at one namespace: one works, the other is told who does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cocalc_tui.core.action import MANAGER
from cocalc_tui.core.kinds import LEASE
from tests.engine.operators import Killed, Office


@pytest.mark.asyncio
async def test_the_second_is_told_who_is_at_work(tmp_path: Path) -> None:
    office = Office(tmp_path)
    async with office.operator() as one, office.operator() as two:
        await two.session.settle(20)
        waiting = asyncio.Event()

        def before(number: int) -> None:
            if number == 8:
                waiting.set()

        one.world.cluster.before_write = before
        running = asyncio.create_task(one.apply())
        await waiting.wait()
        outcome = await two.apply()
        assert (await running).exit == 0
        assert outcome.exit == 5
        (failed,) = two.events("failed")
        assert f"op{one.pid}@desk" in failed.message
        assert "is at work in namespace cocalc" in failed.message
        assert failed.remedy
    async with office.operator() as three:
        assert (await three.apply()).exit == 0


@pytest.mark.asyncio
async def test_a_holder_that_died_here_is_known_at_once(tmp_path: Path) -> None:
    office = Office(tmp_path)
    async with office.operator() as one:
        one.world.cluster.before_write = lambda number: one.kill() if number == 8 else None
        with pytest.raises(Killed):
            await one.apply()
    async with office.operator() as two:
        lease = await two.world.cluster.get(LEASE, MANAGER, "cocalc")
        assert lease
        assert lease["spec"]["holderIdentity"].startswith(f"op{one.pid}@desk")
        assert (await two.apply()).exit == 0
        lease = await two.world.cluster.get(LEASE, MANAGER, "cocalc")
        assert lease
        assert not lease["spec"].get("holderIdentity")
