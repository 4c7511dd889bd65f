"""The last row: what the keys do here. A click on a key presses it."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

FLASH = 5.0


class Key(NamedTuple):
    """A key: its Textual name, how it is written, what it does."""

    key: str
    shown: str
    does: str


PALETTE = Key("ctrl+p", "^p", "Commands")


class KeyLine(Static):
    """Keys in the order of their worth: what does not fit at the right is left out."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        super().__init__()
        self.keys = keys
        self._places: list[tuple[range, str]] = []
        self._timer: Timer | None = None
        self._flashed = ""

    def on_mount(self) -> None:
        """First paint."""
        self._paint()

    def on_resize(self) -> None:
        """How many keys fit depends on the width."""
        self._paint()

    def flash(self, text: str) -> None:
        """Shows a text instead of the keys for some seconds."""
        self._flashed = text
        if self._timer:
            self._timer.stop()
        self._timer = self.set_timer(FLASH, self._again)
        self._paint()

    def show_keys(self, keys: tuple[Key, ...]) -> None:
        """Other keys from now on."""
        if keys != self.keys:
            self.keys = keys
            self._paint()

    def _again(self) -> None:
        self._flashed = ""
        self._paint()

    def _paint(self) -> None:
        width = self.size.width
        if not width:
            return
        self._places = []
        right = f" {PALETTE.shown} {PALETTE.does} "
        room = width - len(right)
        parts: list[tuple[str, str] | str] = []
        x = 0
        if self._flashed:
            text = Content(f" {self._flashed}").truncate(room, ellipsis=True).plain
            parts.append((text, "bold $foreground"))
            x = Content(text).cell_length
        else:
            for key in self.keys:
                size = len(key.shown) + len(key.does) + 2
                if x + size > room:
                    break
                parts += [(key.shown, "bold $primary"), (f" {key.does} ", "$muted")]
                self._places.append((range(x, x + size), key.key))
                x += size
        parts.append(" " * (room - x))
        parts += [(f" {PALETTE.shown}", "bold $primary"), (f" {PALETTE.does} ", "$muted")]
        self._places.append((range(room, width), PALETTE.key))
        self.update(Content.assemble(*parts), layout=False)

    def on_click(self, event: events.Click) -> None:
        """Presses the key that was clicked."""
        for place, key in self._places:
            if event.x in place:
                self.app.simulate_key(key)
