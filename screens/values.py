"""The values file as it would be written, beside the chart's keys: who sets what, what differs by hand."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, OptionList, Static, Tree
from textual.widgets.option_list import Option

from cocalc_tui.core.values import Entry
from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens import values_edit, values_settle, values_text
from cocalc_tui.screens.base import Shown
from cocalc_tui.screens.frame import PLUGGED
from cocalc_tui.screens.text import counted, lines
from cocalc_tui.screens.values_keys import Keys, keys_of, leaves_of, matches, shape, shown
from cocalc_tui.screens.widgets.actions import Act, ActionRow
from cocalc_tui.screens.widgets.choose import ChooseBox, Item
from cocalc_tui.screens.widgets.keyline import Key
from cocalc_tui.screens.widgets.pane import Reading
from cocalc_tui.screens.widgets.rows import Rows
from cocalc_tui.screens.widgets.tree import KeyTree, Parts

SET = Act("set", "Set key", "enter")
KEEP = Act("keep", "Keep mine", "k")
USE = Act("use", "Use the answer", "u")


class KeySearch(Input):
    """What is sought among the keys; down goes to the tree, esc empties it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.to_tree", "To the keys", show=False),
        Binding("escape", "clear_it", "Empty", show=False),
    ]

    def action_clear_it(self) -> None:
        """Ends the search."""
        self.value = ""
        self.screen.query_one(KeyTree).focus()


