"""The mail server of a rehearsal refuses as a real one does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.core.facts import Seen, Unreachable
from cocalc_tui.core.topics import Probe
from tests.adapters.rehearsals import Small

SERVERS = {
    "m.example": {
        "ports": {465: "tls", 587: "starttls", 25: "clear"},
        "login": "cocalc",
        "secret": "p",
        "senders": ["a@b.example"],
    },
    "relay.example": {"ports": {25: "clear"}},
    "silent.example": {"ports": {25: "clear"}, "silent": True},
}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("asked", "password", "stage"),
    [
        ({"port": 465, "secure": True, "login": "cocalc", "sender": "a@b.example"}, "right", "ok"),
        ({"port": 587, "secure": False, "login": "cocalc"}, "right", "ok"),
        ({"port": 587, "secure": True}, "right", "tls"),
        ({"port": 465, "secure": False}, "right", "tls"),
        ({"port": 2525, "secure": False}, "right", "tcp"),
        ({"port": 587, "login": "cocalc"}, "wrong", "login"),
        ({"port": 587, "login": "other"}, "right", "login"),
        ({"port": 587, "sender": "a@b.example"}, "right", "sender"),
        ({"port": 587, "login": "cocalc", "sender": "x@b.example"}, "right", "sender"),
        ({"port": 25, "server": "relay.example", "sender": "x@b.example"}, "right", "ok"),
        ({"port": 25, "server": "relay.example", "login": "cocalc"}, "right", "login"),
        ({"port": 25, "server": "no.example"}, "right", "dns"),
    ],
)
async def test_how_far_it_comes(tmp_path: Path, asked: dict[str, Any], password: str, stage: str) -> None:
    world = Small(tmp_path, mailservers=SERVERS, secrets={"p": "right"}).world
    if "login" in asked:
        asked = {**asked, "ref": world.vault.remember("mail", password)}
    seen = await world.probe(Probe.of("smtp", **{"server": "m.example", "secure": False, **asked}), 1)
    assert isinstance(seen, Seen)
    assert seen.objects[0]["stage"] == stage
    assert (seen.objects[0]["error"] is None) is (stage == "ok")


@pytest.mark.asyncio
async def test_a_silent_one(tmp_path: Path) -> None:
    world = Small(tmp_path, mailservers=SERVERS, secrets={"p": "right"}).world
    seen = await world.probe(Probe.of("smtp", server="silent.example", port=25, secure=False), 0.01)
    assert isinstance(seen, Unreachable)
