"""What all full screens share: bar, key line, panes, repainting from snapshots, copying and saving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from cocalc_tui.screens.widgets.keyline import Key, KeyLine
from cocalc_tui.screens.widgets.topbar import TopBar

if TYPE_CHECKING:
    from cocalc_tui.engine.judging import Judged
    from cocalc_tui.screens.app import CocalcApp


class Shown(Screen[None]):
    """A full screen. `repaint` gets each new snapshot while the screen is shown, and once when it appears."""

    KEYS: ClassVar[tuple[Key, ...]] = ()
    NAME: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "pane(1)", "Next pane", show=False),
        Binding("shift+f6,f18", "pane(-1)", "Pane before", show=False),
        Binding("ctrl+y", "copy", "Copy", show=False),
        Binding("ctrl+s", "save", "Save", show=False),
    ]

    @property
    def desk(self) -> CocalcApp:
        """The app."""
        return cast("CocalcApp", self.app)

    def compose(self) -> ComposeResult:
        """The bar, the body, the keys."""
        self.set_class(self.desk.ascii, "-ascii")
        yield TopBar(self.desk)
        yield from self.body()
        yield KeyLine(self.KEYS)

    def body(self) -> ComposeResult:
        """What is between the bar and the keys."""
        yield from ()

    def repaint(self, judged: Judged) -> None:
        """Shows a snapshot: changes rows in place, never moves a cursor."""

    def copyable(self) -> tuple[str, str]:
        """What ^y copies and ^s saves: a file name that fits, and the text; empty where there is nothing."""
        return "", ""

    @property
    def step_in_question(self) -> str | None:
        """The step that this screen is about now, if it is about one."""
        return None

    def help_topic(self) -> str:
        """What F1 explains: STEP, STEP.CHECK or STEP.FIELD, or empty for the keys alone."""
        return ""

    def paint(self) -> None:
        """Shows the newest snapshot, if there is one and the screen is ready for it."""
        if not self.is_mounted:
            return
        self.query_one(TopBar).paint()
        if self.desk.live.judged is not None:
            self.repaint(self.desk.live.judged)

    def flash(self, text: str) -> None:
        """Says something in the key line for some seconds."""
        for keys in self.query(KeyLine):
            keys.flash(text)

    def on_mount(self) -> None:
        """First paint."""
        self.call_after_refresh(self.paint)

    def on_screen_resume(self) -> None:
        """Another screen was on top: what changed meanwhile is shown."""
        self.paint()

    def on_resize(self) -> None:
        """Widths are part of what is shown."""
        self.call_after_refresh(self.paint)

    def action_pane(self, direction: int) -> None:
        """Moves the focus to the next pane that takes it, in reading order."""
        panes = [p for p in self.query(".pane") if p.display and _first(p) is not None]
        if not panes:
            return
        nowhere = -1 if direction > 0 else 0
        here = next((i for i, p in enumerate(panes) if _holds(p, self.focused)), nowhere)
        target = _first(panes[(here + direction) % len(panes)])
        if target is not None:
            target.focus()

    def action_copy(self) -> None:
        """Sends what is focused to the terminal's clipboard, which confirms nothing."""
        _, text = self.copyable()
        if not text:
            self.flash("Nothing to copy here")
            return
        self.app.copy_to_clipboard(text)
        self.flash("Sent to the terminal's clipboard, ^s saves it to a file")

    def action_save(self) -> None:
        """Asks for a file name and writes what ^y would copy."""
        name, text = self.copyable()
        if not text:
            self.flash("Nothing to save here")
            return
        self.desk.save(name, text)


def _holds(pane: Widget, focused: Widget | None) -> bool:
    return focused is not None and pane in focused.ancestors_with_self


def _inside(pane: Widget) -> Iterable[Widget]:
    yield pane
    yield from pane.query("*").results(Widget)


def _first(pane: Widget) -> Widget | None:
    """The first widget of a pane that can have the focus; what is inside comes before the pane itself."""
    inside = [w for w in _inside(pane) if w is not pane and w.focusable and w.region.area]
    return inside[0] if inside else pane if pane.focusable else None
