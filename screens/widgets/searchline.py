"""A line to search with: the cursor goes to what matches, enter opens it, esc ends the search."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class SearchLine(Horizontal):
    """Hidden until it begins."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "end", "End search", show=False),
        Binding("down", "next(1)", "Next match", show=False),
        Binding("up", "next(-1)", "Match before", show=False),
    ]

    class Sought(Message):
        """The text changed, or the next match is wanted (`move` 1 or -1)."""

        def __init__(self, text: str, move: int) -> None:
            super().__init__()
            self.text = text
            self.move = move

    class Ended(Message):
        """The search is over; `open_it` where enter was pressed."""

        def __init__(self, open_it: bool) -> None:
            super().__init__()
            self.open_it = open_it

    def compose(self) -> ComposeResult:
        """A slash and the text."""
        yield Static("/", classes="search-mark")
        yield Input(compact=True, placeholder="search: name or summary", classes="search-input")

    def on_mount(self) -> None:
        """Hidden at first."""
        self.display = False

    @property
    def query_text(self) -> str:
        """What is sought, empty where no search is on."""
        return self.query_one(Input).value.strip() if self.display else ""

    def begin(self) -> None:
        """Shows the line and takes the focus."""
        self.display = True
        self.screen.set_focus(self.query_one(Input))  # at once: the next key is already on its way

    def add(self, character: str) -> None:
        """Takes a letter that was typed before the line had the focus."""
        field = self.query_one(Input)
        field.value += character
        field.cursor_position = len(field.value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(self.query_text, 0))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._end(True)

    def action_next(self, move: int) -> None:
        """To another match."""
        self.post_message(self.Sought(self.query_text, move))

    def action_end(self) -> None:
        """Ends without opening anything."""
        self._end(False)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """A search that lost the focus is over."""
        if self.display and not self.query_one(Input).value:
            self.display = False

    def _end(self, open_it: bool) -> None:
        self.query_one(Input).value = ""
        self.display = False
        self.post_message(self.Ended(open_it))
