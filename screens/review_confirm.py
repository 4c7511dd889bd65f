"""The question before a plan is applied: how many changes of which kind, and what stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from cocalc_tui.screens.glyphs import VERBS
from cocalc_tui.screens.review_plan import CHOICE, LEFT_OUT, Prospect, about
from cocalc_tui.screens.review_text import ORDER
from cocalc_tui.screens.text import Part, counted, line, lines, verb_glyph
from cocalc_tui.screens.widgets.actions import Act, ActionRow
from cocalc_tui.screens.widgets.changes import consequence
from cocalc_tui.screens.widgets.modal import Box

ACTS = (Act("apply", "Apply", "F9"), Act("close", "Change nothing", "esc"))


class PlanConfirm(Box[bool]):
    """F9 or enter applies, esc changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "apply", "Apply", show=False),
        Binding("enter", "apply", "Apply", show=False),
    ]

    def __init__(self, title: str, prospect: Prospect) -> None:
        super().__init__()
        self._heading = title
        self._prospect = prospect

    def compose(self) -> ComposeResult:
        """Counts, what stays, buttons."""
        box = Vertical(id="confirm", classes="box")
        box.border_title = self._heading
        box.border_subtitle = "enter applies · esc closes"
        with box:
            yield Static(lines(_told(self._prospect)), id="confirm-text")
            yield ActionRow(ACTS)

    def on_mount(self) -> None:
        """The first button is Apply, and enter presses it."""
        self.query_one(ActionRow).show(ACTS, about(self._prospect.seconds))
        self.query_one("#act-apply").focus()

    def on_action_row_pressed(self, event: ActionRow.Pressed) -> None:
        """The buttons."""
        if event.act == "apply":
            self.action_apply()
        else:
            self.action_close()

    def action_apply(self) -> None:
        """Agrees."""
        self.dismiss(True)


def _told(prospect: Prospect) -> Iterator[Content]:
    verbs = [p.verb for p in prospect.doable]
    for verb in ORDER:
        if number := verbs.count(verb):
            targets = [p.action.target for p in prospect.doable if p.verb == verb]
            shown = ", ".join(targets[:2]) + (f" and {number - 2} more" if number > 2 else "")
            tone = f"${VERBS[verb][1]}"
            row: list[Part] = [verb_glyph(verb), (f" {number:>2} ", "bold"), (f"{verb:<8}", tone), shown]
            yield line(*row).truncate(72, ellipsis=True)
    text = consequence(prospect.doable)
    yield Content("")
    yield line((text[:1].upper() + text[1:], "$muted"))
    notes = list(prospect.notes.values())
    if out := notes.count(LEFT_OUT):
        yield line((f"{counted(out, 'action')} left out by you", "$muted"))
    if choices := notes.count(CHOICE):
        told = "is somebody else's and stays" if choices == 1 else "are somebody else's and stay"
        yield line(("◆ ", "$foreign"), (f"{choices} {told} so: not taken over", "$muted"))
    if others := len(prospect.waiting) - choices:
        yield line((f"… {others} cannot be done yet", "$muted"))
