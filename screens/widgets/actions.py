"""The row of buttons: one primary at the left, what it would do at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button, Static


class Act(NamedTuple):
    """A button: its id, its words, its key."""

    id: str
    words: str
    key: str = ""

    @property
    def label(self) -> str:
        """Words and key."""
        return f"{self.words}  {self.key}" if self.key else self.words


class ActionRow(Horizontal):
    """Buttons and a consequence; tells `Pressed` with the id of the act."""

    class Pressed(Message):
        """A button was pressed."""

        def __init__(self, act: str) -> None:
            super().__init__()
            self.act = act

    def __init__(self, most: Sequence[Act]) -> None:
        super().__init__(classes="pane actions")
        self._most = tuple(most)
        self._now: tuple[tuple[Act, ...], str] = ((), "")

    def compose(self) -> ComposeResult:
        """All buttons there may be; `show` says which are there now."""
        for act in self._most:
            yield Button(act.label, id=f"act-{act.id}", compact=True, classes="act")
        yield Static(classes="consequence", markup=False)

    def show(self, acts: Sequence[Act], consequence: str) -> None:
        """Shows these buttons, the first one as the primary, and the consequence."""
        now = (tuple(acts), consequence)
        if now == self._now:
            return
        self._now = now
        wanted = {a.id: a for a in acts}
        for act in self._most:
            button = self.query_one(f"#act-{act.id}", Button)
            button.display = act.id in wanted
            if act.id in wanted:
                button.label = wanted[act.id].label
                button.set_class(acts[0].id == act.id, "-first")
        self.query_one(".consequence", Static).update(consequence, layout=False)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Pressed((event.button.id or "").removeprefix("act-")))
