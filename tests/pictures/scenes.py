"""What the pictures show: how to get there, and what of it differs from time to time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cocalc_tui.screens.done import DoneScreen
from cocalc_tui.screens.hub import HubScreen
from tests.screens.conftest import NARROW, WIDE, Desk, text_of

LONG = 1500
CRASHING = "practice.yaml"
CRASH = {"programs": [{"pod": "hub-next", "crash": 3, "log": "no route to the database"}]}


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. `about` is for the README; one that is not `steady` is never quite the same."""

    name: str
    about: str
    go: Callable[[Desk], Awaitable[None]]
    size: tuple[int, int] = WIDE
    world: str = "gke"
    steady: bool = True

    @property
    def file(self) -> str:
        """The picture's name in its folder."""
        return f"{self.name}-{self.size[0]}x{self.size[1]}.svg"


async def _hub(desk: Desk) -> None:
    await desk.press("down", "down", "down", "down", "down", "down")


async def _light(desk: Desk) -> None:
    desk.app.theme = "cocalc-light"
    await _hub(desk)


async def _storage(desk: Desk) -> None:
    await desk.open("storage")
    await desk.sees("Findings")


async def _classes(desk: Desk) -> None:
    await _storage(desk)
    await desk.press("enter")
    await desk.sees("standard-rwo")


async def _database(desk: Desk) -> None:
    await desk.open("database")


async def _review(desk: Desk) -> None:
    await desk.press("f4")
    await desk.sees("can be done now")


async def _begin(desk: Desk) -> None:
    await _review(desk)
    await desk.press("f9")
    await desk.sees("Apply the plan")
    await desk.press("enter")
    await desk.sees("Applying")


async def _stuck(desk: Desk) -> None:
    await _begin(desk)
    await desk.until(lambda: "15 of 16" in text_of(desk.app), "all others are ready", LONG)
    await desk.until(lambda: "held up by hub-next" in text_of(desk.app), "no promise of an end", LONG)


async def _done(desk: Desk) -> None:
    await _begin(desk)
    await desk.until(lambda: isinstance(desk.app.shown, DoneScreen), "the end", LONG)
    await desk.sees("CoCalc runs")


async def _values(desk: Desk) -> None:
    await desk.press("f3")
    await desk.sees("my-values.yaml")


async def _help(desk: Desk) -> None:
    await desk.open("storage")
    await desk.press("f1")


async def _palette(desk: Desk) -> None:
    await desk.press("ctrl+p")


async def _picker(desk: Desk) -> None:
    desk.app.call_later(desk.app.action_pick)
    await desk.sees("rehearse broken")


async def _broken(desk: Desk) -> None:
    assert isinstance(desk.app.shown, HubScreen)
    await _hub(desk)


SCENES = (
    Scene("hub", "The hub: every step with its live state, the selected one explained", _hub),
    Scene(
        "storage",
        "A step: why, its fields with their sources, what was found, what it would change",
        _storage,
    ),
    Scene("storage-class", "A drop-down knows which classes can do ReadWriteMany", _classes),
    Scene("database", "The database, tried from this machine", _database),
    Scene("review", "The whole plan with its diffs, before anything is changed", _review),
    Scene(
        "apply",
        "Applying: the rollout, the root cause of what stands still, the log",
        _stuck,
        world=CRASHING,
        steady=False,
    ),
    Scene("done", "The end: what runs, where the data is, what to do next", _done, steady=False),
    Scene("values", "my-values.yaml beside the keys of the chart", _values),
    Scene("help", "Help for every step, check and field", _help),
    Scene("palette", "Every command can be searched", _palette),
    Scene("picker", "Another cluster, or a practice cluster", _picker),
    Scene("broken", "A cluster with one of everything wrong", _broken, world="broken"),
    Scene("hub-light", "The light theme", _light),
    Scene("hub", "The hub at 80×24", _hub, NARROW),
    Scene("storage", "A step at 80×24", _storage, NARROW),
    Scene("apply", "Applying at 80×24", _stuck, NARROW, CRASHING, steady=False),
)
