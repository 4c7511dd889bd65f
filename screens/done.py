"""The end: what runs and where, how to look at it, what to do next, what to take away."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens import done_text, review_export
from cocalc_tui.screens.base import Shown
from cocalc_tui.screens.frame import PLUGGED
from cocalc_tui.screens.text import lines
from cocalc_tui.screens.widgets.actions import Act, ActionRow
from cocalc_tui.screens.widgets.findings import counts
from cocalc_tui.screens.widgets.keyline import Key
from cocalc_tui.screens.widgets.pane import Reading
from cocalc_tui.screens.widgets.rollout import rollout

COPY = Act("copy", "Copy address", "^y")
EXPORT = Act("export", "Export report", "^s")
HUB = Act("hub", "Back to hub", "esc")


class DoneScreen(Shown):
    """Three panes at the left, three at the right; where narrow: what runs, verified, next."""

    NAME = "done"
    KEYS = (
        Key("escape", "esc", "Hub"),
        Key("ctrl+y", "^y", "Copy address"),
        Key("ctrl+s", "^s", "Export report"),
        Key("f5", "F5", "Look again"),
        Key("f6", "F6", "Next pane"),
        Key("f1", "F1", "Help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "hub", "Hub", show=False)]

    def body(self) -> ComposeResult:
        """Title, panes, buttons."""
        yield Static(id="title", markup=False)
        with Horizontal(id="done"):
            with Vertical(id="done-left"):
                yield Reading("What runs", id="runs", classes="pane framed")
                yield Reading("Where the data is", id="data", classes="pane framed")
                yield Reading("To look yourself", id="look", classes="pane framed")
            with Vertical(id="done-right"):
                yield Reading("Verified", id="verified", classes="pane framed")
                yield Reading("What to do next", id="next", classes="pane framed")
                yield Reading("Take with you", id="take", classes="pane framed")
        yield ActionRow((COPY, EXPORT, HUB))

    def on_mount(self) -> None:
        """What runs has the focus."""
        self.query_one("#runs").focus()
        self._place()

    def on_resize(self) -> None:
        """A low screen shows three panes."""
        self._place()

    def _place(self) -> None:
        wide = self.size.width >= 100
        for name in ("data", "look", "take"):
            self.query_one(f"#{name}").display = wide

    def repaint(self, judged: Judged) -> None:
        """All panes."""
        desk, view = self.desk, judged.view
        found = rollout(view)
        wide = self.size.width >= 100
        head = done_text.title(judged, found, desk.applying, desk.me.operator, self.size.width)
        self.query_one("#title", Static).update(head, layout=False)
        runs, data, look = (self.query_one(f"#{n}", Reading) for n in ("runs", "data", "look"))
        runs.show(lines(done_text.running(found, runs.room)))
        runs.label(f"What runs in namespace {view.namespace}", done_text.pods(found) if wide else "")
        data.show(lines(done_text.data(view, data.room)))
        look.show(lines(done_text.to_look(view, look.room)))
        look.label("To look yourself", "^y copies")
        verified, after, take = (self.query_one(f"#{n}", Reading) for n in ("verified", "next", "take"))
        verified.show(lines(done_text.verified(judged, verified.room)))
        seen = [f for f in judged.step("verify").findings if f.check != "verify.next"]
        told, at = counts(seen), done_text.verified_at(judged)
        verified.label(f"Verified {at}" + ("" if wide else f"   {told}"), told if wide else "")
        after.show(lines(done_text.next_steps(judged, after.room)))
        offered = review_export.offered(desk)
        take.show(lines(done_text.to_take(offered, take.room)))
        take.label("Take with you", "^s exports" if offered else "")
        acts = [*([COPY] if done_text.address(judged) else []), *([EXPORT] if offered else []), HUB]
        self.query_one(ActionRow).show(acts, "")

    @on(ActionRow.Pressed)
    def _pressed(self, event: ActionRow.Pressed) -> None:
        match event.act:
            case "copy":
                self.action_copy()
            case "export":
                self.action_save()
            case "hub":
                self.action_hub()

    def copyable(self) -> tuple[str, str]:
        """The commands or the steps where they have the focus, else the address."""
        judged = self.desk.live.judged
        if judged is None:
            return "", ""
        where = done_text.address(judged)
        if self.focused is self.query_one("#look") or not where:
            return "look.sh", "".join(f"{a} {b}\n" for a, b in done_text.commands(judged.view))
        if self.focused is self.query_one("#next"):
            return "next.txt", "".join(f"{n} {t}\n" for n, t in enumerate(done_text.to_do(judged), 1))
        return "address.txt", where

    def action_save(self) -> None:
        """Exports, the report first."""
        review_export.ask(self.desk, "report")

    def action_hub(self) -> None:
        """To the hub, over whatever is between."""
        while len(self.desk.screen_stack) > 1:
            self.desk.pop_screen()

    @property
    def step_in_question(self) -> str | None:
        """The last step."""
        return "verify"

    def help_topic(self) -> str:
        """The last step."""
        return "verify"


PLUGGED["done"] = DoneScreen
