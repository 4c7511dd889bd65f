"""A pane to read: one text in a frame, scrolled by keys when it has the focus."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static


class Reading(VerticalScroll):
    """A framed text; `room` is the width that its lines may have."""

    def __init__(self, title: str = "", *, id: str, classes: str = "") -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id, classes=classes, can_focus="pane" in classes.split())
        self.border_title = title or None
        self._text = Content("")

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(markup=False, classes="reading")

    @property
    def room(self) -> int:
        """How many cells a line may have."""
        return max(20, self.size.width - 1)

    @property
    def text(self) -> Content:
        """What is shown."""
        return self._text

    def show(self, text: Content) -> None:
        """Shows a text, if it differs; the scroll position stays."""
        if self._text.is_same(text):
            return
        rows = self._text.plain.count("\n")
        self._text = text
        # Lines are wrapped already, so another layout is needed only where their number changed.
        self.query_one(Static).update(text, layout=rows != text.plain.count("\n"))

    def label(self, title: str, note: str = "") -> None:
        """Names the pane, and notes something on its lower edge."""
        if (self.border_title, self.border_subtitle) != (title, note):
            self.border_title, self.border_subtitle = title, note
