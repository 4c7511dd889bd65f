"""The frame: leaving, stopping, crashes, sizes, no colour, ASCII, no stall."""

from __future__ import annotations

import asyncio
import stat
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.worker import WorkerFailed

from cocalc_tui.core.kinds import STORAGE_CLASS
from cocalc_tui.errors import UsageError
from cocalc_tui.steps import STEPS
from tests.screens.conftest import NARROW, WIDE, OpenDesk, text_of

pytestmark = pytest.mark.asyncio


async def test_ctrl_c_says_how_to_quit_and_the_second_one_leaves(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.press("ctrl+c")
        assert "^q quits, ^c again leaves at once" in text_of(d.app)
        assert d.app.return_value is None
        await d.press("ctrl+c")
        assert d.app.return_value == 130


async def test_ctrl_q_quits_also_from_an_input_and_from_a_box(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.open("database")
        await d.press("f1")
        await d.sees("esc closes")
        await d.press("ctrl+q")
        assert d.app.return_value == 0


async def test_quitting_a_running_apply_asks_and_stops_at_a_safe_point(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        d.app.start_apply()
        d.app.action_leave()
        d.app.action_stop()
        await d.sees("An apply is running")
        await d.press("down", "enter")
        await d.until(lambda: d.app.return_value == 130, "left after the safe point")
        assert d.outcome.exit == 130
        assert d.outcome.done == 0


async def test_a_crash_leaves_a_redacted_report_and_says_where(desk: OpenDesk, tmp_path: Path) -> None:
    secret = "s3cret-of-the-vault"

    async def crash() -> None:
        async with desk(NARROW, redact=lambda text: text.replace(secret, "****")) as d:
            await d.settled()
            d.app.run_worker(_fail(f"lost {secret}"))
            await d.until(lambda: not d.app.is_running, "stopped")

    with pytest.raises(WorkerFailed):
        await crash()
    reports = list((tmp_path / "reports").iterdir())
    assert len(reports) == 1
    text = reports[0].read_text()
    assert "RuntimeError: lost ****" in text
    assert "in _fail" in text
    assert secret not in text
    assert stat.S_IMODE(reports[0].stat().st_mode) == 0o600


async def _fail(message: str) -> None:
    raise RuntimeError(message)


async def test_a_resize_storm_never_breaks(desk: OpenDesk) -> None:
    sizes = [
        (80, 24),
        (120, 40),
        (40, 10),
        (200, 60),
        (20, 5),
        (99, 31),
        (100, 32),
        (1, 1),
        (80, 24),
        (120, 24),
        (80, 50),
    ]
    async with desk(WIDE) as d:
        await d.settled()
        shows: list[Callable[[], None]] = [partial(d.app.show_step, s.id) for s in STEPS[6:8]]
        for show in (d.app.action_help, *shows, d.app.action_help):
            show()
            await d.pilot.pause()
            for width, height in sizes:
                await d.pilot.resize_terminal(width, height)
            await d.pilot.resize_terminal(*NARROW)
            await d.pilot.pause()
            assert len(text_of(d.app).splitlines()) == NARROW[1]


async def test_keys_at_random_never_break(desk: OpenDesk) -> None:
    keys = [
        "f1",
        "escape",
        "f5",
        "f6",
        "f7",
        "f8",
        "f9",
        "escape",
        "slash",
        "a",
        "enter",
        "tab",
        "shift+tab",
        "down",
    ]
    keys += [
        "up",
        "space",
        "1",
        "2",
        "question_mark",
        "escape",
        "colon",
        "escape",
        "ctrl+y",
        "ctrl+z",
        "pagedown",
    ]
    async with desk(NARROW) as d:
        await d.settled()
        for turn in range(3):
            for n in range(len(keys)):
                await d.pilot.press(keys[(n * (turn * 2 + 5)) % len(keys)])
        await d.pilot.pause()
        assert d.app.return_value is None


async def test_without_colour_state_is_told_by_signs_and_nothing_is_coloured(desk: OpenDesk) -> None:
    async with desk(NARROW, color=False) as d:
        await d.settled()
        strips = []
        for strip in d.app.screen._compositor.render_strips():
            for each in d.app.get_line_filters():
                strip = strip.apply_filter(each, Color(0, 0, 0))  # noqa: PLW2901
            colours = [
                s.style.color for s in strip if s.style and s.style.color and not s.style.color.is_default
            ]
            assert colours == []
            strips.append(strip)
        cursor = [s for s in strips[2] if s.style and s.style.reverse and s.text.strip()]
        assert "Tools" in "".join(s.text for s in cursor)
        assert d.app.theme == "ansi-dark"
        assert "✓ Tools" in text_of(d.app)


async def test_ascii_is_ascii_on_every_screen(desk: OpenDesk) -> None:
    async with desk(NARROW, ascii=True) as d:
        await d.settled()
        assert text_of(d.app).isascii()
        assert "* Tools" in text_of(d.app)
        for step in STEPS:
            await d.open(step.id)
            assert text_of(d.app).isascii()
        await d.press("f1")
        await d.sees("esc closes")
        assert text_of(d.app).isascii()


async def test_no_stall_while_the_cluster_changes_quickly(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("storage")
        worst = 0.0

        async def beat() -> None:
            nonlocal worst
            while True:
                before = time.perf_counter()
                await asyncio.sleep(0.005)
                worst = max(worst, time.perf_counter() - before - 0.005)

        task = asyncio.create_task(beat())
        for n in range(40):
            manifest = {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": f"class-{n}"},
                "provisioner": "nfs.csi.k8s.io",
            }
            await d.world.cluster.create(STORAGE_CLASS, manifest)
            await asyncio.sleep(0.01)
        await d.until(lambda: d.noticed()[:1] == ["class class-39 created"], "all noticed")
        task.cancel()
        assert worst < 0.25, f"the event loop stood still for {worst * 1000:.0f} ms"


async def test_copying_claims_nothing_and_saving_writes_a_new_file_only(
    desk: OpenDesk, tmp_path: Path
) -> None:
    path = tmp_path / "out.txt"
    async with desk(WIDE) as d:
        await d.settled()
        await d.press("ctrl+y")
        await d.sees("Sent to the terminal's clipboard, ^s saves it to a file")
        assert "kubectl" in d.app.clipboard
        await d.press("ctrl+s")
        await d.sees("Save to a file")
        await d.press("end", "ctrl+u", *str(path), "enter")
        await d.until(path.exists, "written")
        await d.sees("Saved to")
        await d.press("ctrl+s")
        await d.sees("Save to a file")
        await d.press("end", "ctrl+u", *str(path), "enter")
        await d.sees("exists already")


async def test_an_unknown_world_is_told_and_another_one_offered(desk: OpenDesk) -> None:
    async def none(choice: str | None) -> Any:
        raise UsageError("no kubeconfig was found", "Give --kubeconfig, or look around: cocalc-tui rehearse")

    async with desk(WIDE, open_world=none) as d:
        await d.sees("no kubeconfig was found")
        await d.sees("Change cluster")
