"""The tree of a chart's keys: filled when it is shown, labels changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.color import Color, ColorParseError
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from cocalc_tui.screens.values_keys import Shape

Node = TreeNode[str]
Parts = list[tuple[str, str]]
Label = Callable[[str, str], Parts]


class KeyTree(Tree[str]):
    """Branches are mappings, leaves are keys; each node's data is its path."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "open(True)", "Open", show=False),
        Binding("left", "open(False)", "Close", show=False),
    ]

    class Settled(Message):
        """The keys were built anew and the cursor is at one of them."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__("values", data="", id=id)
        self.show_root = False
        self.guide_depth = 2
        self._shape: Shape | None = None
        self._kept: frozenset[str] | None = None
        self._parts: dict[str, Parts] = {}
        self.by_path: dict[str, Node] = {}

    def fill(self, shape: Shape, kept: frozenset[str] | None, label: Label) -> None:
        """Shows these keys, of a search only the `kept` ones; where they are the same only labels change."""
        if shape == self._shape and kept == self._kept:
            self._relabel(label)
            return
        here = self.cursor_node.data if self.cursor_node else None
        opened = {p for p, n in self.by_path.items() if n.allow_expand and n.is_expanded}
        first = self._shape is None or self._kept is not None
        self._shape, self._kept = shape, kept
        self.clear()
        self.by_path, self._parts = {}, {}
        self.root.expand()
        self._grow(self.root, shape, (), label)
        if kept is None:
            self._open(opened, first)
        first_kept = next((p for p in self.by_path if kept and p in kept), "")
        target = first_kept or (here if here in self.by_path else next(iter(self.by_path), ""))
        self.call_after_refresh(self._settle, target)

    def _settle(self, path: str) -> None:
        """The cursor goes where it was, or to the first match; told also where its line is the same."""
        node = self.by_path.get(path)
        if node is not None:
            self.move_cursor(node)
            self.post_message(self.Settled(path))

    def _open(self, opened: set[str], first: bool) -> None:
        for path, node in self.by_path.items():
            if node.allow_expand and (path in opened or (first and path == "global")):
                node.expand()

    def _grow(self, above: Node, shape: Shape, path: tuple[str, ...], label: Label) -> None:
        for name, below in shape.items():
            parts = (*path, name.replace(".", "\\."))
            whole = ".".join(parts)
            if below is None:
                if self._kept is None or whole in self._kept:
                    node = above.add_leaf("", data=whole)
                    self._put(node, whole, label(whole, name))
                continue
            inside = list(_leaves(below, parts))
            hits = sum(p in self._kept for p in inside) if self._kept is not None else len(inside)
            if not hits and path:
                continue
            count = f" {len(inside)}" + ("" if self._kept is None or hits else ", none match")
            node = above.add("", data=whole, expand=bool(self._kept and hits))
            self._put(node, whole, [(name, ""), (count, "muted")])
            if hits:
                self._grow(node, below, parts, label)

    def _relabel(self, label: Label) -> None:
        for path, node in self.by_path.items():
            if not node.allow_expand:
                self._put(node, path, label(path, path.rpartition(".")[2]))

    def _put(self, node: Node, path: str, parts: Parts) -> None:
        self.by_path[path] = node
        if self._parts.get(path) != parts:
            self._parts[path] = parts
            node.set_label(Text.assemble(*((text, self._style(token)) for text, token in parts)))

    def recolour(self) -> None:
        """Another theme: Rich styles do not follow it."""
        for path, node in self.by_path.items():
            parts = self._parts[path]
            node.set_label(Text.assemble(*((text, self._style(token)) for text, token in parts)))

    def _style(self, token: str) -> Style:
        value = self.app.theme_variables.get(token, "") if token else ""
        try:
            return Style(color=Color.parse(value).rich_color) if value else Style()
        except ColorParseError:
            return Style()

    def on_mount(self) -> None:
        """Colours come from the theme."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.recolour())

    @property
    def leaves(self) -> frozenset[str]:
        """The keys that are shown and hold no further keys."""
        return frozenset(p for p, n in self.by_path.items() if not n.allow_expand)

    def reveal(self, path: str) -> None:
        """Opens what is above a key and puts the cursor there."""
        node = self.by_path.get(path)
        if node is None:
            return
        above = node.parent
        while above is not None:
            above.expand()
            above = above.parent
        self.call_after_refresh(self._settle, path)

    def action_open(self, wanted: bool) -> None:
        """Right opens a branch, left closes it or goes to the one above."""
        node = self.cursor_node
        if node is None:
            return
        if node.allow_expand and node.is_expanded != wanted:
            node.toggle()
        elif not wanted and node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)


def _leaves(shape: Shape, above: tuple[str, ...]) -> Iterator[str]:
    for name, below in shape.items():
        path = (*above, name.replace(".", "\\."))
        if below is None:
            yield ".".join(path)
        else:
            yield from _leaves(below, path)
