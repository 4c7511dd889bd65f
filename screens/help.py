"""Help: why a step is needed, its fields and checks, the states and the keys; from the declarations."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from cocalc_tui.core.findings import Status
from cocalc_tui.core.step import Step
from cocalc_tui.screens.glyphs import STATES
from cocalc_tui.screens.text import Part, fit, line, lines, state_glyph, status_glyph, wrapped
from cocalc_tui.screens.widgets.modal import Box

EVERYWHERE = (
    ("F1  ?", "this help"),
    ("^p  :", "all commands"),
    ("esc", "back, close"),
    ("F3", "values"),
    ("F4", "plan"),
    ("F5", "look again"),
    ("F6", "next pane"),
    ("F7 F8", "step before, after"),
    ("F9", "apply what is shown"),
    ("^y", "copy"),
    ("^s", "save or export"),
    ("^z", "take an answer back"),
    ("^c", "stop at a safe point"),
    ("^q", "quit"),
)
IN_LISTS = (
    ("↑ ↓ enter", "move, open"),
    ("/", "search"),
    ("space", "mark, leave out"),
    ("1 2", "tabs of a pane"),
)
STATUSES = (
    (Status.PASS, "as it must be"),
    (Status.WARN, "works, look at it"),
    (Status.FAIL, "will not work"),
    (Status.SKIPPED, "not needed, or needs another"),
    (Status.UNKNOWN, "could not be seen"),
)


class HelpScreen(Box[None]):
    """Text and keys side by side."""

    def __init__(self, steps: Sequence[Step], topic: str) -> None:
        super().__init__()
        name, _, self._part = topic.partition(".")
        self._step = next((s for s in steps if s.id == name), None)

    def compose(self) -> ComposeResult:
        """The text scrolls, the keys stay."""
        box = Vertical(id="help", classes="box")
        box.border_title = "Help"
        box.border_subtitle = "esc closes"
        with box, Horizontal():
            with VerticalScroll(id="help-text"):
                yield Static(id="help-words", markup=False)
            with VerticalScroll(id="help-keys", can_focus=False):
                yield Static(keys(), markup=False)

    def on_mount(self) -> None:
        """The text has the focus, so that it can be scrolled."""
        self.query_one("#help-text").focus()
        self.call_after_refresh(self._write)

    def on_resize(self) -> None:
        """The text is wrapped to the width."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        width = max(24, self.query_one("#help-text").size.width - 2)
        self.query_one("#help-words", Static).update(words(self._step, self._part, width))


def keys() -> Content:
    """All keys."""
    rows = [line(("Everywhere", "bold"))]
    rows += [line((fit(key, 11), "$primary"), does) for key, does in EVERYWHERE]
    rows += [Content(""), line(("In lists", "bold"))]
    rows += [line((fit(key, 11), "$primary"), does) for key, does in IN_LISTS]
    return lines(rows)


def words(step: Step | None, part: str, width: int) -> Content:
    """The step, the field or check in question first, then all others, then the signs."""
    rows: list[Content] = []
    if step:
        rows += [line((step.title, "bold")), *wrapped(step.why, width, "$muted")]
        if step.guide:
            rows += wrapped(", ".join(step.guide), width, "$muted", ("Setup guide: ", "$muted"), 13)
        rows += _fields(step, part, width)
        rows += _checks(step, part, width)
    rows += [Content(""), line(("Findings", "bold"))]
    rows += [line(status_glyph(s), " ", fit(str(s), 9), "  ", (w, "")) for s, w in STATUSES]
    rows += [Content(""), line(("States", "bold"))]
    states = list(STATES)
    for trio in (states[:3], states[3:]):
        parts: list[Part] = []
        for state in trio:
            parts += [state_glyph(state), " ", fit(str(state), 10)]
        rows.append(line(*parts))
    if step:
        rows += [Content(""), line(("The same text: ", "$muted"), f"cocalc-tui explain {step.id}")]
    return lines(rows)


def _fields(step: Step, part: str, width: int) -> list[Content]:
    rows: list[Content] = []
    for field in sorted(step.fields, key=lambda f: f.name != part):
        here = line("  ", ("this field", "$muted")) if field.name == part else ""
        rows += [Content(""), line((field.label, "bold"), here), *wrapped(field.help, width)]
    return rows


def _checks(step: Step, part: str, width: int) -> list[Content]:
    rows: list[Content] = []
    for check in sorted(step.checks, key=lambda c: c.id != part):
        rows += [Content(""), line((check.title, "bold"), ("  check", "$muted"))]
        rows += wrapped(check.explain, width)
    return rows
