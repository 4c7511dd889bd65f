"""The deploy key's screen: key and message whole, copied and saved by keys, and access noticed by itself."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import yaml

from cocalc_tui.adapters.rehearsal.definition import WORLDS
from cocalc_tui.core.action import MakeKey
from cocalc_tui.core.findings import State
from tests.screens.conftest import NARROW, WIDE, OpenDesk, text_of

pytestmark = pytest.mark.asyncio


def fetching(folder: Path, granted_after: float) -> str:
    """The GKE world with a chart that is yet to be fetched; the vendor takes its time."""
    world = yaml.safe_load((WORLDS / "gke.yaml").read_text("utf-8"))
    world["git"] = {"granted_after": granted_after}
    world["answers"]["chart"] = {"directory": "$FOLDER/cocalc-cloud"}
    path = folder / "fetching.yaml"
    path.write_text(yaml.safe_dump(world))
    return str(path)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_from_no_key_to_a_granted_one(desk: OpenDesk, tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(size, world=fetching(tmp_path, 10_000_000)) as d:
        await d.settled()
        await d.open("deploy-key")
        assert "Public key" not in text_of(d.app)
        action = d.judged.step("deploy-key").planned[0].action
        assert isinstance(action, MakeKey)
        await d.world.git.make_key(action)
        await d.press("f5")
        await d.sees("Public key")
        await d.sees("SageMath has not granted it yet")
        public = str(d.judged.view.result(action.probe)["public"])
        shown = "".join(text_of(d.app).split()).replace("│", "")
        assert public.split()[1] in shown
        await d.press("ctrl+y")
        assert public in d.app.clipboard
        assert "Subject: Deploy key for cocalc-cloud-helm, Example University" in d.app.clipboard
        d.app.screen.query_one("#public").focus()
        await d.press("ctrl+y")
        assert d.app.clipboard == public + "\n"
        long_ago = time.time() - 100_000_000
        os.utime(action.path, (long_ago, long_ago))
        await d.press("f5")
        await d.until(lambda: d.judged.step("deploy-key").state is State.READY, "access is granted")
        await d.until(lambda: "Message for SageMath" not in text_of(d.app), "nothing to be sent")
