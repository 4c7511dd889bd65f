"""Setting a key: what was typed as a value, and where it belongs: an answer of a step, or a further key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from cocalc_tui.core import chart_view
from cocalc_tui.core.resolve import ChartKeys, place
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.values import ValuesError, parse, split
from cocalc_tui.core.values_checks import type_problems
from cocalc_tui.core.view import View
from cocalc_tui.screens.values_keys import Keys
from cocalc_tui.screens.widgets.modal import Box

SETTINGS = "global.settings."


def typed(text: str, path: str, chart: ChartKeys | None) -> Any:
    """The value that was meant: texts stay texts, all else is read as YAML. Raises `ValuesError`."""
    default = chart.default(path) if chart else None
    quoted = text[:1] in ("'", '"')
    if path.startswith(SETTINGS) or (isinstance(default, str) and not quoted):
        return parse(f"key: {text}")["key"] if quoted and text[-1:] == text[:1] else text
    return parse(f"key: {text}\n").get("key")


def problem(text: str, path: str, chart: ChartKeys | None) -> str:
    """What is wrong with it, empty if nothing."""
    try:
        value = typed(text, path, chart)
    except ValuesError as error:
        return error.message
    if chart is None:
        return ""
    tree: Any = value
    for part in reversed(split(path)):
        tree = {part: tree}
    return next(iter(type_problems(tree, chart)), "").removeprefix(path).strip()


def field_of(view: View, path: str) -> tuple[str, str] | None:
    """The step and field whose answer stands at a key as it is, if there is one."""
    chart = chart_view.keys(view)
    for wish in view.wishes:
        if place(wish, chart) != path or isinstance(wish.value, SecretRef):
            continue
        if str(view.value(f"{wish.step}.{wish.field}")) == str(wish.value):
            return wish.step, wish.field
    return None


def belongs(view: View, path: str, value: Any) -> tuple[str, str, Any]:
    """Step, field and answer with which a key gets a value: of the step that sets it, else a further key."""
    field = field_of(view, path)
    if field and not isinstance(value, Mapping | list) and value is not None:
        return (*field, value if isinstance(value, bool | int) else str(value))
    return "values", "overrides", {**view.mapping("values.overrides"), path: value}


def without(view: View, path: str) -> Mapping[str, Any] | None:
    """The further keys without one; None where it is not among them."""
    further = view.mapping("values.overrides")
    return {p: v for p, v in further.items() if p != path} if path in further else None


class SetBox(Box[str]):
    """Gives what was typed; says at once what is wrong with it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    def __init__(self, path: str, now: str, keys: Keys, told: Content) -> None:
        super().__init__()
        self._path = path
        self._now = now
        self._keys = keys
        self._told = told

    def compose(self) -> ComposeResult:
        """What is known of the key, the value, what is wrong."""
        box = Vertical(id="set-key", classes="box")
        box.border_title = self._path
        box.border_subtitle = "enter sets · esc closes"
        with box:
            yield Static(self._told, id="set-told")
            yield Input(self._now, compact=True, id="set-value")
            yield Static(" ", id="set-wrong", markup=False)

    def on_mount(self) -> None:
        """The value can be typed over."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        wrong = problem(event.value, self._path, self._keys.chart)
        self.query_one("#set-wrong", Static).update(
            f"It {wrong}" if wrong.startswith("must") else wrong or " "
        )

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if not problem(event.value, self._path, self._keys.chart):
            self.dismiss(event.value)
