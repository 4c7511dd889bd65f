"""The plan: every action with its difference, and what to know before applying it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cocalc_tui.core.plan import Planned
from cocalc_tui.core.shell import commands
from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens import review_export, review_text
from cocalc_tui.screens.base import Shown
from cocalc_tui.screens.frame import PLUGGED
from cocalc_tui.screens.review_confirm import PlanConfirm
from cocalc_tui.screens.review_plan import Prospect, prospect
from cocalc_tui.screens.text import lines, wrapped
from cocalc_tui.screens.textbox import TextBox
from cocalc_tui.screens.widgets.actions import Act, ActionRow
from cocalc_tui.screens.widgets.changes import block
from cocalc_tui.screens.widgets.keyline import Key
from cocalc_tui.screens.widgets.pane import Reading
from cocalc_tui.screens.widgets.rows import Rows
from cocalc_tui.screens.widgets.searchline import SearchLine

APPLY = Act("apply", "Apply plan", "F9")
EXPORT = Act("export", "Export…", "^s")
COMMANDS = Act("commands", "Show commands")
NOTHING = "There is nothing to do: the cluster is as the answers want it."


class ReviewScreen(Shown):
    """Actions at the left, the difference over what to know at the right; where low: tabs below."""

    NAME = "review"
    KEYS = (
        Key("escape", "esc", "Back"),
        Key("f9", "F9", "Apply plan"),
        Key("space", "space", "Leave out"),
        Key("ctrl+s", "^s", "Export"),
        Key("slash", "/", "Search"),
        Key("f6", "F6", "Next pane"),
        Key("f1", "F1", "Help"),
        Key("enter", "enter", "Open step"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "apply", "Apply plan", show=False),
        Binding("space", "mark", "Leave out", show=False),
        Binding("slash", "search", "Search", show=False),
        Binding("1", "tab('before')", "Before you apply", show=False),
        Binding("2", "tab('diff')", "Diff", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.accepted: frozenset[str] = frozenset()
        self.skipped: frozenset[str] = frozenset()
        self._tab = "before"
        self._rows: list[str] = []

    def body(self) -> ComposeResult:
        """Title, actions, difference, what to know, buttons."""
        yield Static(id="title", markup=False)
        with Horizontal(id="review"):
            with Vertical(id="plan", classes="pane framed"):
                yield Rows(compact=True, id="plan-rows", classes="rows")
            with Vertical(id="review-side"):
                yield Reading("Diff", id="diff", classes="pane framed")
                yield Reading("Before you apply", id="before", classes="pane framed")
        yield ActionRow((APPLY, EXPORT, COMMANDS))
        yield SearchLine(id="search")

    def on_mount(self) -> None:
        """The list has the focus."""
        self.query_one("#plan-rows").focus()
        self._place()

    def on_resize(self) -> None:
        """Tabs come and go with the width."""
        self._place()

    @property
    def wide(self) -> bool:
        """Whether both panes at the right have a place."""
        return self.size.width >= 100

    def _place(self) -> None:
        for name in ("diff", "before"):
            self.query_one(f"#{name}").display = self.wide or self._tab == name
        self.set_class(self._tab == "diff", "-diff")

    @property
    def here(self) -> Planned | None:
        """The action at the cursor."""
        option = self.query_one("#plan-rows", OptionList).highlighted_option
        judged = self.desk.live.judged
        if option is None or judged is None:
            return None
        return next((p for p in judged.plan.actions if p.id == option.id), None)

    def prospect(self) -> Prospect | None:
        """The plan with the reader's marks."""
        judged = self.desk.live.judged
        return prospect(judged, self.accepted, self.skipped) if judged else None

    def repaint(self, judged: Judged) -> None:
        """Rows in place; they are built anew only where other actions are planned."""
        found = prospect(judged, self.accepted, self.skipped)
        self.query_one("#title", Static).update(review_text.title(judged, self.size.width), layout=False)
        self._actions(judged, found)
        self._panes(judged, found)
        acts = (APPLY, EXPORT, COMMANDS) if found.doable else (EXPORT, COMMANDS)
        text = review_text.summary(found)
        self.query_one(ActionRow).show(acts, text if self.wide else text.partition(",")[0])

    def _actions(self, judged: Judged, found: Prospect) -> None:
        rows = self.query_one("#plan-rows", OptionList)
        ids = [p.id for p in judged.plan.actions]
        if ids != self._rows:
            here = rows.highlighted_option.id if rows.highlighted_option else None
            rows.set_options(Option("", id=i) for i in ids)
            self._rows = ids
            rows.highlighted = ids.index(here) if here in ids else (0 if ids else None)
        width = rows.size.width - rows.scrollbar_size_vertical * rows.show_vertical_scrollbar
        step = ""
        for planned in judged.plan.actions:
            note = found.notes.get(planned.id, "")
            rows.replace_option_prompt(
                planned.id, review_text.row(planned, planned.step != step, note, width)
            )
            step = planned.step
        pane = self.query_one("#plan", Vertical)
        pane.border_title = f"Actions {len(ids)}"
        pane.border_subtitle = self._place_text() if self.wide else ""

    def _place_text(self) -> str:
        at = self.query_one("#plan-rows", OptionList).highlighted
        return f"{at + 1} of {len(self._rows)}" if at is not None else ""

    def _panes(self, judged: Judged, found: Prospect) -> None:
        diff, before = self.query_one("#diff", Reading), self.query_one("#before", Reading)
        here = self.here
        if here is None:
            diff.show(lines(wrapped(NOTHING, diff.room, "$muted")))
        else:
            why = wrapped(here.action.why, diff.room, "$muted")
            diff.show(lines([*why, *block(here, diff.room)]))
        if self.wide:
            diff.label(here.action.target if here else "Diff")
            before.label("Before you apply")
            before.show(review_text.before(judged, found, before.room))
            return
        for pane in (diff, before):
            pane.label("1 Before you apply   2 Diff")
        low = before.size.height < 8
        text = review_text.brief if low else review_text.before
        before.show(text(judged, found, before.room))

    @on(OptionList.OptionHighlighted, "#plan-rows")
    def _moved(self) -> None:
        judged, found = self.desk.live.judged, self.prospect()
        if judged and found:
            self.query_one("#diff", Reading).scroll_home(animate=False)
            self._panes(judged, found)
            self.query_one("#plan", Vertical).border_subtitle = self._place_text() if self.wide else ""

    @on(OptionList.OptionSelected, "#plan-rows")
    def _opened(self, event: OptionList.OptionSelected) -> None:
        if self.here:
            self.desk.show_step(self.here.step)

    @on(ActionRow.Pressed)
    def _pressed(self, event: ActionRow.Pressed) -> None:
        match event.act:
            case "apply":
                self.action_apply()
            case "export":
                self.action_save()
            case "commands":
                self._commands()

    def _commands(self) -> None:
        judged = self.desk.live.judged
        text = "\n".join(commands(p.action) for p in judged.plan.changes()) if judged else ""
        text = text or "# nothing to do"

        def done(answer: str | None) -> None:
            if answer == "save":
                self.desk.save("commands.sh", text)

        self.desk.push_screen(TextBox("The plan by hand", text), done)

    def action_mark(self) -> None:
        """Leaves the action out or takes it in again; somebody else's object is taken over or not."""
        here = self.here
        if here is None or here.verb == "keep":
            self.flash("Nothing would be changed here")
        elif here.verb == "adopt":
            self.accepted ^= {here.id}
        else:
            self.skipped ^= {here.id}
        self.paint()

    def action_apply(self) -> None:
        """Asks, then applies the whole plan."""
        if self.desk.applying and self.desk.applying.running:
            self.desk.show_apply()
            return
        found = self.prospect()
        if found is None or not found.doable:
            self.flash("Nothing can be done now: see Before you apply")
            return
        self.desk.push_screen(PlanConfirm("Apply the plan", found), self._agreed)

    def _agreed(self, yes: bool | None) -> None:
        if yes:
            self.desk.start_apply(accepted=self.accepted, skipped=self.skipped)

    def action_tab(self, name: str) -> None:
        """Shows one of the two; where wide it goes there."""
        self._tab = name
        self._place()
        if self.wide:
            self.query_one(f"#{name}").focus()
        self.call_after_refresh(self.paint)

    def action_save(self) -> None:
        """Exports; rights first where some are missing."""
        judged = self.desk.live.judged
        lacks = bool(judged and judged.plan.missing_rights)
        review_export.ask(self.desk, "rights" if lacks else "values")

    def copyable(self) -> tuple[str, str]:
        """What to know where that has the focus, else the difference."""
        name = "before" if self.focused is self.query_one("#before") else "diff"
        return f"{name}.txt", self.query_one(f"#{name}", Reading).text.plain + "\n"

    @property
    def step_in_question(self) -> str | None:
        """The step of the action at the cursor."""
        return self.here.step if self.here else None

    def help_topic(self) -> str:
        """The step of the action at the cursor."""
        return self.here.step if self.here else ""

    def action_search(self) -> None:
        """Begins a search among the actions."""
        self.query_one(SearchLine).begin()

    @on(SearchLine.Sought)
    def _sought(self, event: SearchLine.Sought) -> None:
        judged = self.desk.live.judged
        words = event.text.lower().split()
        if judged is None or not words:
            return
        found = [
            n
            for n, p in enumerate(judged.plan.actions)
            if all(w in f"{p.step} {p.verb} {p.action.target}".lower() for w in words)
        ]
        rows = self.query_one("#plan-rows", OptionList)
        if found:
            at = found.index(rows.highlighted) if rows.highlighted in found else -1
            rows.highlighted = found[0] if at < 0 else found[(at + event.move) % len(found)]

    @on(SearchLine.Ended)
    def _ended(self, event: SearchLine.Ended) -> None:
        self.query_one("#plan-rows").focus()


PLUGGED["review"] = ReviewScreen
