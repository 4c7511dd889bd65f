"""Certificates of a rehearsal: made when it is new, kept with it, and looked at as real ones are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.core.facts import Seen
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from tests.adapters.rehearsals import Small

MADE = {"site": {"names": ["a.example"], "days": 90}, "old": {"names": ["b.example"], "days": -3}}


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "host", "days"), [("site", "a.example", 90), ("old", "b.example", -3)])
async def test_each_is_what_the_world_says(tmp_path: Path, name: str, host: str, days: int) -> None:
    small = Small(tmp_path, certificates=MADE)
    cert, key = small.world.folder / f"{name}.crt", small.world.folder / f"{name}.key"
    assert key.stat().st_mode & 0o077 == 0
    asked = Probe.of("certificate", cert_file=str(cert), ref=SecretRef("file", str(key)))
    seen = await small.world.probe(asked, 5)
    assert isinstance(seen, Seen)
    found = seen.objects[0]
    assert (found["names"], found["key_matches"], found["key_error"]) == ([host], True, None)
    assert round((found["not_after"] - small.now) / 86400) == days
    before = key.read_bytes()
    assert Small(tmp_path, certificates=MADE).world.folder == small.world.folder
    assert key.read_bytes() == before


@pytest.mark.asyncio
async def test_its_authority_is_known_to_browsers(tmp_path: Path) -> None:
    world = Small(tmp_path, certificates={"site": MADE["site"]}).world
    seen = await world.probe(Probe.of("certificate", cert_file=str(world.folder / "site.crt")), 5)
    assert isinstance(seen, Seen)
    assert seen.objects[0]["chain"] == "complete"
