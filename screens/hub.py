"""The hub: every step with its live state, and what the selected one needs."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, OptionList, Static

from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens import hub_rows, hub_side
from cocalc_tui.screens.base import Shown
from cocalc_tui.screens.widgets.keyline import Key
from cocalc_tui.screens.widgets.pane import Reading
from cocalc_tui.screens.widgets.searchline import SearchLine
from cocalc_tui.screens.widgets.steplist import StepList


class HubScreen(Shown):
    """Strip and counts, the list of steps, details and events beside it (one remedy line where narrow)."""

    NAME = "hub"
    KEYS = (
        Key("enter", "enter", "Open"),
        Key("f4", "F4", "Plan"),
        Key("f3", "F3", "Values"),
        Key("f5", "F5", "Look again"),
        Key("slash", "/", "Search"),
        Key("f1", "F1", "Help"),
        Key("ctrl+q", "^q", "Quit"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", show=False),
        Binding("f8", "move(1)", "Step after", show=False),
        Binding("f7", "move(-1)", "Step before", show=False),
        Binding("f9", "apply", "Apply", show=False),
    ]

    def body(self) -> ComposeResult:
        """The strip, the list and its side, the remedy."""
        yield Static(id="strip", markup=False)
        yield Static(id="trouble", markup=False)
        with Horizontal(id="hub"):
            with Vertical(id="hub-list", classes="pane framed") as left:
                left.border_title = "Steps"
                yield StepList(self.desk.live.steps, id="steps")
            with Vertical(id="hub-side"):
                yield Reading(id="detail", classes="pane framed")
                yield Reading("Waits for a person", id="people", classes="framed")
                yield Reading("Seen in the cluster", id="seen", classes="pane framed")
        yield Static(id="remedy", markup=False)
        yield SearchLine(id="search")

    def on_mount(self) -> None:
        """Titles come first; states follow when something was seen."""
        rows = self.query_one(StepList)
        rows.lay_out(self.size.height >= 32)
        self._titles(rows)
        rows.focus()
        self.query_one("#hub-list").border_subtitle = hub_rows.legend()
        self.query_one("#trouble").display = False
        self.query_one("#people").display = False

    def _titles(self, rows: StepList) -> None:
        for step in rows.steps:
            rows.show_row(step.id, hub_rows.title_row(step, rows.steps))

    @property
    def selected(self) -> str:
        """The step at the cursor."""
        rows = self.query_one(StepList)
        return rows.selected or rows.steps[0].id

    def repaint(self, judged: Judged) -> None:
        """Rows, strip, details."""
        rows = self.query_one(StepList)
        rows.lay_out(self.size.height >= 32)
        wide = self.size.width >= 100
        width = rows.size.width - rows.scrollbar_size_vertical * rows.show_vertical_scrollbar
        query = self.query_one(SearchLine).query_text
        for step in judged.steps:
            rows.show_row(step.id, hub_rows.row(step, judged, width, wide=wide, query=query))
        self.query_one("#strip", Static).update(hub_rows.strip(judged, self.size.width), layout=False)
        self._trouble()
        self._details(judged)

    def _trouble(self) -> None:
        trouble = self.desk.live.trouble
        box = self.query_one("#trouble", Static)
        box.display = trouble is not None
        if trouble is not None:
            box.update(hub_side.trouble(trouble, self.size.width - 2))

    def _details(self, judged: Judged) -> None:
        step = judged.step(self.selected)
        if self.size.width < 100:
            line = hub_side.remedy_line(step, self.size.width)
            self.query_one("#remedy", Static).update(line, layout=False)
            return
        detail = self.query_one("#detail", Reading)
        detail.label(step.step.title, "looking" if step.pending else str(step.state))
        detail.show(hub_side.detail(step, judged, detail.room))
        people = self.query_one("#people", Reading)
        waiting = [p for s in judged.steps for p in s.people if s.state != "ready"]
        people.display = bool(waiting)
        people.show(hub_side.people(waiting, people.room))
        seen = self.query_one("#seen", Reading)
        seen.show(hub_side.seen(self.desk.live, seen.room))

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        if self.desk.live.judged is not None:
            self._details(self.desk.live.judged)

    @on(OptionList.OptionSelected)
    def _opened(self, event: OptionList.OptionSelected) -> None:
        if event.option.id:
            self.desk.show_step(event.option.id)

    def copyable(self) -> tuple[str, str]:
        """The selected step as text."""
        judged = self.desk.live.judged
        if judged is None:
            return "", ""
        step = judged.step(self.selected)
        return f"{step.id}.txt", hub_side.detail(step, judged, 100).plain + "\n"

    def help_topic(self) -> str:
        """The step at the cursor."""
        return self.selected

    def action_move(self, direction: int) -> None:
        """F7 and F8 move here too."""
        rows = self.query_one(StepList)
        if direction > 0:
            rows.action_cursor_down()
        else:
            rows.action_cursor_up()

    def action_apply(self) -> None:
        """Applies the step at the cursor, after asking."""
        self.desk.ask_apply(self.selected)

    def action_search(self) -> None:
        """Begins a search among the steps."""
        self.query_one(SearchLine).begin()

    @on(SearchLine.Sought)
    def _sought(self, event: SearchLine.Sought) -> None:
        judged = self.desk.live.judged
        if judged is None:
            return
        found = hub_rows.matching(judged, event.text)
        rows = self.query_one(StepList)
        if found and event.text:
            place = found.index(self.selected) if self.selected in found else -1
            step = found[0] if place < 0 else found[(place + event.move) % len(found)]
            rows.select(step)
        self.paint()

    @on(SearchLine.Ended)
    def _ended(self, event: SearchLine.Ended) -> None:
        self.query_one(StepList).focus()
        if event.open_it:
            self.desk.show_step(self.selected)
        self.paint()

    @on(Input.Changed)
    def _quiet(self, event: Input.Changed) -> None:
        event.stop()
