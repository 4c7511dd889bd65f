"""One question of a step: label, editor, source, and what is wrong with its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import yaml
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from cocalc_tui.core.answers import Value
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.step import Choice, Field
from cocalc_tui.engine.judging import Judged, JudgedStep
from cocalc_tui.screens.glyphs import BULLETS
from cocalc_tui.screens.text import cut, fit
from cocalc_tui.screens.widgets.choosing import Choosing, entries_of

LABEL, WIDEST = 16, 20
LONGEST = 4096
YES_NO = (Choice("yes"), Choice("no"))


class FieldInput(Input):
    """A line of text; what cannot be printed is left out of what is pasted."""

    def __init__(self, placeholder: str, *, secret: bool = False) -> None:
        super().__init__(
            placeholder=placeholder, compact=True, password=secret, max_length=LONGEST, select_on_focus=False
        )

    def hint(self, text: str) -> None:
        """What stands here while it is empty, cut to the width: Textual would wrap it."""
        self.placeholder = cut(text, max(8, self.size.width)).replace(" ", "\u00a0")

    def validate_value(self, value: str) -> str:
        """No control characters, whatever was pasted."""
        return value if value.isprintable() else "".join(c for c in value if c.isprintable())


class FieldRow(Vertical):
    """A field of a step; tells `Answered` when a person changed it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "take_back", "Take back", show=False),
    ]

    class Answered(Message):
        """A value was typed or chosen; None takes the answer back."""

        def __init__(self, row: FieldRow, value: Value | None, *, typed_secret: str = "") -> None:
            super().__init__()
            self.row = row
            self.value = value
            self.typed_secret = typed_secret

    def __init__(self, field: Field, label: int = LABEL) -> None:
        super().__init__(classes="field")
        self.field = field
        self._label_width = label
        self._shown = ""
        self._sent: str | None = None
        self._set = False
        self._from = ""
        self._source = self._error = ""

    def compose(self) -> ComposeResult:
        """Label, editor, source; the error below."""
        with Horizontal(classes="field-line"):
            label = Static(fit(self.field.label, self._label_width), classes="field-label", markup=False)
            label.styles.width = self._label_width + 1
            yield label
            yield self._editor()
            yield Static(classes="field-source", markup=False)
        error = Static(classes="field-error", markup=False)
        error.display = False
        error.styles.padding = (0, 0, 0, self._label_width + 1)
        yield error

    def _editor(self) -> Widget:
        if self.field.kind in ("choice", "flag"):
            editor: Widget = Choosing(entries_of(YES_NO if self.field.kind == "flag" else (), "", ""), "")
        else:
            editor = FieldInput(self.field.placeholder, secret=self.field.secret)
        editor.add_class("field-editor")
        editor.tooltip = None
        return editor

    @property
    def editor(self) -> Widget:
        """What takes the focus."""
        return self.query_one(".field-editor")

    def paint(self, judged: Judged, step: JudgedStep) -> None:
        """Shows the answer of a snapshot, its source and what is wrong with it."""
        answer = judged.view.answers.get(step.id, self.field.name)
        self.display = self.field.shown(judged.view)
        label = answer.label if answer else "–"
        if label != self._source:
            self._source = label
            self.query_one(".field-source", Static).update(label, layout=False)
        if isinstance(self.editor, Choosing):
            self._paint_choices(self.editor, judged, answer.value if answer else None)
        elif isinstance(self.editor, FieldInput):
            self._paint_text(self.editor, answer.value if answer else None)
        self._paint_error(step.error(self.field.name) or self._own_error(answer.value if answer else None))

    def _paint_choices(self, editor: Choosing, judged: Judged, value: Value | None) -> None:
        choices: Sequence[Choice] = YES_NO if self.field.kind == "flag" else ()
        if self.field.choices:
            choices = self.field.choices(judged.view)
        text = as_text(value)
        if self.field.kind == "flag" and text:
            text = "yes" if text.lower() in ("yes", "true", "on", "1") else "no"
        self._shown = text
        editor.offer(entries_of(choices, text, self.field.placeholder), text)

    def _paint_text(self, editor: FieldInput, value: Value | None) -> None:
        if isinstance(value, SecretRef):
            self._set, self._from = True, str(value)
            self._paint_secret(editor)
            return
        if self.field.secret:
            self._set = False
            self._paint_secret(editor)
            return
        text = as_text(value)
        if not text:
            editor.hint(self.field.placeholder)
        if text == self._sent or not editor.has_focus:
            self._sent = None
        if text == editor.value or (isinstance(value, Mapping) and editor.has_focus):
            return
        if self._sent is not None or (editor.has_focus and editor.value != self._shown):
            return  # typed since: its own answer is on the way, and an older one must not undo it
        self._shown = text
        with self.prevent(Input.Changed):
            editor.value = text

    def _paint_secret(self, editor: FieldInput) -> None:
        empty = self.field.placeholder or "not given"
        if editor.has_focus:
            editor.hint("type a new one, enter keeps it" if self._set else "type it, enter keeps it")
        else:
            editor.hint(f"{BULLETS} {self._from}" if self._set else empty)

    def _own_error(self, value: Value | None) -> str:
        if self.field.kind == "mapping" and isinstance(value, str) and value.strip():
            return "a mapping is wanted: {name: value}"
        return ""

    def _paint_error(self, text: str) -> None:
        if text == self._error:
            return
        self._error = text
        error = self.query_one(".field-error", Static)
        error.display = bool(text)
        self.set_class(bool(text), "-wrong")
        error.update(f"✗ {text}" if text else "")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.field.secret or event.value == self._shown:
            return
        self._shown = self._sent = event.value
        self.post_message(self.Answered(self, self._parsed(event.value)))

    def _parsed(self, text: str) -> Value:
        if self.field.kind != "mapping":
            return text
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError:
            return text
        return found if isinstance(found, dict) else text

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.field.secret:
            self._keep_secret()
        self.screen.focus_next(".field-editor")

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """A secret is kept when its field is left, never letter by letter."""
        if self.field.secret:
            self._keep_secret()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A secret's field says what typing does."""
        if self.field.secret and isinstance(self.editor, FieldInput):
            self._paint_secret(self.editor)

    def _keep_secret(self) -> None:
        editor = self.editor
        if not isinstance(editor, FieldInput):
            return
        typed = editor.value
        with self.prevent(Input.Changed):
            editor.value = ""
        self._paint_secret(editor)
        if typed:
            self.post_message(self.Answered(self, None, typed_secret=typed))

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        if isinstance(event.value, str) and event.value != self._shown:
            self._shown = event.value
            self.post_message(self.Answered(self, event.value))

    def action_take_back(self) -> None:
        """Takes the typed answer back: what the file, the chart or the cluster says counts again."""
        self._shown = self.editor.value if isinstance(self.editor, FieldInput) else ""
        self._sent = None
        self.post_message(self.Answered(self, None))


def label_width(fields: Sequence[Field]) -> int:
    """How wide the labels of a step are: all alike, and no wider than they must be."""
    return max(LABEL, min(WIDEST, max((len(f.label) for f in fields), default=0)))


def as_text(value: Any) -> str:
    """A value as it stands in its editor."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        flow = yaml.safe_dump(dict(value), default_flow_style=True, width=LONGEST, allow_unicode=True)
        return flow.strip() if value else ""
    return str(value)
