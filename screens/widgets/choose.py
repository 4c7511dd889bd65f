"""A box with a list to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cocalc_tui.screens.text import fit, line
from cocalc_tui.screens.widgets.modal import Box
from cocalc_tui.screens.widgets.rows import Rows


class Item(NamedTuple):
    """One entry: what is returned, what is shown, what is known of it."""

    value: str
    label: str
    note: str = ""


class ChooseBox(Box[str]):
    """Arrows move, enter chooses, esc leaves everything as it was."""

    def __init__(self, title: str, items: Sequence[Item], *, text: str = "", now: str = "") -> None:
        super().__init__()
        self._title = title
        self._items = list(items)
        self._text = text
        self._now = now

    def compose(self) -> ComposeResult:
        """The text, then the list."""
        box = Vertical(id="choose", classes="box")
        box.border_title = self._title
        box.border_subtitle = "enter chooses · esc closes"
        with box:
            yield Static(self._text, id="choose-text", markup=False)
            yield Rows(*self._make_options(), compact=True, id="choose-list", classes="rows")

    def _make_options(self) -> list[Option]:
        wide = max((len(i.label) for i in self._items), default=0) + 2
        wide = min(wide, 44)
        return [Option(line(fit(i.label, wide), (i.note, "$muted")), id=i.value) for i in self._items]

    def on_mount(self) -> None:
        """The cursor is at what holds now."""
        rows = self.query_one("#choose-list", OptionList)
        self.query_one("#choose-text").display = bool(self._text)
        found = [n for n, i in enumerate(self._items) if i.value == self._now]
        rows.highlighted = found[0] if found else (0 if self._items else None)
        rows.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option.id)
