"""Killed after any write, a lease or a state of helm included: the next apply ends as an undisturbed one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.operators import Killed, Office, Operator

SAVES = 19  # what an undisturbed apply of this world makes the cluster keep, leases included


def counted(operator: Operator, kill_at: int = 0) -> list[int]:
    """Counts what the cluster keeps; kills the operator at one of them."""
    seen: list[int] = []
    save = operator.world.cluster.saved

    def saved() -> None:
        save()
        seen.append(len(seen) + 1)
        if len(seen) == kill_at:
            operator.kill()

    operator.world.cluster.saved = saved
    return seen


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    import asyncio

    async def run() -> dict[str, Any]:
        office = Office(tmp_path_factory.mktemp("undisturbed"))
        async with office.operator() as one:
            seen = counted(one)
            assert (await one.apply()).exit == 0
            assert len(seen) == SAVES
        return office.state()

    return asyncio.run(run())


@pytest.mark.asyncio
@pytest.mark.parametrize("number", range(1, SAVES + 1))
async def test_the_next_apply_ends_as_an_undisturbed_one(
    tmp_path: Path, undisturbed: dict[str, Any], number: int
) -> None:
    office = Office(tmp_path)
    async with office.operator() as one:
        counted(one, number)
        with pytest.raises(Killed):
            await one.apply()
    async with office.operator() as two:
        outcome = await two.apply()
        assert outcome.exit == 0, [(p.event, p.message, p.cause) for p in two.told]
        assert not outcome.left
    assert office.state() == undisturbed


@pytest.mark.asyncio
async def test_before_the_first_write_nothing_happened(tmp_path: Path) -> None:
    office = Office(tmp_path)
    before = office.state()
    async with office.operator() as one:
        one.world.cluster.before_write = lambda number: one.kill()
        with pytest.raises(Killed):
            await one.apply()
    assert office.state() == before
