"""A step's screen, made from its declaration: answers, findings, and what it would do."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import OptionList, Static

from cocalc_tui.core.findings import State
from cocalc_tui.core.step import Step
from cocalc_tui.engine.judging import Judged, JudgedStep
from cocalc_tui.screens.base import Shown
from cocalc_tui.screens.step_text import changes_of, head, rail_row
from cocalc_tui.screens.text import counted
from cocalc_tui.screens.widgets.actions import Act, ActionRow
from cocalc_tui.screens.widgets.changes import consequence, verb_counts
from cocalc_tui.screens.widgets.fields import FieldRow, label_width
from cocalc_tui.screens.widgets.findings import counts, findings
from cocalc_tui.screens.widgets.keyline import Key
from cocalc_tui.screens.widgets.pane import Reading
from cocalc_tui.screens.widgets.steplist import StepList

APPLY = Act("apply", "Apply this step", "F9")
AGAIN = Act("again", "Look again", "F5")
COMMANDS = Act("commands", "Show commands")
VALUES = Act("values", "Write to values only")


class StepScreen(Shown):
    """Rail, answers over findings, changes; where narrow: answers above, the other two as tabs."""

    NAME = "step"
    KEYS = (
        Key("escape", "esc", "Back"),
        Key("f6", "F6", "Next pane"),
        Key("f9", "F9", "Apply"),
        Key("f5", "F5", "Look again"),
        Key("f1", "F1", "Help"),
        Key("f8", "F7 F8", "Step before, after"),
        Key("ctrl+y", "^y", "Copy"),
        Key("f4", "F4", "Plan"),
    )
    ACTS: ClassVar[tuple[Act, ...]] = (APPLY, AGAIN, COMMANDS, VALUES)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f7", "go(-1)", "Step before", show=False),
        Binding("f8", "go(1)", "Step after", show=False),
        Binding("f9", "apply", "Apply this step", show=False),
        Binding("1", "tab('findings')", "Findings", show=False),
        Binding("2", "tab('changes')", "Changes", show=False),
        Binding("down", "field(1)", "Next field", show=False),
        Binding("up", "field(-1)", "Field before", show=False),
    ]

    def __init__(self, step: str) -> None:
        super().__init__()
        self.step = step
        self._tab = "findings"

    def body(self) -> ComposeResult:
        """Title, rail, answers over findings, changes, actions."""
        declared = self.declared
        label = label_width(declared.fields)
        yield Static(id="title", markup=False)
        with Horizontal(id="step"):
            with Vertical(id="rail", classes="pane framed") as rail:
                rail.border_title = "Steps"
                yield StepList(self.desk.live.steps, id="rail-steps")
            with Vertical(id="middle"):
                with VerticalScroll(id="answers", classes="pane framed", can_focus=False) as answers:
                    answers.border_title = "Answers"
                    answers.display = bool(declared.fields)
                    for field in declared.fields:
                        yield FieldRow(field, label)
                yield from self.between()
                yield Reading("Findings", id="findings", classes="pane framed")
            yield Reading("What this step would do", id="changes", classes="pane framed")
        yield ActionRow(self.ACTS)

    def between(self) -> ComposeResult:
        """What a special screen has between answers and findings."""
        yield from ()

    @property
    def step_in_question(self) -> str | None:
        """This one."""
        return self.step

    @property
    def declared(self) -> Step:
        """The declaration."""
        return next(s for s in self.desk.live.steps if s.id == self.step)

    def on_mount(self) -> None:
        """The first field has the focus, or the findings where nothing is asked."""
        rail = self.query_one(StepList)
        rail.lay_out(True)
        rail.select(self.step)
        rail.can_focus = self.size.width >= 100
        first = next((r.editor for r in self.query(FieldRow) if r.display), None)
        (first or self.query_one("#findings")).focus(scroll_visible=False)
        self._place()

    def on_resize(self) -> None:
        """The rail and the tabs come and go with the width."""
        self._place()
        self.call_after_refresh(self.paint)

    def _place(self) -> None:
        wide = self.size.width >= 100
        self.query_one("#rail").display = wide
        self.query_one(StepList).can_focus = wide
        changes = self.query_one("#changes", Reading)
        changes.display = wide or self._tab == "changes"
        self.query_one("#findings").display = wide or self._tab == "findings"
        self.set_class(self._tab == "changes", "-changes")

    def repaint(self, judged: Judged) -> None:
        """Fields, findings, changes, actions."""
        step = judged.step(self.step)
        wide = self.size.width >= 100
        self.query_one("#title", Static).update(head(step, self.size.width), layout=False)
        for row in self.query(FieldRow):
            row.paint(judged, step)
        if wide:
            rail = self.query_one(StepList)
            for other in judged.steps:
                rail.show_row(other.id, rail_row(other))
        self._panes(step, judged, wide)
        self._actions(step, judged)

    def _panes(self, step: JudgedStep, judged: Judged, wide: bool) -> None:
        found = self.query_one("#findings", Reading)
        waiting = () if step.state is State.READY else step.people
        found.show(findings(step.findings, found.room, fold=not wide, waiting=waiting))
        todo = self.query_one("#changes", Reading)
        todo.show(changes_of(step, judged, todo.room))
        if wide:
            found.label("Findings", counts(step.findings))
            todo.label("What this step would do", verb_counts(step.planned))
            return
        tabs = f"1 Findings {len(step.findings)}   2 Changes {len(step.planned)}"
        for pane in (found, todo):
            pane.label(tabs)

    def _actions(self, step: JudgedStep, judged: Judged) -> None:
        todo = [p for p in step.planned if p.verb != "keep"]
        ready = [p for p in todo if not p.blocked or p.verb == "adopt"]
        acts = [APPLY, AGAIN] if ready else [AGAIN]
        if step.planned:
            acts.append(COMMANDS)
        if any(w.step == self.step for w in judged.view.wishes):
            acts.append(VALUES)
        text = consequence(todo)
        if self.size.width < 100:
            acts = acts[:3]
            text = counted(len(todo), "change") if todo else ""
        elif todo and not ready:
            text = f"Waits: {todo[0].blocked}"
        elif not todo:
            text = "Nothing to change" if step.state is State.READY else ""
        self.query_one(ActionRow).show(acts, text)

    @on(FieldRow.Answered)
    def _answered(self, event: FieldRow.Answered) -> None:
        event.stop()
        name = event.row.field.name
        value = event.value
        if event.typed_secret:
            value = self.desk.live.remember(f"{self.step}.{name}", event.typed_secret)
            if value is None:
                self.flash("A secret can be kept once the cluster is open")
                return
        self.desk.live.answer(self.step, name, value)

    @on(OptionList.OptionSelected, "#rail-steps")
    def _to_step(self, event: OptionList.OptionSelected) -> None:
        if event.option.id:
            self.desk.show_step(event.option.id)

    @on(ActionRow.Pressed)
    def _pressed(self, event: ActionRow.Pressed) -> None:
        match event.act:
            case "apply":
                self.action_apply()
            case "again":
                self.desk.action_look_again()
            case "commands":
                self.desk.show_commands(self.step)
            case "values":
                self.desk.ask_apply("values")

    def action_apply(self) -> None:
        """Asks, then applies this step."""
        self.desk.ask_apply(self.step)

    def action_go(self, direction: int) -> None:
        """To the step before or after."""
        ids = [s.id for s in self.desk.live.steps]
        self.desk.show_step(ids[(ids.index(self.step) + direction) % len(ids)])

    def action_tab(self, name: str) -> None:
        """Shows findings or changes; where wide it goes there."""
        self._tab = name
        self._place()
        self.query_one(f"#{name}").focus()
        self.call_after_refresh(self.paint)

    def action_field(self, direction: int) -> None:
        """Arrows move among the fields."""
        rows = [r for r in self.query(FieldRow) if r.display]
        here = next((n for n, r in enumerate(rows) if r.has_focus_within), None)
        if here is not None and 0 <= here + direction < len(rows):
            rows[here + direction].editor.focus()

    def copyable(self) -> tuple[str, str]:
        """The changes where they have the focus, else the findings."""
        name = "changes" if self.focused is self.query_one("#changes") else "findings"
        return f"{self.step}-{name}.txt", self.query_one(f"#{name}", Reading).text.plain + "\n"

    def help_topic(self) -> str:
        """The field that has the focus, else the step."""
        row = next((r for r in self.query(FieldRow) if r.has_focus_within), None)
        return f"{self.step}.{row.field.name}" if row else self.step
