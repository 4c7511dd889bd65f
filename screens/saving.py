"""Asking for a file name, and writing a text to it; an existing file is never overwritten."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from cocalc_tui.screens.widgets.modal import Box


class SaveBox(Box[str]):
    """Gives the path."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        """One line."""
        box = Vertical(id="save", classes="box")
        box.border_title = "Save to a file"
        box.border_subtitle = "enter saves · esc closes"
        with box:
            yield Static("An existing file is not overwritten.", markup=False)
            yield Input(self._name, compact=True, id="save-path")

    def on_mount(self) -> None:
        """The name can be typed over."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())


def write(path: str, text: str) -> str:
    """Writes a new file, and says in a line how that went."""
    place = Path(path).expanduser()
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return f"{place} exists already: give another name"
    except OSError as error:
        return f"{place} was not written: {error.strerror or error}"
    return f"Saved to {place}"
