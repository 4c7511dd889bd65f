"""The hub: every step with its live state, and what the selected one needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import MountError
from textual.widgets import OptionList, Static

from cocalc_tui.screens import hub_rows
from cocalc_tui.screens.base import Shown
from cocalc_tui.screens.widgets.keyline import Key, KeyLine
from cocalc_tui.screens.widgets.steplist import StepList

if TYPE_CHECKING:
    from cocalc_tui.engine.judging import Judged
    from cocalc_tui.screens.hub_side import HubSide
    from cocalc_tui.screens.widgets.searchline import SearchLine


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
        """The strip and the list; what is beside and below them comes after the first paint."""
        yield Static(id="strip", markup=False)
        with Horizontal(id="hub"), Vertical(id="hub-list", classes="pane framed") as left:
            left.border_title = "Steps"
            yield StepList(self.desk.live.steps, id="steps")

    def on_mount(self) -> None:
        """Titles come first; states follow when something was seen."""
        rows = self.query_one(StepList)
        rows.begin({s.id: hub_rows.title_row(s, rows.steps) for s in rows.steps}, self.app.size.height >= 32)
        rows.focus()
        self._side: HubSide | None = None
        self._search: SearchLine | None = None
        self.call_after_refresh(self._complete)

    async def _complete(self) -> None:
        """What is beside and below the list; not before the first paint."""
        from cocalc_tui.screens.hub_side import HubSide
        from cocalc_tui.screens.widgets.searchline import SearchLine

        self.query_one("#hub-list").border_subtitle = hub_rows.legend()
        side, search = HubSide(self.desk.live), SearchLine(id="search")
        try:
            await self.query_one("#hub").mount(side)
            await self.mount_all([side.trouble], before="#hub")
            await self.mount_all([side.remedy, search], before=self.query_one(KeyLine))
        except MountError:
            return  # the app was left before its second frame
        self._side, self._search = side, search
        self.paint()

    @property
    def selected(self) -> str:
        """The step at the cursor."""
        rows = self.query_one(StepList)
        return rows.selected or rows.steps[0].id

    @property
    def step_in_question(self) -> str | None:
        """The step at the cursor."""
        return self.selected

    def repaint(self, judged: Judged) -> None:
        """Rows, strip, details."""
        rows = self.query_one(StepList)
        rows.lay_out(self.size.height >= 32)
        wide = self.size.width >= 100
        width = rows.size.width - rows.scrollbar_size_vertical * rows.show_vertical_scrollbar
        query = self._search.query_text if self._search else ""
        for step in judged.steps:
            rows.show_row(step.id, hub_rows.row(step, judged, width, wide=wide, query=query))
        self.query_one("#strip", Static).update(hub_rows.strip(judged, self.size.width), layout=False)
        if self._side:
            self._side.show(judged, self.selected, self.size.width)

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        if self._side and self.desk.live.judged is not None:
            self._side.show(self.desk.live.judged, self.selected, self.size.width)

    @on(OptionList.OptionSelected)
    def _opened(self, event: OptionList.OptionSelected) -> None:
        if event.option.id:
            self.desk.show_step(event.option.id)

    def on_key(self, event: events.Key) -> None:
        """Fast typing: what follows / and still went to the list belongs to the search."""
        search = self._search
        if search is None or self.desk.live.judged is None:
            return
        if not search.display and event.key == "slash":
            search.begin()
        elif search.display and event.key == "enter":
            found = hub_rows.matching(self.desk.live.judged, search.query_text)
            search.action_end()
            self.desk.show_step(found[0] if found else self.selected)
        elif search.display and event.is_printable and event.character:
            search.add(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def copyable(self) -> tuple[str, str]:
        """The selected step as text."""
        judged = self.desk.live.judged
        if judged is None or self._side is None:
            return "", ""
        return f"{self.selected}.txt", self._side.text_of(judged.step(self.selected), judged)

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
        if self._search:
            self._search.begin()

    def on_search_line_sought(self, event: SearchLine.Sought) -> None:
        """The cursor goes to what matches."""
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

    def on_search_line_ended(self, event: SearchLine.Ended) -> None:
        """Back to the list, or on to the step."""
        self.query_one(StepList).focus()
        if event.open_it:
            self.desk.show_step(self.selected)
        self.paint()
