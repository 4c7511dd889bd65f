"""The frame of the app: connection, theme, filters, crashes, and which screen is shown.

What the first paint does not need is imported when it is used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.segment import Segments
from textual.app import App
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen
from textual.worker import WorkerFailed

from cocalc_tui.core.answers import Answers
from cocalc_tui.core.step import Step
from cocalc_tui.screens import crash, state_file, theme
from cocalc_tui.screens.base import Shown
from cocalc_tui.screens.glyphs import ToAscii
from cocalc_tui.screens.hub import HubScreen
from cocalc_tui.screens.live import Live, Outside
from cocalc_tui.screens.widgets.modal import Box

if TYPE_CHECKING:
    from cocalc_tui.engine.lease import Holder
    from cocalc_tui.engine.session import Session
    from cocalc_tui.screens.applying import ApplyRun
    from cocalc_tui.screens.picker import Offer

Factory = Callable[[], Shown]
PLUGGED: dict[str, Factory] = {}
"""Screens by name (`review`, `apply`, `values`, `done`): each module of that name enters itself here."""
SPECIAL: Mapping[str, str] = {"deploy-key": "deploy_key"}
"""Steps that have a screen of their own, by its module: what is there called `Special`."""


Export = Callable[["Session"], str]


def _offers() -> Sequence[Offer]:
    return ()


class Frame(App[int]):
    """Everything but the commands: those are in `app.CocalcApp`."""

    CSS_PATH = str(files("cocalc_tui.assets") / "app.tcss")
    TITLE = "CoCalc"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMAND_PALETTE_DISPLAY = "^p"
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        outside: Outside,
        steps: Sequence[Step],
        given: Answers,
        me: Holder,
        state_dir: Path,
        *,
        ascii: bool = False,  # noqa: A002  # the option's own name
        color: bool = True,
        colors: int = 1 << 24,
        first: str | None = None,
        offers: Callable[[], Sequence[Offer]] = _offers,
        exports: Mapping[str, Export] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
        self.live = Live(outside, steps, given, self._changed)
        self.me = me
        self.state_dir = state_dir
        self.ascii = ascii
        self.first = first
        self.offers = offers
        self.exports = exports
        self.applying: ApplyRun | None = None
        self._asked_to_stop = False
        self.no_color = self.no_color or not color
        self._theme_file = state_file.place(state_dir)
        for each in (theme.DARK, theme.LIGHT):
            self.register_theme(each)
        remembered = state_file.recall(self._theme_file)
        self.theme = theme.fitting(remembered, color=not self.no_color, colors=colors)

    # What Textual asks.

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens, for themes that do not define them."""
        return theme.defaults(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without colour: no colour at all, never greys. In ASCII: everything, whoever drew it."""
        filters = list(super().get_line_filters())
        if self.no_color:
            filters = [f for f in filters if not isinstance(f, Monochrome | NoColor)] + [NoColor()]
        return [*filters, ToAscii()] if self.ascii else filters

    def get_default_screen(self) -> Screen[Any]:
        """The hub is always the lowest screen."""
        return HubScreen()

    def on_mount(self) -> None:
        """The world is opened after the first paint."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.reopen()

    async def _open(self, choice: str | None) -> None:
        await self.live.open(choice)
        if self.live.trouble is not None and choice is None:
            self.pick()

    async def on_unmount(self) -> None:
        """Connections end with the app."""
        await self.live.close()

    def _handle_exception(self, error: Exception) -> None:
        """A crash leaves a redacted report and says where; the terminal is restored."""
        if self._exception is not None:
            return  # one report a crash: what fails while closing is not its cause
        told_of = error.error if isinstance(error, WorkerFailed) else error
        doing = f"screen {type(self.screen).__name__}, {self.size.width}x{self.size.height}"
        path = crash.report(told_of, self.state_dir, self.live.outside.redact, doing)
        where = f"A report was left at {path}" if path else "The report could not be written"
        told = f"cocalc-tui stopped on an error of its own: {type(told_of).__name__}. {where}"
        self._exit_renderables.append(Segments(self.console.render(told, self.console.options)))
        self._return_code = 1
        self._exception = error
        self._close_messages_no_wait()
        self._exception_event.set()

    def _changed(self) -> None:
        """A new snapshot: what is in sight is repainted."""
        if not self.is_running:
            return
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Shown):
                screen.paint()
                break

    # Screens.

    @property
    def shown(self) -> Shown | None:
        """The full screen in sight, below any box."""
        return next((s for s in reversed(self.screen_stack) if isinstance(s, Shown)), None)

    @property
    def step_shown(self) -> str | None:
        """The step in question: of the step's screen, or at the hub's cursor."""
        return self.shown.step_in_question if self.shown else None

    def show(self, screen: Shown) -> None:
        """Shows a screen; another one of its kind is replaced, boxes are closed."""
        while isinstance(self.screen, Box):
            self.screen.dismiss(None)
        name = screen.NAME
        below = [n for n, s in enumerate(self.screen_stack) if getattr(s, "NAME", "") == name]
        while below and len(self.screen_stack) - 1 > below[0]:
            self.pop_screen()
        if below and below[0] > 0:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def show_step(self, step: str) -> None:
        """Shows a step."""
        from cocalc_tui.screens.step import StepScreen

        kind: type[StepScreen] = StepScreen
        if step in SPECIAL:
            kind = import_module(f"cocalc_tui.screens.{SPECIAL[step]}").Special
        self.show(kind(step))

    def show_plugged(self, name: str) -> None:
        """Shows one of the screens that are made by name."""
        if name not in PLUGGED:
            with suppress(ModuleNotFoundError):
                import_module(f"cocalc_tui.screens.{name}")
        factory = PLUGGED.get(name)
        if factory is None:
            self.say(f"The screen {name} is not there")
        else:
            self.show(factory())

    def pick(self) -> None:
        """Offers other clusters; the list is read in a thread, as it is a file of the user's."""
        self.run_worker(self._pick(), name="offers", group="offers", exclusive=True)

    async def _pick(self) -> None:
        from cocalc_tui.screens.picker import PickerScreen

        offers = await asyncio.to_thread(self.offers)
        trouble = self.live.trouble
        text = f"{trouble.message}\n{trouble.remedy}".strip() if trouble else ""
        now = self.live.world.name if self.live.world else ""
        self.push_screen(PickerScreen(offers, trouble=text, now=now), self._picked)

    def _picked(self, choice: str | None) -> None:
        if choice is not None:
            self.first = choice
            self.reopen()

    def reopen(self) -> None:
        """Opens the chosen world again, or anew."""
        self.run_worker(self._open(self.first), name="open", group="world", exclusive=True)

    def say(self, text: str) -> None:
        """Says something in the key line of the screen in sight."""
        if self.shown is not None:
            self.shown.flash(text)
