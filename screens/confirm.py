"""The question before a step is applied: each action, what it would touch, and what to leave out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cocalc_tui.core.plan import Planned
from cocalc_tui.screens.text import line
from cocalc_tui.screens.widgets.actions import Act, ActionRow
from cocalc_tui.screens.widgets.changes import consequence, short
from cocalc_tui.screens.widgets.modal import Box
from cocalc_tui.screens.widgets.rows import Rows

ACTS = (Act("apply", "Apply", "F9"), Act("close", "Change nothing", "esc"))


class Consent(NamedTuple):
    """What was agreed to: ids of objects to take over, ids of actions to leave out."""

    accepted: frozenset[str]
    skipped: frozenset[str]


class ConfirmScreen(Box[Consent]):
    """F9 or enter applies, space leaves an action out (or takes an object over), esc changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "apply", "Apply", show=False),
        Binding("space", "mark", "Mark", show=False),
    ]

    def __init__(self, title: str, planned: Sequence[Planned]) -> None:
        super().__init__()
        self._title = title
        self._planned = [p for p in planned if p.verb != "keep"]
        self._on = {p.id: p.verb != "adopt" for p in self._planned}

    def compose(self) -> ComposeResult:
        """The actions, the consequence, the buttons."""
        box = Vertical(id="confirm", classes="box")
        box.border_title = f"Apply {self._title}"
        box.border_subtitle = "space leaves out · esc closes"
        with box:
            yield Rows(
                *(Option("", id=p.id) for p in self._planned), compact=True, id="confirm-list", classes="rows"
            )
            yield Static(id="confirm-text", markup=False)
            yield ActionRow(ACTS)

    def on_mount(self) -> None:
        """The list has the focus; enter there applies."""
        self.query_one("#confirm-list").focus()
        self.query_one(ActionRow).show(ACTS, "")
        self.call_after_refresh(self._paint)

    def on_resize(self) -> None:
        """Rows are cut to the width."""
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        rows = self.query_one("#confirm-list", OptionList)
        for planned in self._planned:
            mark = "[x] " if self._on[planned.id] else "[ ] "
            row = line((mark, "$primary"), short(planned, rows.size.width - 6))
            rows.replace_option_prompt(planned.id, row)
        chosen = [p for p in self._planned if self._on[p.id]]
        adopts = sum(p.verb == "adopt" for p in self._planned)
        text = consequence(p for p in chosen if not p.blocked or p.verb == "adopt") or "nothing would change"
        note = "\n◆ space takes over what somebody else made" if adopts else ""
        self.query_one("#confirm-text", Static).update(Content(text[:1].upper() + text[1:] + note))

    def action_mark(self) -> None:
        """Leaves the action at the cursor out, or takes it in again."""
        option = self.query_one("#confirm-list", OptionList).highlighted_option
        if option and option.id:
            self._on[option.id] = not self._on[option.id]
            self._paint()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter applies; a click marks."""
        event.stop()
        self.action_apply()

    def on_action_row_pressed(self, event: ActionRow.Pressed) -> None:
        """The buttons."""
        if event.act == "apply":
            self.action_apply()
        else:
            self.action_close()

    def action_apply(self) -> None:
        """Agrees."""
        adopts = {p.id for p in self._planned if p.verb == "adopt"}
        on = {i for i, yes in self._on.items() if yes}
        off = set(self._on) - on
        self.dismiss(Consent(frozenset(on & adopts), frozenset(off - adopts)))
