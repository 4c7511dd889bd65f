"""A box with a text to read, copy and save: commands, reports."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from cocalc_tui.screens.widgets.modal import Box


class TextBox(Box[str]):
    """Gives `save` where the text is to be saved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+y", "copy", "Copy", show=False),
        Binding("ctrl+s", "save", "Save", show=False),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """The text scrolls."""
        box = Vertical(id="textbox", classes="box")
        box.border_title = self._title
        box.border_subtitle = "^y copies · ^s saves · esc closes"
        with box, VerticalScroll(id="textbox-scroll"):
            yield Static(self._text, markup=False)

    def on_mount(self) -> None:
        """Arrows scroll at once."""
        self.query_one("#textbox-scroll").focus()

    def action_copy(self) -> None:
        """Sends the text to the terminal's clipboard, which confirms nothing."""
        self.app.copy_to_clipboard(self._text)
        self.query_one("#textbox").border_subtitle = "sent to the terminal's clipboard · ^s saves to a file"

    def action_save(self) -> None:
        """Asks for a file."""
        self.dismiss("save")
