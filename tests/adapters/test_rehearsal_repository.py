"""The vendor's repository of a rehearsal: granted after its time, written into the world's folder alone."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core import checkout
from cocalc_tui.core.action import Git, MakeKey
from cocalc_tui.core.facts import Seen
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused
from tests.adapters.rehearsals import Small

pytestmark = pytest.mark.asyncio


async def ask(world: RehearsalWorld, kind: str, **args: Any) -> Any:
    seen = await world.probe(Probe.of(kind, **args), 5)
    assert isinstance(seen, Seen)
    return seen.objects[0]


def fetch(world: RehearsalWorld, directory: str, commit: str = "") -> Git:
    key = str(world.folder / "deploy-key")
    return Git("g", "chart", "why", directory, checkout.REPO, "main", key, commit=commit)


async def test_granted_after_its_time_then_fetched(tmp_path: Path) -> None:
    small = Small(tmp_path, git={"granted_after": 100})
    key, folder = str(small.world.folder / "deploy-key"), str(small.world.folder / "cocalc-cloud")
    question = {"repo": checkout.REPO, "branch": "main", "key": key}
    assert (await ask(small.world, "git-access", **question))["denied"] is True
    await small.world.git.make_key(MakeKey("k", "deploy-key", "why", key, "me"))
    made = await asyncio.to_thread(os.stat, key)
    small.now = made.st_mtime + 99
    assert (await ask(small.world, "git-access", **question))["denied"] is True
    with pytest.raises(Refused, match="Permission denied"):
        await small.world.git.check_out(fetch(small.world, folder), lambda line: None)
    assert (await ask(small.world, "checkout", directory=folder, key=key))["state"] == "absent"
    small.now += 2
    access = await ask(small.world, "git-access", **question)
    assert access["ok"] is True
    await small.world.git.check_out(fetch(small.world, folder, access["commit"]), lambda line: None)
    seen = await ask(small.world, "checkout", directory=folder, key=key)
    assert (seen["state"], seen["commit"], seen["key_set"]) == ("checkout", access["commit"], True)
    chart = await ask(small.world, "chart", directory=folder)
    assert (chart["found"], chart["git"]["commit"]) == (True, access["commit"])
    assert (await ask(small.world, "git-remote", directory=folder, **question))["behind"] == 0
    with pytest.raises(Refused, match="no commit"):
        await small.world.git.check_out(fetch(small.world, folder, "fffffff"), lambda line: None)


async def test_nothing_is_written_elsewhere(tmp_path: Path) -> None:
    small = Small(tmp_path)
    for outside in (str(tmp_path / "key"), str(small.world.folder / ".." / "key")):
        with pytest.raises(Refused, match="writes nothing outside"):
            await small.world.git.make_key(MakeKey("k", "deploy-key", "why", outside, "me"))
        with pytest.raises(Refused, match="writes nothing outside"):
            await small.world.git.check_out(fetch(small.world, outside), lambda line: None)
        assert not await asyncio.to_thread(Path(outside).exists)


async def test_other_folders_are_told_apart(tmp_path: Path) -> None:
    small = Small(tmp_path)
    folder = small.world.folder / "mine"
    folder.mkdir()
    assert (await ask(small.world, "checkout", directory=str(folder)))["state"] == "empty"
    (folder / "notes").write_text("mine")
    assert (await ask(small.world, "checkout", directory=str(folder)))["state"] == "folder"
