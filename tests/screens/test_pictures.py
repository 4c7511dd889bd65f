"""The pictures of the README show the screens as they are."""

from __future__ import annotations

import pytest

from tests.pictures.drawing import FOLDER, draw, words
from tests.pictures.scenes import SCENES, Scene

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

AGAIN = "make them anew: tests/pictures/make"
MOST = 0.7


@pytest.mark.parametrize("scene", SCENES, ids=[scene.file for scene in SCENES])
async def test_a_picture_is_current(scene: Scene) -> None:
    kept, now = words((FOLDER / scene.file).read_text(encoding="utf-8")), words(await draw(scene))
    if scene.steady:
        assert kept == now, AGAIN
    else:
        before, after = set(kept), set(now)
        assert len(before & after) >= MOST * len(before | after), AGAIN


async def test_no_picture_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.svg")} == {scene.file for scene in SCENES}


@pytest.mark.parametrize("scene", SCENES, ids=[scene.file for scene in SCENES])
async def test_a_picture_asks_nothing_of_the_network(scene: Scene) -> None:
    text = (FOLDER / scene.file).read_text(encoding="utf-8")
    assert "url(" not in text.replace("url(#", "")
