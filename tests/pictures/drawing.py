"""Draws a scene, and reads what a picture says."""

from __future__ import annotations

import html
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from cocalc_tui.core.answers import Answers, Source
from cocalc_tui.full_screen import build
from cocalc_tui.options import Options
from cocalc_tui.resources import asset
from cocalc_tui.screens.picker import Offer
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import list_worlds
from tests.pictures.scenes import CRASH, CRASHING, Scene
from tests.screens.conftest import ME, Desk

FOLDER = Path(__file__).parent
ASSETS = Path(__file__).parents[2] / "assets"
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
VARIES = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UID"),
    (re.compile(r"practice-[0-9a-f]{8}"), "practice"),
    (re.compile(r"\b[0-9a-f]{4}( [0-9a-f]{4}){3}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{12,64}\b|sha256:[0-9a-f…]+"), "HASH"),
    (re.compile(r"\b\d+:\d\d(:\d\d)?\b|\d{4}-\d\d-\d\d\S*"), "TIME"),
    (re.compile(r"\b\d+(\.\d+)? ?(s|ms|min|h)\b"), "SPAN"),
    (re.compile(r"[⠁-⣿]"), "SPIN"),
    (re.compile(r"[█▇▆▅▄▃▂▁╸╺━]"), ""),
    (re.compile(r"\b(hub|manage|static)(-[a-z0-9]+)+\b"), "POD"),
)


@contextmanager
def own_place() -> Iterator[None]:
    """An empty current folder with the practice chart in it, so that nothing of this machine is drawn."""
    here, before = Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        os.environ.update(TZ="UTC", COLORTERM="truecolor")
        os.environ.pop("NO_COLOR", None)
        time.tzset()
        try:
            Path("practice-chart").symlink_to(ASSETS / "practice-chart")
            found = yaml.safe_load(asset("worlds/gke.yaml"))
            Path(CRASHING).write_text(yaml.safe_dump(found | CRASH))
            yield
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)
            time.tzset()


async def draw(scene: Scene) -> str:
    """The SVG of a scene, on a world that nobody touched before."""
    with own_place():
        options = Options(world=scene.world, state_dir="state")
        app = build(options, STEPS, Answers().put("chart", "directory", "practice-chart", Source.FILE))
        app.me, app.ascii, app.offers = ME, False, _rehearsals
        async with app.run_test(size=scene.size) as pilot:
            desk = Desk(app, pilot)
            await desk.settled()
            await scene.go(desk)
            await pilot.pause(0.3)
            return FONTS.sub("", app.export_screenshot(title="cocalc-tui"))


def _rehearsals() -> list[Offer]:
    return [Offer(f"rehearsal:{name}", f"rehearse {name}", title) for name, title in list_worlds()]


def words(svg: str) -> list[str]:
    """What a picture says, line by line, without what differs from time to time."""
    found = []
    for text in TEXT.findall(svg):
        line = html.unescape(text).replace("\xa0", " ")
        for pattern, name in VARIES:
            line = pattern.sub(name, line)
        if line := " ".join(line.split()):
            found.append(line)
    return found
