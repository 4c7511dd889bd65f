"""A log that follows while one is at its end, and waits while it is paused."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.color import Color, ColorParseError
from textual.widgets import RichLog

from cocalc_tui.screens.apply_log import Said

MOST = 2000
SOURCE = 10


class FollowLog(RichLog):
    """Keeps the last lines; `following` and `paused` tell what its edge says."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end", "to_end", "Follow", show=False),
    ]

    def __init__(self, *, id: str, classes: str = "") -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id, classes=classes, max_lines=MOST, wrap=False, auto_scroll=False, min_width=20)
        self.following = True
        self.paused = False
        self.said: deque[Said] = deque(maxlen=MOST)
        self._held: list[Said] = []

    def on_mount(self) -> None:
        """Colours come from the theme, so another theme means writing it anew."""
        self.border_title = "Log"
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.rewrite())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled away from the end it stands still; back at the end it follows."""
        super().watch_scroll_y(old_value, new_value)
        if old_value != new_value:
            self.following = round(new_value) >= self.max_scroll_y
            self._edge()

    def tell(self, said: Iterable[Said]) -> None:
        """Adds lines, or keeps them until the pause ends."""
        new = list(said)
        if not new:
            return
        if self.paused:
            self._held += new
        else:
            self._put(new)
        self._edge()

    def pause(self) -> None:
        """Stops and goes on."""
        self.paused = not self.paused
        if not self.paused:
            held, self._held = self._held, []
            self.following = True
            self._put(held)
            self.scroll_end(animate=False)
        self._edge()

    def action_to_end(self) -> None:
        """To the end, where it follows."""
        self.following = True
        self.scroll_end(animate=False)

    def rewrite(self) -> None:
        """Writes everything anew, in the present colours."""
        said = list(self.said)
        self.said.clear()
        self.clear()
        self._put(said)

    @property
    def text(self) -> str:
        """All lines, also those held back."""
        return "".join(f"{_clock(s)} {s.source:<{SOURCE}}{s.text}\n" for s in (*self.said, *self._held))

    def _put(self, said: Iterable[Said]) -> None:
        muted = self._style("muted")
        follow = self.following
        for one in said:
            self.said.append(one)
            row = Text.assemble(
                (f"{_clock(one)} ", muted),
                (f"{one.source:<{SOURCE}}", self._style("error") if one.tone == "error" else ""),
                (one.text, self._style(one.tone) if one.tone else ""),
                no_wrap=True,
                end="",
            )
            self.write(row, scroll_end=follow)
        self.following = follow

    def _style(self, token: str) -> Style:
        """A colour of the theme as Rich takes it; none where the terminal shows no colour."""
        value = self.app.theme_variables.get(token, "")
        try:
            return Style(color=Color.parse(value).rich_color) if value else Style()
        except ColorParseError:
            return Style()

    def _edge(self) -> None:
        self.border_subtitle = (
            f"paused, {len(self._held)} new"
            if self.paused
            else "following"
            if self.following
            else "end follows"
        )


def _clock(said: Said) -> str:
    return time.strftime("%H:%M:%S", time.localtime(said.at))