class ValuesScreen(Shown):
    """The file at the left; search, keys and what is known of one key at the right."""

    NAME = "values"
    KEYS = (
        Key("escape", "esc", "Back"),
        Key("slash", "/", "Search"),
        Key("enter", "enter", "Set"),
        Key("delete", "del", "Unset"),
        Key("ctrl+y", "^y", "Copy"),
        Key("ctrl+s", "^s", "Save"),
        Key("f6", "F6", "Next pane"),
        Key("f1", "F1", "Help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", show=False),
        Binding("delete", "unset", "Unset", show=False),
        Binding("k", "keep", "Keep mine", show=False),
        Binding("u", "use", "Use the answer", show=False),
        Binding("f9", "apply", "Write the file", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.path = ""
        self._keys: Keys | None = None
        self._drawn: tuple[Any, ...] = ()

    def body(self) -> ComposeResult:
        """Title, file, search, tree, key, buttons."""
        yield Static(id="title", markup=False)
        with Horizontal(id="values"):
            with Vertical(id="file", classes="pane framed") as file:
                file.border_title = "my-values.yaml"
                yield Rows(compact=True, id="file-rows", classes="rows")
            with Vertical(id="values-side"):
                with Vertical(id="keys", classes="pane framed") as keys:
                    keys.border_title = "Chart's values"
                    with Horizontal(id="key-search"):
                        yield Static("Search", id="key-search-label")
                        yield KeySearch(compact=True, placeholder="name, comment or step", id="key-text")
                    yield KeyTree(id="tree")
                yield Reading("Key", id="key", classes="framed")
        yield ActionRow((SET, KEEP, USE))

    def on_mount(self) -> None:
        """The tree has the focus."""
        self.query_one(KeyTree).focus()
        self.query_one(ActionRow).show((SET,), "")

    def repaint(self, judged: Judged) -> None:
        """The file, the tree and the key, where they changed."""
        keys = keys_of(judged.view)
        self._keys = keys
        self.query_one("#title", Static).update(
            values_text.title(judged, keys, self.size.width), layout=False
        )
        self._file(keys)
        drawn = (keys.text, keys.values, keys.settings, keys.secrets, keys.entries, id(keys.chart))
        if drawn != self._drawn:
            self._drawn = drawn
            self._tree(keys)
        self._key()

    def _file(self, keys: Keys) -> None:
        rows = self.query_one("#file-rows", OptionList)
        new = list(values_text.file_rows(keys, max(20, rows.scrollable_content_region.width - 1)))
        at = rows.highlighted
        if len(new) != rows.option_count:
            rows.set_options(Option(r, id=str(n)) for n, r in enumerate(new, 1))
            rows.highlighted = min(at, len(new) - 1) if at is not None and new else None
        else:
            for number, row in enumerate(new, 1):
                rows.replace_option_prompt(str(number), row)
        judged = self.desk.live.judged
        name = judged.view.text("values.path", "my-values.yaml") if judged else "my-values.yaml"
        self.query_one("#file", Vertical).border_title = name.rpartition("/")[2]

    def _tree(self, keys: Keys) -> None:
        words = self.query_one(KeySearch).value.lower().split()
        tree = shape(keys)
        paths = list(leaves_of(tree))
        kept = frozenset(p for p in paths if matches(keys, p, words)) if words else None
        self.query_one(KeyTree).fill(tree, kept, self._label)
        pane = self.query_one("#keys", Vertical)
        pane.border_title = "Chart's values" if keys.chart else "Keys of the file (no chart yet)"
        found = f"{len(kept)} of {len(paths)} match" if kept is not None else counted(len(paths), "key")
        pane.border_subtitle = found

    def _label(self, path: str, name: str) -> Parts:
        if self._keys is None:
            return [(name, "")]
        return values_text.label_parts(self._keys.standing(path), name)

    def _key(self) -> None:
        keys = self._keys
        pane = self.query_one("#key", Reading)
        if keys is None:
            return
        leaf = self.path in self.query_one(KeyTree).leaves
        if leaf:
            pane.show(lines(values_text.key_pane(keys.standing(self.path), keys, pane.room)))
        else:
            pane.show(lines(values_text.branch(self.path, keys, pane.room)))
        hand = self.entry is not None
        open_ = len(keys.by_hand)
        what = counted(open_, "difference") if self.size.width >= 100 else str(open_)
        text = f"{what} to settle" if open_ else ""
        self.query_one(ActionRow).show([*([SET] if leaf else []), *([KEEP, USE] if hand else [])], text)
        line = self.entry.line if self.entry else None
        self.query_one("#file", Vertical).border_subtitle = f"line {line}: yours" if line else ""

    @property
    def entry(self) -> Entry | None:
        """What was changed by hand at the key in question, if it was."""
        found = self._keys.entries.get(self.path) if self._keys else None
        return found if found and found.status == "hand" else None

    @on(Tree.NodeHighlighted)
    def _moved(self, event: Tree.NodeHighlighted[str]) -> None:
        self._at(event.node.data or "")

    @on(KeyTree.Settled)
    def _settled(self, event: KeyTree.Settled) -> None:
        self._at(event.path)

    def _at(self, path: str) -> None:
        """Another key: the file shows its line, unless one is moving there."""
        if path not in self.query_one(KeyTree).by_path:
            return
        self.path = path
        standing = self._keys.standing(path) if self._keys else None
        if standing and standing.line and not self.query_one("#file-rows").has_focus:
            self.query_one("#file-rows", OptionList).highlighted = standing.line - 1
        self._key()

    @on(OptionList.OptionHighlighted, "#file-rows")
    def _line(self, event: OptionList.OptionHighlighted) -> None:
        if self._keys and self.query_one("#file-rows").has_focus:
            path = self._keys.lines.get(event.option_index + 1)
            if path:
                self.query_one(KeyTree).reveal(path)

    @on(OptionList.OptionSelected, "#file-rows")
    def _line_chosen(self) -> None:
        self.action_set()

    @on(Tree.NodeSelected)
    def _chosen(self, event: Tree.NodeSelected[str]) -> None:
        if not event.node.allow_expand:
            self.action_set()

    @on(Input.Changed, "#key-text")
    def _sought(self) -> None:
        if self._keys:
            self._tree(self._keys)

    @on(Input.Submitted, "#key-text")
    def action_to_tree(self) -> None:
        """From the search to what it found."""
        self.query_one(KeyTree).focus()

    def action_search(self) -> None:
        """Begins or changes the search."""
        self.query_one(KeySearch).focus()

    @on(ActionRow.Pressed)
    def _pressed(self, event: ActionRow.Pressed) -> None:
        {"set": self.action_set, "keep": self.action_keep, "use": self.action_use}[event.act]()

    def action_set(self) -> None:
        """Asks for the value of the key at the cursor."""
        keys, path = self._keys, self.path
        if keys is None or path not in self.query_one(KeyTree).leaves:
            return
        found = keys.standing(path)
        if path in keys.secrets:
            self.flash(f"This is a secret: the step {found.by} asks for it")
            return
        now = found.answer if found.by else found.mine if found.in_file else found.default
        text = now if isinstance(now, str) else "" if now is None else shown(now)
        told = lines(values_text.key_pane(found, keys, 66)[1:])
        box = values_edit.SetBox(path, text, keys, told)
        self.desk.push_screen(box, lambda value: self._set(path, value))

    def _set(self, path: str, text: str | None) -> None:
        judged, keys = self.desk.live.judged, self._keys
        if text is None or judged is None or keys is None:
            return
        value = values_edit.typed(text, path, keys.chart)
        step, field, answer = values_edit.belongs(judged.view, path, value)
        self.desk.live.answer(step, field, answer)
        self.flash(f"Set in the step {step}: F4 shows what it changes")

    def action_unset(self) -> None:
        """Takes a further key back; what a step sets is changed in that step."""
        judged = self.desk.live.judged
        rest = values_edit.without(judged.view, self.path) if judged else None
        if rest is None:
            by = self._keys.standing(self.path).by if self._keys else ""
            self.flash(f"It comes from the step {by}: change it there" if by else "It is not set by you here")
        else:
            self.desk.live.answer("values", "overrides", rest)

    def action_keep(self) -> None:
        """The value of the file becomes the answer."""
        entry, judged = self.entry, self.desk.live.judged
        if entry is None or judged is None:
            self.flash("No value of ours was changed by hand here")
            return
        self.desk.live.answer(*values_edit.belongs(judged.view, entry.path, entry.theirs))
        self.flash(f"{entry.path}: your value is the answer now")

    def action_use(self) -> None:
        """The line is given back, so that the next apply writes the answer; asked first, as it is a file."""
        entry = self.entry
        if entry is None:
            self.flash("No value of ours was changed by hand here")
            return
        name = entry.path.rpartition(".")[2]
        secret = self._keys is not None and self._keys.standing(entry.path).secret
        text = (
            f"Line {entry.line} gets the mark of cocalc-tui at its end. The next apply then writes "
            f"{shown(entry.ours, secret)} instead of {shown(entry.theirs, secret)}."
        )
        items = [Item("yes", f"Mark {name} in the file now"), Item("no", "Leave the line as it is")]
        box = ChooseBox("Use the answer", items, text=text)
        self.desk.push_screen(box, lambda said: self._use(entry) if said == "yes" else None)

    def _use(self, entry: Entry) -> None:
        self.desk.run_worker(values_settle.give_line_back(self.desk, entry), group="file")

    def action_apply(self) -> None:
        """Asks, then writes the file."""
        self.desk.ask_apply("values")

    def copyable(self) -> tuple[str, str]:
        """The key where it has the focus, else the file."""
        if self._keys is None or self._keys.edited is None:
            return "", ""
        return "my-values.yaml", self._keys.text

    @property
    def step_in_question(self) -> str | None:
        """The step of the file."""
        return "values"

    def help_topic(self) -> str:
        """The step of the file."""
        return "values"


PLUGGED["values"] = ValuesScreen
