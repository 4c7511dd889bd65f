"""A drop-down whose entries may change while it is open, without moving its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Select
from textual.widgets._select import SelectCurrent, SelectOverlay

from cocalc_tui.core.step import Choice
from cocalc_tui.screens.text import Part, fit, line

FITS = {True: ("✓", "$success"), False: ("✗", "$error"), None: ("?", "$unknown")}
FIT_ORDER = (True, None, False)
Entry = tuple[Content, str]


class Choosing(Select[str], inherit_bindings=False):
    """Enter or space opens; arrows go on to the next field, as everywhere in a form."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "show_overlay", "Choose", show=False),
    ]

    def __init__(self, entries: Sequence[Entry], value: str) -> None:
        self._entries: list[Entry] = list(entries)
        super().__init__(self._entries, allow_blank=False, value=value, compact=True)

    def offer(self, entries: Sequence[Entry], value: str) -> None:
        """Other entries and value; the cursor of an open list stays at its entry, and so does the scroll."""
        same = len(entries) == len(self._entries) and all(
            a[1] == b[1] and a[0].is_same(b[0]) for a, b in zip(entries, self._entries, strict=True)
        )
        if same and value == self.value:
            return
        overlay = self.query_one(SelectOverlay)
        here, scroll = overlay.highlighted, overlay.scroll_offset.y
        at = self._entries[here][1] if here is not None and here < len(self._entries) else value
        with self.prevent(Select.Changed):
            if not same:
                self._entries = list(entries)
                self._setup_variables_for_options(self._entries)
                self._setup_options_renderables()
                self._show_closed(value)
            if value != self.value:
                self.value = value
            wanted = at if self.expanded else value
            places = [n for n, (_, v) in enumerate(self._entries) if v == wanted]
            overlay.highlighted = places[0] if places else 0
            overlay.scroll_to(y=scroll, animate=False)

    def _show_closed(self, value: str) -> None:
        """Shows the value's entry where the list is closed."""
        prompt = next((p for p, v in self._entries if v == value), None)
        if prompt is not None:
            self.query_one(SelectCurrent).update(prompt)

    def on_mount(self, event: events.Mount) -> None:
        """The list is wide enough for its columns, wherever the field ends."""
        self._widen()

    def watch_expanded(self, expanded: bool) -> None:
        """What is offered now decides how wide the open list is."""
        if expanded:
            self._widen()

    def _widen(self) -> None:
        wide = max((p.cell_length for p, _ in self._entries), default=10) + 6
        room = self.app.size.width - self.region.x - 2
        self.query_one(SelectOverlay).styles.width = max(16, min(wide, room)) if room > 16 else wide


def entries_of(choices: Sequence[Choice], value: str, placeholder: str) -> list[Entry]:
    """The entries as columns: whether it fits, value, note, detail; the present value is always there."""
    known = [c.value for c in choices]
    extra: list[Choice] = []
    if value not in known:
        extra = [Choice(value, None, "not seen" if value else "", "")]
    every = [*extra, *sorted(choices, key=lambda c: FIT_ORDER.index(c.fits))]
    judged = any(c.fits is not None for c in every)
    wide = max(len(c.value) for c in every)
    note = max(len(c.note) for c in every)
    return [(_entry(c, judged, wide, note, placeholder), c.value) for c in every]


def _entry(choice: Choice, judged: bool, wide: int, note: int, placeholder: str) -> Content:
    if not choice.value:
        return line((placeholder or "not set", "$muted"))
    glyph, tone = FITS[choice.fits]
    parts: list[Part] = [(glyph, tone), " "] if judged else []
    parts.append(fit(choice.value, wide) if note or choice.detail else choice.value)
    if choice.note or choice.detail:
        parts += ["  ", (fit(choice.note, note), tone if judged else "$muted")]
        parts += ["  ", (choice.detail, "$muted")]
    return line(*parts)
