"""Name servers of a rehearsal, and an installation that waits for a record."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core.answers import Source
from cocalc_tui.core.facts import Seen, Unreachable
from cocalc_tui.core.findings import State
from cocalc_tui.core.topics import Probe
from cocalc_tui.engine.applying import Applier
from cocalc_tui.engine.lease import Holder
from cocalc_tui.engine.session import Session
from cocalc_tui.steps import STEPS
from tests.adapters.rehearsals import Small

NAMES = {
    "a.example.edu": {"CNAME": "lb.example.net"},
    "lb.example.net": {"A": ["203.0.113.10"], "AAAA": ["2001:db8::1"]},
    "example.edu": {"CAA": ["letsencrypt.org"]},
    "text.example.edu": {},
    "odd.example.edu": {"servfail": True},
    "silent.example.edu": {"silent": True},
}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "kind", "addresses"),
    [
        ("a.example.edu", "ok", ["2001:db8::1", "203.0.113.10"]),
        ("text.example.edu", "nodata", []),
        ("none.example.edu", "nxdomain", []),
        ("odd.example.edu", "servfail", []),
    ],
)
async def test_what_they_say(tmp_path: Path, name: str, kind: str, addresses: list[str]) -> None:
    world = Small(tmp_path, dns=NAMES).world
    seen = await world.probe(Probe.of("dns", name=name, caa=True), 1)
    assert isinstance(seen, Seen)
    assert (seen.objects[0]["kind"], seen.objects[0]["addresses"]) == (kind, addresses)
    if kind != "servfail":
        assert seen.objects[0]["caa"]["at"] == "example.edu"


@pytest.mark.asyncio
async def test_silent_ones(tmp_path: Path) -> None:
    world = Small(tmp_path, dns=NAMES).world
    assert isinstance(await world.probe(Probe.of("dns", name="silent.example.edu"), 0.01), Unreachable)


@pytest.mark.asyncio
async def test_a_release_does_not_wait_for_the_record(tmp_path: Path) -> None:
    world = RehearsalWorld.open("gke", tmp_path)
    given = world.examples.put("dns", "domain", "new.example.edu", Source.SET)
    session = Session(world, STEPS, given)
    await session.start()
    await session.settle(10)
    try:
        outcome = await Applier(session, Holder("t@h", "h", 1, lambda pid: True)).run(lambda progress: None)
        judged = await session.settle(10)
        assert (outcome.exit, outcome.failed) == (4, 0)
        assert judged.step("release").state is State.READY
        assert judged.step("dns").state is State.PARTIAL
        assert judged.step("dns").summary == "DNS admin: add A new.example.edu 203.0.113.10"
    finally:
        await session.close()
        await world.close()
