"""The Lease: free or held, taken, renewed, lost, given back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.core.action import MANAGER
from cocalc_tui.core.kinds import LEASE
from cocalc_tui.engine import lease as leases
from cocalc_tui.engine.lease import Holder, LeaseKeeper, holder_text, is_free
from cocalc_tui.errors import LeaseHeld
from tests.adapters.rehearsals import Small
from tests.adapters.waiting import until

ME = Holder("ada@desk", "desk", 1, lambda pid: pid in (1, 2))
AT = 1_800_000_000.0


def held(identity: str = "bob@lab/2", *, host: str = "lab", pid: str = "2", **spec: Any) -> dict[str, Any]:
    notes = {leases.HOST: host, leases.PID: pid, leases.STEP: "storage"}
    times = {"acquireTime": "2027-01-15T07:59:50.000000Z", "renewTime": "2027-01-15T08:00:00.000000Z"}
    return {
        "metadata": {"name": MANAGER, "annotations": notes},
        "spec": {"holderIdentity": identity, "leaseDurationSeconds": 30, **times, **spec},
    }


@pytest.mark.parametrize(
    ("lease", "now", "free"),
    [
        (None, AT, True),
        (held(), AT, False),
        (held(), AT + 30, False),
        (held(), AT + 30.1, True),
        (held(renewTime="nonsense"), AT, True),
        (held(renewTime=None), AT, True),
        (held(""), AT, True),
        (held(ME.identity), AT, True),
        (held(host="desk", pid="2"), AT, False),
        (held(host="desk", pid="3"), AT, True),
        (held(host="lab", pid="3"), AT, False),
        (held(host="desk", pid="x"), AT, False),
    ],
)
def test_when_it_is_free(lease: dict[str, Any] | None, now: float, *, free: bool) -> None:
    assert is_free(lease, ME, now) is free


def test_the_holder_is_told_with_place_and_time() -> None:
    assert holder_text(held()) == "bob@lab since 2027-01-15T07:59:50.000000Z, at step storage"


class Desk:
    """Keepers of one lease on a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.small = Small(folder)

    def keeper(self, who: str, pid: int = 1, host: str = "desk") -> LeaseKeeper:
        me = Holder(f"{who}@{host}", host, pid, lambda other: True)
        return LeaseKeeper(self.small.cluster, "n", me, lambda: self.small.now, renew=0.001)

    async def spec(self) -> dict[str, Any]:
        found = await self.small.cluster.get(LEASE, MANAGER, "n")
        assert found is not None
        return dict(found["spec"])

    async def renewed(self, before: str) -> None:
        """Waits until the time of renewal is no longer that."""
        found = self.small.world.store.find
        await until(lambda: (found(LEASE, MANAGER, "n") or {})["spec"]["renewTime"] != before)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Renewals come at once instead of every ten seconds."""
    return Desk(tmp_path)


@pytest.mark.asyncio
async def test_one_holds_it_until_it_is_given_back(desk: Desk) -> None:
    ada, bob = desk.keeper("ada"), desk.keeper("bob", 2)
    await ada.take()
    with pytest.raises(LeaseHeld, match=r"ada@desk since .* is at work in namespace n"):
        await bob.take()
    await ada.give_back()
    assert (await desk.spec())["leaseTransitions"] == 1
    await bob.take()
    assert (await desk.spec())["leaseTransitions"] == 2
    assert (await desk.spec())["holderIdentity"] == "bob@desk/2"
    await bob.give_back()


@pytest.mark.asyncio
async def test_it_is_renewed_while_it_is_held(desk: Desk) -> None:
    ada, bob = desk.keeper("ada"), desk.keeper("bob", 2)
    await ada.take()
    began = (await desk.spec())["renewTime"]
    desk.small.pass_time(29)
    await desk.renewed(began)
    desk.small.pass_time(29)
    with pytest.raises(LeaseHeld):
        await bob.take()
    assert (await desk.spec())["acquireTime"] == began
    await ada.give_back()


@pytest.mark.asyncio
async def test_one_that_is_silent_too_long_loses_it(desk: Desk) -> None:
    ada, bob = desk.keeper("ada"), desk.keeper("bob", 2)
    await ada.take()
    desk.small.pass_time(31)
    await bob.take()
    assert (await desk.spec())["holderIdentity"] == "bob@desk/2"
    await until(lambda: ada.lost)
    await ada.give_back()
    assert (await desk.spec())["holderIdentity"] == "bob@desk/2"
    await bob.give_back()


@pytest.mark.asyncio
async def test_a_server_that_is_silent_for_a_moment_does_not_lose_it(desk: Desk) -> None:
    ada, cluster = desk.keeper("ada"), desk.small.cluster
    await ada.take()
    asked, talking = cluster.requests, cluster.faults
    cluster.faults = replace(talking, silent=True)
    await until(lambda: cluster.requests >= asked + 3)
    cluster.faults = talking
    began = (await desk.spec())["renewTime"]
    desk.small.pass_time(5)
    await desk.renewed(began)
    assert not ada.lost
    await ada.give_back()


@pytest.mark.asyncio
async def test_two_that_take_it_at_once_do_not_both_get_it(desk: Desk) -> None:
    keepers = [desk.keeper("ada"), desk.keeper("bob", 2)]
    results = await asyncio.gather(*(k.take() for k in keepers), return_exceptions=True)
    assert [type(r) for r in results if r] == [LeaseHeld]
    for keeper in keepers:
        await keeper.give_back()
